/*
 * Bad input, one kind after the other: each adds to exactly one counter, and neither what runs nor
 * floors, assignment or flash change.
 */
#include "harness.h"

#include <string.h>

#include "agent/parts.h"
#include "core/suit/cose.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

/* A container that raises the floor of "quiet" to 5. */
static struct fleet_container running(void)
{
	struct fleet_container container = quiet;
	container.sequence = 5;
	container.floor = 5;
	return container;
}

static void begin(void)
{
	const struct fleet_container container = running();
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 5000);
}

static void publish(const struct fleet_container *container)
{
	fleet_assign(&peer.fleet, container, 1);
	peer_publish_head(&peer);
}

static struct fleet_container next(uint32_t sequence)
{
	struct fleet_container container = watch;
	container.name = "quiet";
	container.sequence = sequence;
	return container;
}

/* --- the kinds of bad input */

static void revoked_grant(void)
{
	const struct fleet_container container = next(6);
	peer.fleet.is_revoked = true;
	publish(&container);
}

static void forged_grant(void)
{
	const struct fleet_container container = next(6);
	peer.fleet.is_grant_forged = true;
	publish(&container);
}

static void below_floor(void)
{
	const struct fleet_container container = next(4);
	publish(&container);
}

static void signed_by_another_tenant(void)
{
	struct fleet_container container = next(6);
	container.forged = true;
	publish(&container);
}

static void tenant_without_grant(void)
{
	struct fleet_container container = next(6);
	container.tenant = FLEET_OTHER_TENANT;
	peer.fleet.without_grants = true;
	publish(&container);
}

static void replayed_head(void)
{
	/* generation 1 with another document */
	fleet_seal_head(&peer.fleet, 1, &peer.fleet.objects[0]);
	peer_publish_head(&peer);
}

static void stale_leader(void)
{
	const uint64_t generation = peer.femto.accepted_generation;
	const struct fleet_container container = next(6);
	fleet_assign(&peer.fleet, &container, 1);
	fleet_seal_head(
		&peer.fleet, generation, &peer.fleet.objects[peer.fleet.object_count - 1u]);
	peer_publish_head(&peer);
}

static void head_of_another_device(void)
{
	memset(peer.fleet.device_key, 0x33, sizeof(peer.fleet.device_key));
	fleet_seal_head(&peer.fleet, 9, &peer.fleet.objects[0]);
	memset(peer.fleet.device_key, 0x5a, sizeof(peer.fleet.device_key));
	peer_publish_head(&peer);
}

/* What the device itself has authenticated as a report. */
static void reflected_report(void)
{
	struct cbor_view payload;
	const struct cbor_view head = {peer.fleet.head, peer.fleet.head_bytes};
	CHECK_EQUAL(cose_open_mac0(peer.fleet.device_key, COSE_HEAD, head, &payload), COSE_OK);
	uint8_t copy[64];
	memcpy(copy, payload.data, payload.size);
	const struct cbor_view again = {copy, payload.size};
	struct cbor_writer out = cbor_write(peer.fleet.head, sizeof(peer.fleet.head));
	CHECK_EQUAL(
		cose_seal_mac0(peer.fleet.device_key, COSE_REPORT, again, &out), COSE_OK);
	peer_publish_head(&peer);
}

static void wrong_bytes(void)
{
	const struct fleet_container container = next(6);
	publish(&container);
	peer.fleet.objects[peer.fleet.object_count - 1u].is_corrupt = true;
}

static void longer_than_declared(void)
{
	const struct fleet_container container = next(6);
	publish(&container);
	peer.fleet.objects[peer.fleet.object_count - 1u].surplus = 1;
}

static void image_longer_than_declared(void)
{
	const struct fleet_container container = next(6);
	const size_t first = peer.fleet.object_count;
	publish(&container);
	peer.fleet.objects[first].surplus = 1;
}

static void unasked_block(void)
{
	const uint8_t digest[4] = {1, 2, 3, 4};
	const struct proto_block block = {{digest, 4}, 0, {digest, 4}};
	uint8_t datagram[64] = {
		0, MQSN_PUBLISH, MQSN_TOPIC_PREDEFINED, 0, PROTO_TOPIC_BLOCK_ID, 0, 0};
	struct cbor_writer writer = cbor_write(datagram + 7, sizeof(datagram) - 7u);
	CHECK_EQUAL(proto_encode_block(&writer, &block), CBOR_OK);
	datagram[0] = (uint8_t)(writer.size + 7u);
	peer_send_raw(&peer, datagram, datagram[0]);
}

