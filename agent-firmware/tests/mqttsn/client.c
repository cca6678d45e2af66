#include "harness.h"

#include <string.h>

#include "tests/mqttsn/script.h"

static struct script script;
static struct mqsn_client *const client = &script.client;

TEST("a client connects without clean session and subscribes by predefined ids")
{
	script_activate(&script);
	CHECK_EQUAL(client->links_lost, 0);
}

TEST("a client uses names where the gateway does not know the predefined id")
{
	script_init(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	script_feed(&script, "03 05 00");
	CHECK(script_says(&script, "07 12 21 0002 0001"));
	script_feed(&script, "08 13 00 0001 0002 02");
	CHECK(script_says(&script, "0e 12 20 0003 662f6465762d312f64"));
	script_feed(&script, "08 13 20 0031 0003 00");
	CHECK(script_says(&script, "07 12 01 0004 0004"));
	CHECK_EQUAL(script_feed(&script, "08 13 00 0004 0004 00").kind, MQSN_EVENT_CONNECTED);
	const struct mqsn_event event = script_feed(&script, "08 0c 20 0031 0009 aa");
	CHECK_EQUAL(event.kind, MQSN_EVENT_MESSAGE);
	CHECK_EQUAL(event.topic, SCRIPT_HEAD);
	CHECK(script_says(&script, "07 0d 0031 0009 00"));
}

TEST("a request is repeated after 1, 2, 4, 8 seconds give or take a quarter")
{
	static const uint64_t base[] = {1000, 2000, 4000, 8000, 8000, 8000, 8000};
	script_init(&script);
	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
		CHECK(script_says(&script, ""));
		const uint64_t waited = script_wait(&script);
		CHECK(waited >= base[i] * 3 / 4 && waited <= base[i] * 5 / 4);
	}
	CHECK_EQUAL(client->links_lost, 0); /* there was none */
}

TEST("a CONNECT that the gateway refuses is repeated after the back-off")
{
	script_init(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	CHECK_EQUAL(script_feed(&script, "03 05 01").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, ""));
	CHECK(script_wait(&script) >= 750);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
}

TEST("a lost SUBSCRIBE is repeated with DUP, and the fifth silence gives the link up")
{
	script_init(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	script_feed(&script, "03 05 00");
	CHECK(script_says(&script, "07 12 21 0002 0001"));
	for (int i = 0; i < 4; i++) {
		script_wait(&script);
		CHECK(script_says(&script, "07 12 a1 0002 0001"));
	}
	script_wait(&script);
	CHECK(script_says(&script, ""));
	CHECK_EQUAL(client->state, MQSN_STATE_CONNECTING);
	CHECK_EQUAL(client->links_lost, 1);
	CHECK(script_wait(&script) >= 750);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
}

TEST("an acknowledgement counts only with its own type, message id and topic id")
{
	static const struct {
		const char *name;
		const char *hex;
	} wrong[] = {
		{"a SUBACK for a PUBLISH", "08 13 00 0002 0004 00"},
		{"a REGACK for a PUBLISH", "07 0b 0002 0004 00"},
		{"another message id", "07 0d 0002 0005 00"},
		{"another topic id", "07 0d 0003 0004 00"},
		{"a CONNACK nobody asked for", "03 05 00"},
		{"a PINGRESP nobody asked for", "02 17"},
		{"an UNSUBACK", "04 15 0004"},
		{"a PUBREC", "04 0f 0004"},
		{"an ADVERTISE", "05 00 01 0384"},
		{"a WILLTOPICREQ", "02 06"},
	};
	script_activate(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, (const uint8_t *)"x", 1, script.now_ms),
		MQSN_ACCEPTED);
	CHECK(script_says(&script, "08 0c 21 0002 0004 78"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		harness_row(wrong[i].name);
		CHECK_EQUAL(script_feed(&script, wrong[i].hex).kind, MQSN_EVENT_UNEXPECTED);
		CHECK(client->publishing);
		CHECK(script_says(&script, ""));
	}
	harness_row(NULL);
	const struct mqsn_event event = script_feed(&script, "07 0d 0002 0004 00");
	CHECK_EQUAL(event.kind, MQSN_EVENT_PUBLISHED);
	CHECK_EQUAL(event.topic, SCRIPT_REPORT);
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0004 00").kind, MQSN_EVENT_UNEXPECTED);
}

TEST("only one QoS 1 publication is in flight, and none longer than a datagram of 64 bytes holds")
{
	const uint8_t data[MQSN_QOS1_BYTES_MAX + 1u] = {0};
	script_init(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, data, 1, script.now_ms), MQSN_BUSY);
	script_activate(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, data, sizeof(data), script.now_ms),
		MQSN_TOO_LONG);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, data, MQSN_QOS1_BYTES_MAX, script.now_ms),
		MQSN_ACCEPTED);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, data, 1, script.now_ms), MQSN_BUSY);
	CHECK_EQUAL(mqsn_poll(client, script.now_ms, script.out, sizeof(script.out)), 64);
}

