#include "harness.h"

#include <string.h>

#include "core/vm/bytes.h"
#include "generated/bpf_reasons.h"
#include "agent/parts.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

#define ALL_HELPERS UINT64_C(0xfe)
#define MINUS(value) (2 * (value)-1) /* zig-zag */
#define ADD_IMM(reg, zigzag) 0x07, (reg), (zigzag)
#define STORE64(to, offset_zigzag, from) 0x7b, ((from) << 4 | (to)), (offset_zigzag)
/* Publishes the 8 bytes below the frame pointer, then ends: 6 instructions. */
#define PUBLISH_SLOT \
	MOV_REG(1, 10), ADD_IMM(1, MINUS(8)), MOV_IMM(2, 8), MOV_IMM(3, 0), CALL(HELPER_PUBLISH), EXIT
/* Publishes r0: 7 instructions. */
#define PUBLISH_R0 STORE64(10, MINUS(8), 0), PUBLISH_SLOT

static struct peer peer;

/* A container on the message hook with all helpers. */
#define CONTAINER(text_, count_)                                                            \
	(const struct fleet_container)                                                      \
	{                                                                                   \
		.name = "probe", .local_id = 4, .sequence = 1, .hook = HOOK_MESSAGE,        \
		.permissions = ALL_HELPERS, .text = (text_), .text_bytes = sizeof(text_),   \
		.text_count = (count_), .action = FAULT_ACTION_COUNT                        \
	}

static void start(const struct fleet_container *container)
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, container, 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, container->local_id, CONTAINER_CONFIRMED, 30000));
}

static void poke(uint8_t local_id)
{
	peer.published_bytes = 0;
	peer_send_input(&peer, &local_id, 1);
	peer_run(&peer, 500);
}

static int64_t published_number(void)
{
	CHECK_EQUAL(peer.published_bytes, 8);
	return (int64_t)bpf_load64(peer.published);
}

static struct femto_container_info info(void)
{
	struct femto_container_info it = {.state = 0};
	CHECK_EQUAL(femto_get_container(&peer.femto, 0, &it), FEMTO_OK);
	return it;
}

TEST("now gives the milliseconds since boot")
{
	static const uint8_t text[] = {CALL(HELPER_NOW), PUBLISH_R0};
	const struct fleet_container container = CONTAINER(text, 8);
	start(&container);
	const uint64_t before_ms = peer.now_ms;
	poke(4);
	CHECK(published_number() >= (int64_t)before_ms && published_number() <= (int64_t)peer.now_ms);
}

TEST("a sample that a container takes is the one of the port")
{
	static const uint8_t text[] = {MOV_IMM(1, 0), MOV_REG(2, 10), ADD_IMM(2, MINUS(8)),
		CALL(HELPER_SENSOR_READ), PUBLISH_SLOT};
	const struct fleet_container container = CONTAINER(text, 10);
	start(&container);
	poke(4);
	CHECK_EQUAL(published_number(), 42);
}

TEST("a channel that the device lacks gives notFound")
{
	static const uint8_t text[] = {MOV_IMM(1, 9), MOV_REG(2, 10), ADD_IMM(2, MINUS(8)),
		CALL(HELPER_SENSOR_READ), PUBLISH_R0};
	const struct fleet_container container = CONTAINER(text, 11);
	start(&container);
	poke(4);
	CHECK_EQUAL(published_number(), HELPER_ERR_NOT_FOUND);
}

TEST("a number in each key-value scope is kept until the quota, and scopes do not mix")
{
	static const struct {
		const char *name;
		uint64_t scope;
		uint32_t quota;
	} rows[] = {
		{"local", KV_LOCAL, 4},
		{"tenant", KV_TENANT, 4},
		{"global", KV_GLOBAL, FEMTO_KV_GLOBAL_MAX},
	};
	start(&echo);
	const struct femto_container *container =
		&peer.femto.containers[femto_find_container(&peer.femto, 2)];
	for (size_t i = 0; i < 3; i++) {
		harness_row(rows[i].name);
		int64_t value = 0;
		CHECK_EQUAL(femto_kv_get(&peer.femto, container, rows[i].scope, 1, &value),
			HELPER_ERR_NOT_FOUND);
		for (uint32_t key = 1; key <= rows[i].quota; key++) {
			CHECK_EQUAL(femto_kv_put(&peer.femto, container, rows[i].scope, key, -5), 0);
		}
		CHECK_EQUAL(femto_kv_put(&peer.femto, container, rows[i].scope, 99, 1),
			HELPER_ERR_NO_ROOM);
		CHECK_EQUAL(femto_kv_put(&peer.femto, container, rows[i].scope, 1, 8), 0);
		CHECK_EQUAL(femto_kv_get(&peer.femto, container, rows[i].scope, 1, &value), 0);
		CHECK_EQUAL(value, 8);
		memset(peer.femto.kv, 0, sizeof(peer.femto.kv));
	}
	harness_row(NULL);
	int64_t value = 0;
	CHECK_EQUAL(femto_kv_put(&peer.femto, container, 3, 1, 1), HELPER_ERR_INVALID);
	CHECK_EQUAL(femto_kv_get(&peer.femto, container, 3, 1, &value), HELPER_ERR_INVALID);
}