static void malformed_datagram(void)
{
	const uint8_t datagram[3] = {9, MQSN_PUBLISH, 0};
	peer_send_raw(&peer, datagram, sizeof(datagram));
}

struct kind {
	const char *row;
	void (*send)(void);
	uint8_t counter;
	uint8_t reason;  /* of the refusal, 0 = none */
	bool stops;      /* what ran may not go on: its grant is gone */
};

static const struct kind kinds[] = {
	{"revoked grant", revoked_grant, COUNTER_OBJECT_REFUSED, REFUSAL_GRANT_REVOKED, true},
	{"forged grant", forged_grant, COUNTER_OBJECT_REFUSED, REFUSAL_GRANT_INVALID, true},
	{"below the floor", below_floor, COUNTER_OBJECT_REFUSED, REFUSAL_BELOW_FLOOR, false},
	{"signed by another tenant", signed_by_another_tenant, COUNTER_OBJECT_REFUSED,
		REFUSAL_SIGNATURE_INVALID, false},
	{"tenant without grant", tenant_without_grant, COUNTER_OBJECT_REFUSED,
		REFUSAL_UNKNOWN_TENANT, true},
	{"replayed head", replayed_head, COUNTER_HEAD_STALE, 0, false},
	{"stale leader", stale_leader, COUNTER_HEAD_STALE, 0, false},
	{"head of another device", head_of_another_device, COUNTER_HEAD_MAC, 0, false},
	{"reflected report", reflected_report, COUNTER_HEAD_MAC, 0, false},
	{"block of wrong bytes", wrong_bytes, COUNTER_OBJECT_DIGEST, 0, false},
	{"document longer than declared", longer_than_declared, COUNTER_BLOCK_UNEXPECTED, 0, false},
	{"image longer than declared", image_longer_than_declared, COUNTER_BLOCK_UNEXPECTED, 0,
		false},
	{"block that nobody asked for", unasked_block, COUNTER_BLOCK_UNEXPECTED, 0, false},
	{"malformed datagram", malformed_datagram, COUNTER_DATAGRAM_MALFORMED, 0, false},
};

static uint64_t floor_now(void)
{
	const struct store_key key =
		store_key_name(STORE_FLOOR, FLEET_TENANT, (const uint8_t *)"quiet", 5);
	uint64_t floor = 0;
	CHECK_EQUAL(store_get_number(&peer.femto.store, &key, &floor), STORE_OK);
	return floor;
}

/* Whether the bad input is refused as the row says, and what ran before still does. */
static void check_kind(const struct kind *kind)
{
	begin();
	kind->send();
	peer_run(&peer, 60000);
	for (uint8_t counter = 1; counter <= COUNTER_MAX; counter++) {
		const uint32_t value = femto_get_counter(&peer.femto, counter);
		CHECK(counter == kind->counter ? value >= 1u : value == 0);
	}
	const struct femto_container *container = &peer.femto.containers[0];
	CHECK_EQUAL(container->attached, !kind->stops);
	CHECK_EQUAL(container->generation, 1);
	CHECK_EQUAL(floor_now(), 5);
	if (kind->reason != 0) {
		CHECK_EQUAL(container->reason, kind->reason);
		CHECK_EQUAL(peer.report.reason[1], kind->reason);
	}
}

TEST("each kind of bad input adds to exactly one counter and changes nothing that runs")
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !harness_has_failed(); i++) {
		harness_row(kinds[i].row);
		check_kind(&kinds[i]);
		/* and good input is followed afterwards */
		peer.fleet.is_revoked = false;
		peer.fleet.is_grant_forged = false;
		peer.fleet.without_grants = false;
		for (size_t object = 0; object < peer.fleet.object_count; object++) {
			peer.fleet.objects[object].surplus = 0;
		}
		const struct fleet_container good = next(7);
		peer.fleet.generation = 20;
		publish(&good);
		CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
	}
}

/* What the statement check of the agent says of these bytes. */
static uint8_t reason_of(const uint8_t *bytes, size_t size)
{
	const struct cbor_view object = {bytes, size};
	const struct femto_spec spec = peer.femto.containers[0].wanted;
	return femto_accept_statement(&peer.femto, 0, &spec, object);
}