TEST("a publication in flight survives a lost link, and is sent again with DUP")
{
	script_activate(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, (const uint8_t *)"x", 1, script.now_ms),
		MQSN_ACCEPTED);
	CHECK(script_says(&script, "08 0c 21 0002 0004 78"));
	for (int i = 0; i < 4; i++) {
		script_wait(&script);
		CHECK(script_says(&script, "08 0c a1 0002 0004 78"));
	}
	script_wait(&script);
	CHECK(script_says(&script, ""));
	CHECK_EQUAL(client->links_lost, 1);
	script_wait(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	script_feed(&script, "03 05 00");
	CHECK(script_says(&script, "07 12 21 0006 0001"));
	script_feed(&script, "08 13 20 0001 0006 00");
	CHECK(script_says(&script, "07 12 01 0007 0004"));
	script_feed(&script, "08 13 00 0004 0007 00");
	CHECK(script_says(&script, "08 0c a1 0002 0004 78"));
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0004 00").kind, MQSN_EVENT_PUBLISHED);
}

TEST("a QoS 1 publication on an unknown id is registered by name and sent again")
{
	script_activate(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, (const uint8_t *)"x", 1, script.now_ms),
		MQSN_ACCEPTED);
	CHECK(script_says(&script, "08 0c 21 0002 0004 78"));
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0004 02").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, "0f 0a 0000 0005 662f6465762d312f72"));
	CHECK(script_says(&script, ""));
	CHECK_EQUAL(script_feed(&script, "07 0b 0077 0005 00").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, "08 0c a0 0077 0004 78"));
	CHECK_EQUAL(script_feed(&script, "07 0d 0077 0004 00").kind, MQSN_EVENT_PUBLISHED);
}

TEST("a QoS 1 publication that the gateway does not support is rejected, congestion is waited out")
{
	script_activate(&script);
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, (const uint8_t *)"x", 1, script.now_ms),
		MQSN_ACCEPTED);
	CHECK(script_says(&script, "08 0c 21 0002 0004 78"));
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0004 01").kind, MQSN_EVENT_HANDLED);
	CHECK(client->publishing);
	script_wait(&script);
	CHECK(script_says(&script, "08 0c a1 0002 0004 78"));
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0004 03").kind, MQSN_EVENT_REJECTED);
	CHECK(!client->publishing);
}

TEST("QoS 0 needs no answer, and an error answer makes the client use the name")
{
	uint8_t out[64];
	size_t length = 0;
	script_activate(&script);
	REQUIRE(mqsn_send(client, SCRIPT_REPORT, (const uint8_t *)"yz", 2, script.now_ms, out,
				sizeof(out), &length) == MQSN_ACCEPTED);
	const uint8_t expected[9] = {9, 0x0c, 0x01, 0, 2, 0, 0, 'y', 'z'};
	CHECK_EQUAL(length, sizeof(expected));
	CHECK_BYTES(out, expected, sizeof(expected));
	CHECK_EQUAL(script_feed(&script, "07 0d 0002 0000 02").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, "0f 0a 0000 0004 662f6465762d312f72"));
	script_feed(&script, "07 0b 0077 0004 00");
	REQUIRE(mqsn_send(client, SCRIPT_REPORT, (const uint8_t *)"y", 1, script.now_ms, out,
				sizeof(out), &length) == MQSN_ACCEPTED);
	CHECK_EQUAL(out[2], 0x00);
	CHECK_EQUAL(out[4], 0x77);
}