TEST("what a container counts in its store is there at the next run, and gone with the container")
{
	static const uint8_t text[] = {
		MOV_IMM(1, 0), MOV_IMM(2, 1), MOV_REG(3, 10), ADD_IMM(3, MINUS(8)),
		CALL(HELPER_KV_GET), 0x79, (10 << 4 | 3), MINUS(8),
		ADD_IMM(3, 2), MOV_IMM(1, 0), MOV_IMM(2, 1), CALL(HELPER_KV_PUT),
		PUBLISH_SLOT};
	const struct fleet_container container = CONTAINER(text, 16);
	start(&container);
	for (int64_t i = 0; i < 3; i++) {
		poke(4);
		CHECK_EQUAL(published_number(), i);
	}
	fleet_assign(&peer.fleet, NULL, 0);
	peer_publish_head(&peer);
	peer_run(&peer, 5000);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 4, CONTAINER_CONFIRMED, 30000));
	poke(4);
	CHECK_EQUAL(published_number(), 0);
}

TEST("a log line goes out behind the local id of its container, cut to its greatest length")
{
	static const uint8_t text[] = {
		MOV_REG(1, 10), ADD_IMM(1, MINUS(56)), MOV_IMM(2, 56), CALL(HELPER_LOG), EXIT};
	const struct fleet_container container = CONTAINER(text, 5);
	start(&container);
	poke(4);
	CHECK_EQUAL(peer.published_bytes, 1u + FEMTO_TEXT_MAX);
	CHECK_EQUAL(peer.published[0], container.local_id);
	CHECK_EQUAL(info().faults, 0);
}