TEST("every single bit flip and every truncation of a signed statement is refused")
{
	begin();
	const struct fleet_container container = next(6);
	const struct fleet_object *statement = fleet_statement(&peer.fleet, &container);
	uint8_t bytes[PROTO_STATEMENT_BYTES_MAX + 1u] = {0};
	const size_t size = statement->size;
	memcpy(bytes, statement->bytes, size);
	REQUIRE(reason_of(bytes, size) == 0);
	static struct fake_flash flash;
	flash = peer.flash;
	for (size_t bit = 0; bit < size * 8u && !harness_has_failed(); bit++) {
		bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
		CHECK(reason_of(bytes, size) != 0);
		bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
	}
	for (size_t length = 0; length < size; length++) {
		CHECK(reason_of(bytes, length) != 0);
	}
	CHECK(reason_of(bytes, size + 1u) != 0);
	CHECK_BYTES(peer.flash.bytes, flash.bytes, sizeof(flash.bytes));
}

TEST("a statement with a bit flipped that its document names is counted once")
{
	const struct fleet_container container = next(6);
	for (size_t bit = 0; bit < 2000u && !harness_has_failed(); bit += 173) {
		begin();
		const struct fleet_object *statement = fleet_statement(&peer.fleet, &container);
		uint8_t bytes[PROTO_STATEMENT_BYTES_MAX];
		memcpy(bytes, statement->bytes, statement->size);
		bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
		fleet_assign_bytes(&peer.fleet, &container, bytes, statement->size);
		peer_publish_head(&peer);
		CHECK(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
		CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_OBJECT_REFUSED), 1);
		CHECK_EQUAL(peer.femto.containers[0].generation, 1);
	}
}

static uint32_t chance(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Random bytes, or a message of the session with a few bytes changed. */
static size_t hostile_datagram(uint32_t *state, uint8_t datagram[64])
{
	const size_t size = 2u + chance(state) % 62u;
	for (size_t at = 0; at < size; at++) {
		datagram[at] = (uint8_t)chance(state);
	}
	datagram[0] = (uint8_t)size;
	if (chance(state) % 2u == 0) {
		/* a type that the session uses, and a topic of the device */
		static const uint8_t types[] = {MQSN_PUBLISH, MQSN_PUBACK, MQSN_SUBACK, MQSN_REGACK,
			MQSN_REGISTER, MQSN_CONNACK, MQSN_DISCONNECT, MQSN_PINGRESP, MQSN_PINGREQ};
		datagram[1] = types[chance(state) % sizeof(types)];
		const uint8_t shape[] = {MQSN_TOPIC_PREDEFINED, 0, (uint8_t)(1u + chance(state) % 6u)};
		if (size >= 5u && datagram[1] == MQSN_PUBLISH) {
			memcpy(datagram + 2, shape, sizeof(shape));
		}
	}
	return size;
}

TEST("random bytes from the gateway's own address may end a session, and nothing else")
{
	begin();
	static struct fake_flash flash;
	flash = peer.flash;
	const struct femto before = peer.femto;
	uint32_t state = 7;
	for (uint32_t round = 0; round < 60 && !harness_has_failed(); round++) {
		for (uint32_t i = 0; i < 200; i++) {
			uint8_t datagram[64];
			const size_t size = hostile_datagram(&state, datagram);
			femto_feed(&peer.femto, datagram, size, peer.now_ms);
			peer_run(&peer, chance(&state) % 20u);
		}
		const uint64_t start_ms = peer.now_ms;
		while (!femto_is_connected(&peer.femto) && peer.now_ms < start_ms + 60000u) {
			peer_run(&peer, 100);
		}
		CHECK(peer.now_ms - start_ms <= 16000u); /* twice the longest pause between two tries */
		CHECK_BYTES(peer.flash.bytes, flash.bytes, sizeof(flash.bytes));
		CHECK_EQUAL(peer.femto.accepted_generation, before.accepted_generation);
		CHECK_EQUAL(peer.femto.document_generation, before.document_generation);
		CHECK_BYTES(&peer.femto.config, &before.config, sizeof(before.config));
		CHECK_EQUAL(peer.femto.containers[0].state, CONTAINER_CONFIRMED);
		CHECK(peer.femto.containers[0].attached && peer.femto.containers[0].reason == 0);
	}
	const struct fleet_container good = next(7);
	publish(&good);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
}