TEST("a topic without an id is registered at its first use")
{
	uint8_t out[64];
	size_t length = 0;
	script_activate(&script);
	CHECK_EQUAL(mqsn_send(client, SCRIPT_MESSAGE, (const uint8_t *)"y", 1, script.now_ms, out,
					sizeof(out), &length),
		MQSN_BUSY);
	CHECK(script_says(&script, "11 0a 0000 0004 662f6465762d312f6d2f31"));
	script_feed(&script, "07 0b 0012 0004 00");
	CHECK_EQUAL(mqsn_send(client, SCRIPT_MESSAGE, (const uint8_t *)"y", 1, script.now_ms, out,
					sizeof(out), &length),
		MQSN_ACCEPTED);
	mqsn_rename_topic(client, SCRIPT_MESSAGE, "m/2");
	CHECK_EQUAL(mqsn_send(client, SCRIPT_MESSAGE, (const uint8_t *)"y", 1, script.now_ms, out,
					sizeof(out), &length),
		MQSN_BUSY);
	CHECK(script_says(&script, "11 0a 0000 0005 662f6465762d312f6d2f32"));
}

TEST("a name that the gateway registers is taken when it is ours, else refused")
{
	script_activate(&script);
	script_feed(&script, "0f 0a 0055 0101 662f6465762d312f64");
	CHECK(script_says(&script, "07 0b 0055 0101 00"));
	CHECK_EQUAL(script_feed(&script, "08 0c 00 0055 0000 01").kind, MQSN_EVENT_MESSAGE);
	script_feed(&script, "0f 0a 0056 0102 662f6465762d322f64");
	CHECK(script_says(&script, "07 0b 0056 0102 02"));
}

TEST("a PUBLISH with an id that is not ours is answered with invalid topic id")
{
	script_activate(&script);
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0009 0101 aa").kind, MQSN_EVENT_UNEXPECTED);
	CHECK(script_says(&script, "07 0d 0009 0101 02"));
	CHECK_EQUAL(script_feed(&script, "08 0c 02 6162 0000 aa").kind, MQSN_EVENT_UNEXPECTED);
}

TEST("a repeated QoS 1 message is acknowledged and delivered once, a new one with its id is new")
{
	script_activate(&script);
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0001 0101 aa").kind, MQSN_EVENT_MESSAGE);
	CHECK(script_says(&script, "07 0d 0001 0101 00"));
	CHECK_EQUAL(script_feed(&script, "08 0c a1 0001 0101 aa").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, "07 0d 0001 0101 00"));
	CHECK_EQUAL(script_feed(&script, "08 0c a1 0001 0101 bb").kind, MQSN_EVENT_MESSAGE);
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0001 0101 bb").kind, MQSN_EVENT_MESSAGE);
}

TEST("what is no MQTT-SN message for a client is malformed and changes nothing")
{
	static const char *const datagrams[] = {"", "01", "02", "01 02", "01 00 03", "03 05", "02 05",
		"04 05 00 00", "03 04 00", "02 ff", "03 fe 00", "08 0c 23 0001 0101 aa",
		"08 0c 21 0001 0000 aa", "06 0c 00 0001 00", "09 13 00 0001 0002 00 00", "00", "00 00",
		"01 0004 05 00", "06 0a 0001 0001"};
	script_activate(&script);
	const struct mqsn_client before = *client;
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++) {
		harness_row(datagrams[i]);
		CHECK_EQUAL(script_feed(&script, datagrams[i]).kind, MQSN_EVENT_MALFORMED);
	}
	harness_row(NULL);
	CHECK(memcmp(&before, client, sizeof(before)) == 0);
}

TEST("the long form of the length is understood for short messages too")
{
	script_activate(&script);
	const struct mqsn_event event = script_feed(&script, "01 000a 0c 01 0001 0000 aa");
	CHECK_EQUAL(event.kind, MQSN_EVENT_MESSAGE);
	CHECK_EQUAL(event.length, 1);
	CHECK_EQUAL(event.data[0], 0xaa);
}

TEST("nothing is taken from a gateway before the session stands")
{
	script_init(&script);
	CHECK_EQUAL(script_feed(&script, "03 05 00").kind, MQSN_EVENT_UNEXPECTED);
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0001 0101 aa").kind, MQSN_EVENT_UNEXPECTED);
	CHECK_EQUAL(script_feed(&script, "0f 0a 0055 0101 662f6465762d312f64").kind,
		MQSN_EVENT_UNEXPECTED);
	CHECK_EQUAL(script_feed(&script, "02 16").kind, MQSN_EVENT_UNEXPECTED);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
}