TEST("a helper checks the whole of what its address and length name")
{
	static const struct {
		const char *name;
		uint8_t text[16];
		uint16_t bytes;
		uint16_t count;
	} rows[] = {
		{"a log line that goes beyond the stack",
			{MOV_REG(1, 10), ADD_IMM(1, MINUS(56)), MOV_IMM(2, 57), CALL(HELPER_LOG), EXIT}, 11,
			5},
		{"a publication from address 0", {MOV_IMM(1, 0), MOV_IMM(2, 1), MOV_IMM(3, 0),
										CALL(HELPER_PUBLISH), EXIT}, 12, 5},
		{"a value to the read-only context", {MOV_REG(3, 1), MOV_IMM(1, 0), MOV_IMM(2, 1),
											CALL(HELPER_KV_GET), EXIT}, 11, 5},
		{"a sample to address 0", {MOV_IMM(1, 0), MOV_IMM(2, 0), CALL(HELPER_SENSOR_READ), EXIT},
			9, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row(rows[i].name);
		struct fleet_container container = CONTAINER(rows[i].text, rows[i].count);
		container.text_bytes = rows[i].bytes;
		start(&container);
		poke(4);
		CHECK_EQUAL(info().faults, 1);
		CHECK_EQUAL(info().fault_cause, BPF_FAULT_BAD_ACCESS);
		CHECK_EQUAL(peer.publications, 0);
	}
	harness_row(NULL);
}

TEST("a publication that is too long, or of a quality that does not exist, is invalid")
{
	static const uint8_t length[] = {MOV_REG(1, 10), ADD_IMM(1, MINUS(56)), MOV_IMM(2, 49),
		MOV_IMM(3, 0), CALL(HELPER_PUBLISH), PUBLISH_R0};
	static const uint8_t quality[] = {MOV_REG(1, 10), ADD_IMM(1, MINUS(56)), MOV_IMM(2, 8),
		MOV_IMM(3, 2), CALL(HELPER_PUBLISH), PUBLISH_R0};
	const struct fleet_container first = CONTAINER(length, 12);
	start(&first);
	poke(4);
	CHECK_EQUAL(published_number(), HELPER_ERR_INVALID);
	const struct fleet_container second = CONTAINER(quality, 12);
	start(&second);
	poke(4);
	CHECK_EQUAL(published_number(), HELPER_ERR_INVALID);
}

TEST("containers on one hook run by their order")
{
	static const uint8_t one[] = {MOV_IMM(0, 1), PUBLISH_R0};
	static const uint8_t two[] = {MOV_IMM(0, 2), PUBLISH_R0};
	for (uint16_t turn = 0; turn < 2; turn++) {
		struct fleet_container both[2] = {CONTAINER(one, 8), CONTAINER(two, 8)};
		both[1].name = "probe-2";
		both[1].local_id = 5;
		for (size_t i = 0; i < 2; i++) {
			both[i].hook = HOOK_SENSOR;
			both[i].order = (uint16_t)(i == turn ? 20 : 10);
		}
		peer_init(&peer);
		fleet_assign(&peer.fleet, both, 2);
		peer_publish_head(&peer);
		REQUIRE(peer_run_until(&peer, 4, CONTAINER_TRIAL, 30000));
		REQUIRE(peer_run_until(&peer, 5, CONTAINER_TRIAL, 30000));
		femto_hook_sensor(&peer.femto, 0, 1, peer.now_ms);
		peer_run(&peer, 1000);
		femto_hook_sensor(&peer.femto, 0, 1, peer.now_ms);
		peer_run(&peer, 1000);
		CHECK_EQUAL(peer.publications, 4);
		CHECK_EQUAL(published_number(), turn + 1); /* the one with the higher order is last */
	}
}

/* The container `local_id`, which publishes `number`. */
static struct fleet_container numbered(uint8_t local_id, uint8_t number)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	static uint8_t texts[16][24];
	static size_t used;
	uint8_t *text = texts[used++ % 16u];
	const uint8_t bytes[] = {MOV_IMM(0, 0), PUBLISH_R0};
	memcpy(text, bytes, sizeof(bytes));
	text[2] = (uint8_t)(2u * number);
	struct fleet_container container = CONTAINER(echo_text, 8);
	container.text = text;
	container.text_bytes = sizeof(bytes);
	container.local_id = local_id;
	container.name = names[local_id - 1u];
	container.sequence = number;
	return container;
}

static void check_numbers(const struct fleet_container *containers, size_t count)
{
	fleet_assign(&peer.fleet, containers, count);
	peer_publish_head(&peer);
	for (size_t i = 0; i < count; i++) {
		CHECK(peer_run_until(&peer, containers[i].local_id, CONTAINER_CONFIRMED, 30000));
	}
	for (size_t i = 0; i < count; i++) {
		poke(containers[i].local_id);
		CHECK_EQUAL(published_number(), containers[i].sequence);
	}
}

TEST("containers keep their code while others come, change and go")
{
	peer_init(&peer);
	const struct fleet_container three[] = {numbered(1, 11), numbered(2, 12), numbered(3, 13)};
	check_numbers(three, 3);
	const struct fleet_container changed[] = {numbered(1, 21), three[1], three[2]};
	check_numbers(changed, 3);
	const struct fleet_container two[] = {changed[0], three[2]};
	check_numbers(two, 2);
	const struct fleet_container grown[] = {changed[0], three[2], numbered(4, 14)};
	check_numbers(grown, 3);
	const struct fleet_container last[] = {changed[0], numbered(3, 23), grown[2]};
	check_numbers(last, 3);
	CHECK_EQUAL(peer.femto.arena_used, 3u * (8u * 8u + 16u));
}

TEST("a run that uses up its instructions ends with a fault and does not stop the device")
{
	static const uint8_t text[] = {0x05, MINUS(1), EXIT}; /* jumps to itself */
	struct fleet_container container = CONTAINER(text, 2);
	container.instructions = 5000;
	start(&container);
	poke(4);
	CHECK_EQUAL(info().fault_cause, BPF_FAULT_BUDGET_EXHAUSTED);
	CHECK(info().instructions >= 5000 && info().instructions <= 5001);
}
