#include "tests/mqttsn/script.h"

#include <string.h>

#include "harness.h"

void script_init(struct script *script)
{
	memset(script, 0, sizeof(*script));
	script->now_ms = 5000;
	mqsn_init(&script->client, "dev-1", 60, 7, script->now_ms);
	CHECK_EQUAL(mqsn_add_topic(&script->client, "d", 1, 2), SCRIPT_HEAD);
	CHECK_EQUAL(mqsn_add_topic(&script->client, "b", 4, 1), SCRIPT_BLOCK);
	CHECK_EQUAL(mqsn_add_topic(&script->client, "r", 2, 0), SCRIPT_REPORT);
	CHECK_EQUAL(mqsn_add_topic(&script->client, "m/1", 0, 0), SCRIPT_MESSAGE);
}

struct mqsn_event script_feed(struct script *script, const char *hex)
{
	static uint8_t datagram[300]; /* events point into it */
	const size_t size = harness_hex(hex, datagram, sizeof(datagram));
	return mqsn_feed(&script->client, datagram, size, script->now_ms);
}

bool script_says(struct script *script, const char *hex)
{
	uint8_t expected[300];
	const size_t size = harness_hex(hex, expected, sizeof(expected));
	script->size =
		mqsn_poll(&script->client, script->now_ms, script->out, sizeof(script->out));
	return script->size == size && memcmp(script->out, expected, size) == 0;
}

uint64_t script_wait(struct script *script)
{
	const uint64_t deadline = mqsn_deadline(&script->client);
	const uint64_t waited = deadline > script->now_ms ? deadline - script->now_ms : 0;
	CHECK(deadline != MQSN_NEVER);
	script->now_ms += waited;
	return waited;
}

void script_activate(struct script *script)
{
	script_init(script);
	CHECK(script_says(script, "0b 04 00 01 003c 6465762d31"));
	CHECK_EQUAL(script_feed(script, "03 05 00").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(script, "07 12 21 0002 0001"));
	CHECK_EQUAL(script_feed(script, "08 13 20 0001 0002 00").kind, MQSN_EVENT_HANDLED);
	CHECK(script_says(script, "07 12 01 0003 0004"));
	CHECK_EQUAL(script_feed(script, "08 13 00 0004 0003 00").kind, MQSN_EVENT_CONNECTED);
	CHECK_EQUAL(script->client.state, MQSN_STATE_ACTIVE);
	CHECK(script_says(script, ""));
}