TEST("a client that has nothing to say pings after three quarters of its keep-alive")
{
	script_activate(&script);
	CHECK_EQUAL(script_wait(&script), 45000);
	CHECK(script_says(&script, "02 16"));
	CHECK_EQUAL(script_feed(&script, "02 17").kind, MQSN_EVENT_DRAINED);
	CHECK_EQUAL(script_wait(&script), 45000);
	CHECK_EQUAL(script_feed(&script, "02 16").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(&script, "02 17"));
}

TEST("a DISCONNECT of the gateway makes the client connect again")
{
	script_activate(&script);
	script_feed(&script, "02 18");
	CHECK_EQUAL(client->state, MQSN_STATE_CONNECTING);
	CHECK_EQUAL(client->links_lost, 0);
	CHECK(script_says(&script, ""));
	CHECK(script_wait(&script) >= 750);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
}

TEST("a sleeper announces how long, wakes with its id, and sleeps again after PINGRESP")
{
	script_activate(&script);
	mqsn_sleep(client, 300, script.now_ms);
	CHECK(script_says(&script, "04 18 012c"));
	CHECK_EQUAL(script_feed(&script, "02 18").kind, MQSN_EVENT_ASLEEP);
	CHECK_EQUAL(mqsn_deadline(client), MQSN_NEVER);
	script.now_ms += 300000;
	CHECK(script_says(&script, ""));
	mqsn_wake(client, script.now_ms);
	CHECK(script_says(&script, "07 16 6465762d31"));
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0001 0101 aa").kind, MQSN_EVENT_MESSAGE);
	CHECK(script_says(&script, "07 0d 0001 0101 00"));
	CHECK_EQUAL(script_feed(&script, "02 17").kind, MQSN_EVENT_DRAINED);
	CHECK_EQUAL(client->state, MQSN_STATE_ASLEEP);
	mqsn_connect(client, script.now_ms);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
}

TEST("a sleeper whose wake-up stays without answer gives the link up")
{
	script_activate(&script);
	mqsn_sleep(client, 300, script.now_ms);
	CHECK(script_says(&script, "04 18 012c"));
	script_feed(&script, "02 18");
	mqsn_wake(client, script.now_ms);
	for (int i = 0; i < 5; i++) {
		CHECK(script_says(&script, "07 16 6465762d31"));
		script_wait(&script);
	}
	CHECK(script_says(&script, ""));
	CHECK_EQUAL(client->links_lost, 1);
	CHECK_EQUAL(client->state, MQSN_STATE_CONNECTING);
}

TEST("ids that a gateway gave end with the session, and so do its message ids")
{
	uint8_t out[64];
	size_t length = 0;
	script_activate(&script);
	script_feed(&script, "0f 0a 0055 0101 662f6465762d312f64");
	CHECK(script_says(&script, "07 0b 0055 0101 00"));
	CHECK_EQUAL(script_feed(&script, "08 0c 20 0055 0102 aa").kind, MQSN_EVENT_MESSAGE);
	CHECK(script_says(&script, "07 0d 0055 0102 00"));
	script_feed(&script, "02 18");
	script_wait(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	script_feed(&script, "03 05 00");
	CHECK(script_says(&script, "07 12 21 0005 0001"));
	CHECK_EQUAL(script_feed(&script, "08 0c a0 0055 0102 aa").kind, MQSN_EVENT_UNEXPECTED);
	CHECK(script_says(&script, "07 0d 0055 0102 02"));
	CHECK_EQUAL(script_feed(&script, "08 0c 21 0001 0103 aa").kind, MQSN_EVENT_MESSAGE);
	CHECK(script_says(&script, "07 0d 0001 0103 00"));
	script_feed(&script, "02 18");
	script_wait(&script);
	CHECK(script_says(&script, "0b 04 00 01 003c 6465762d31"));
	script_feed(&script, "03 05 00");
	CHECK_EQUAL(script_feed(&script, "08 0c a1 0001 0103 aa").kind, MQSN_EVENT_MESSAGE);
	CHECK_EQUAL(mqsn_send(client, SCRIPT_REPORT, (const uint8_t *)"y", 1, script.now_ms, out,
					sizeof(out), &length),
		MQSN_BUSY);
}

TEST("message ids go round without 0")
{
	script_activate(&script);
	client->next_id = UINT16_MAX;
	CHECK_EQUAL(mqsn_publish(client, SCRIPT_REPORT, (const uint8_t *)"x", 1, script.now_ms),
		MQSN_ACCEPTED);
	CHECK(script_says(&script, "08 0c 21 0002 0001 78"));
}
