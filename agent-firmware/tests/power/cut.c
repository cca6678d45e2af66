#include "tests/power/cut.h"

#include <string.h>

#include "core/agent/parts.h"
#include "harness.h"

#define STATES_MAX 131072u
#define SAVED_MAX 24u
#define END_MS 120000u

/* What must not get lost, as it was when the phase began. */
struct before {
	uint32_t boot;
	uint64_t generation;
	uint8_t digests[32][FEMTO_DIGEST_BYTES]; /* of what ran, by local id */
	uint32_t numbers[32]; /* and its generation */
	uint8_t standings[32];
	bool ran[32];
	uint64_t floors[4]; /* by container of `names` */
};

static struct peer copy;
static struct peer *original;
static struct before before;
static struct cut_effort effort;
static const struct cut_phase *phase;
static uint64_t states[STATES_MAX]; /* hashes, open addressing; 0 = free */
static uint32_t state_count;
static uint32_t cuts;
static uint64_t operations;
static struct fake_flash saved[SAVED_MAX];
static struct fleet saved_fleets[SAVED_MAX];
static size_t saved_count;
static bool is_booting; /* there is no document to follow to its end */

/* FNV-1a by words. */
static uint64_t hash_of(const struct fake_flash *flash)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const uint32_t size = flash->geometry.unit_bytes * flash->geometry.unit_count;
	for (uint32_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		memcpy(&word, flash->bytes + at, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return hash == 0 ? 1 : hash;
}

/* Whether this content was not there before. */
static bool is_new(const struct fake_flash *flash)
{
	const uint64_t hash = hash_of(flash);
	uint32_t at = (uint32_t)(hash % STATES_MAX);
	while (states[at] != 0 && states[at] != hash) {
		at = (at + 1u) % STATES_MAX;
	}
	if (states[at] == hash || !harness_check(state_count < STATES_MAX / 2u, "room for states",
								  __FILE__, __LINE__)) {
		return false;
	}
	states[at] = hash;
	state_count++;
	return true;
}

static const struct femto_container *container_of(const struct peer *peer, uint8_t local_id)
{
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		if (peer->femto.containers[i].local_id == local_id) {
			return &peer->femto.containers[i];
		}
	}
	return NULL;
}

static const struct {
	uint32_t tenant;
	const char *name;
} names[4] = {
	{FLEET_TENANT, "quiet"},
	{FLEET_TENANT, "echo"},
	{FLEET_OTHER_TENANT, "quiet"},
	{FLEET_TENANT, "third"},
};

static uint64_t floor_of(const struct peer *peer, size_t name)
{
	const struct store_key key = store_key_name(STORE_FLOOR, names[name].tenant,
		(const uint8_t *)names[name].name, strlen(names[name].name));
	uint64_t floor = 0;
	CHECK_EQUAL(store_get_number(&peer->femto.store, &key, &floor), STORE_OK);
	return floor;
}

static void remember(const struct peer *peer)
{
	memset(&before, 0, sizeof(before));
	before.boot = peer->femto.boot;
	before.generation = peer->femto.document_generation;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *container = &peer->femto.containers[i];
		if (container->local_id != 0 && container->attached) {
			before.ran[container->local_id] = true;
			before.numbers[container->local_id] = container->generation;
			before.standings[container->local_id] = container->standing;
			memcpy(before.digests[container->local_id], container->active.digest,
				FEMTO_DIGEST_BYTES);
		}
	}
	for (size_t name = 0; name < 4; name++) {
		before.floors[name] = floor_of(peer, name);
	}
}

static bool is_assigned(uint8_t local_id)
{
	for (uint8_t i = 0; i < phase->count; i++) {
		if (phase->containers[i].local_id == local_id) {
			return true;
		}
	}
	return false;
}

/* Without the gateway: what ran before runs, or what the new document names for it. */
static void check_alone(const struct peer *peer)
{
	for (uint8_t id = 1; id < 32; id++) {
		const struct femto_container *container = container_of(peer, id);
		if (!before.ran[id]) {
			continue;
		}
		if (container == NULL) {
			/* removed, and that only by the new document */
			CHECK(!is_assigned(id) && peer->femto.document_generation > before.generation);
			continue;
		}
		CHECK(container->attached);
		CHECK(memcmp(container->active.digest, before.digests[id], FEMTO_DIGEST_BYTES) == 0 ||
			  (peer->femto.document_generation > before.generation &&
				  memcmp(container->active.digest, container->wanted.digest,
					  FEMTO_DIGEST_BYTES) == 0));
	}
	CHECK(peer->femto.boot > before.boot);
	CHECK(peer->femto.document_generation >= before.generation);
	for (size_t name = 0; name < 4; name++) {
		CHECK(floor_of(peer, name) >= before.floors[name]);
	}
}

/* What ran before runs as it stood, under the policy of its document; the store says the same. */
static void check_policy(void)
{
	for (uint8_t id = 1; id < 32; id++) {
		const struct femto_container *container = container_of(&copy, id);
		struct femto_mark mark;
		if (!before.ran[id] || !harness_check(container != NULL && femto_read_mark(&copy.femto, id, &mark),
								   "a container with a mark", __FILE__, __LINE__)) {
			continue;
		}
		CHECK_EQUAL(container->generation, before.numbers[id]);
		CHECK_EQUAL(container->standing, before.standings[id]);
		CHECK_EQUAL(mark.current.generation, before.numbers[id]);
		CHECK_EQUAL(mark.current.standing, before.standings[id]);
		CHECK(memcmp(&container->active, &container->wanted, sizeof(struct femto_spec)) == 0);
		CHECK(memcmp(&mark.current.spec, &container->wanted, sizeof(struct femto_spec)) == 0);
	}
}

static bool has_ended(const struct peer *peer)
{
	if (peer->report.accepted_generation != peer->fleet.generation) {
		return false;
	}
	for (size_t i = 0; i < 4 && phase->ends[i].local_id != 0; i++) {
		const struct cut_end *end = &phase->ends[i];
		const uint8_t state = peer->report.state[end->local_id];
		const struct femto_container *container = container_of(peer, end->local_id);
		if (container == NULL || (state != end->state && state != end->other) ||
			container->attached != (state != CONTAINER_QUARANTINED)) {
			return false;
		}
	}
	return peer->report.containers == phase->count;
}

/* Lives until the end of the phase is there. */
static bool live_on(struct peer *peer)
{
	const uint64_t end_ms = peer->now_ms + END_MS;
	while (!has_ended(peer) && peer->now_ms < end_ms && !harness_has_failed()) {
		peer_run(peer, 500);
	}
	return has_ended(peer);
}

/* Boots the copy from what the cut has left in its flash. */
static void recover(void)
{
	copy.is_down = true;
	copy.head_pending = false;
	copy.lose_every = 0;
	peer_boot(&copy);
	peer_run(&copy, 200);
	check_alone(&copy);
	if (phase->is_policy) {
		check_policy();
	}
	if (is_booting) {
		return;
	}
	copy.is_down = false;
	peer_publish_head(&copy);
	CHECK(live_on(&copy));
	CHECK_EQUAL(copy.flash.violations, 0);
	for (size_t name = 0; name < 4; name++) {
		CHECK(floor_of(&copy, name) >= before.floors[name]);
	}
}

static void cut(const struct fake_operation *operation, enum fake_cut way, uint32_t salt)
{
	copy = *original;
	copy.flash.observe = NULL;
	copy.flash.cut = way;
	copy.flash.seed = (copy.flash.seed ^ (salt * 2654435761u)) | 1u;
	fake_flash_cut(&copy.flash, operation);
	const bool is_seen = way != FAKE_CUT_INVISIBLE;
	if (is_new(&copy.flash) || !is_seen) {
		cuts++;
		recover();
	}
}

static void observe(const struct fake_flash *flash, const struct fake_operation *operation)
{
	operations++;
	if (operation->data == NULL && saved_count < SAVED_MAX) {
		saved_fleets[saved_count] = original->fleet;
		saved[saved_count++] = *flash;
	}
	if (harness_has_failed() || (operations % effort.stride != 0 && operation->data != NULL)) {
		return;
	}
	cut(operation, FAKE_CUT_BEFORE, 0);
	for (uint32_t half = 0; half < effort.halves && !harness_has_failed(); half++) {
		cut(operation, FAKE_CUT_HALF, effort.seed + (uint32_t)operations * 16u + half);
	}
	if (operations % effort.invisible == 0 && !harness_has_failed()) {
		cut(operation, FAKE_CUT_INVISIBLE, 0);
	}
	if (!harness_has_failed()) {
		cut(operation, FAKE_CUT_AFTER, 0);
	}
}

void cut_begin(struct peer *peer, const struct cut_effort *how)
{
	effort = *how;
	original = peer;
}

/* The watchdog resets the device while the newest version is on trial. */
static void reset(struct peer *peer)
{
	for (uint8_t i = 0; i < phase->resets; i++) {
		peer_run(peer, 3000);
		peer->reset_cause = FEMTO_RESET_WATCHDOG;
		peer_boot(peer);
	}
}

/* What the phase has led to is still there after a reboot, without the gateway. */
static void check_kept(void)
{
	copy = *original;
	copy.is_down = true;
	peer_boot(&copy);
	peer_run(&copy, 200);
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *was = &original->femto.containers[i];
		const struct femto_container *is = container_of(&copy, was->local_id);
		if (was->local_id == 0) {
			continue;
		}
		CHECK(is != NULL && is->attached == was->attached && is->standing == was->standing &&
			  memcmp(&is->active, &was->active, sizeof(was->active)) == 0);
		/* what was refused without having run is looked at again, and refused again */
		const bool barred = was->barred.reason != 0 &&
							was->barred.generation == original->femto.document_generation;
		CHECK(is != NULL && (!barred || is->state == was->state));
	}
}

bool cut_live(struct peer *peer, const struct cut_phase *what)
{
	harness_row(what->row);
	phase = what;
	original = peer;
	fleet_assign(&peer->fleet, phase->containers, phase->count);
	remember(peer);
	peer->flash.observe = observe;
	peer_publish_head(peer);
	reset(peer);
	const bool good = live_on(peer);
	peer->flash.observe = NULL;
	CHECK(good);
	check_kept();
	CHECK_EQUAL(peer->flash.violations, 0);
	return good && !harness_has_failed();
}

bool cut_resume(struct peer *peer, const struct fake_flash *flash, const struct fleet *fleet,
	const struct cut_effort *how)
{
	/* a copy tells what there is */
	memset(&copy, 0, sizeof(copy));
	peer_init_flash(&copy, flash->geometry.unit_bytes, flash->geometry.unit_count, 0xff);
	copy.fleet = *fleet;
	copy.flash = *flash;
	copy.flash.observe = NULL;
	copy.is_down = true;
	peer_boot(&copy);
	peer_run(&copy, 200);
	remember(&copy);
	before.boot--;
	*peer = copy;
	peer->is_down = false;
	peer->flash = *flash;
	peer->flash.observe = observe;
	cut_begin(peer, how);
	static const struct cut_phase none = {.row = "boot"};
	phase = &none;
	is_booting = true;
	peer_boot(peer);
	is_booting = false;
	return !harness_has_failed();
}

uint32_t cut_states(void)
{
	return state_count;
}

uint32_t cut_count(void)
{
	return cuts;
}

bool cut_saved(size_t n, struct fake_flash *flash, struct fleet *fleet)
{
	if (n >= saved_count) {
		return false;
	}
	*flash = saved[n];
	*fleet = saved_fleets[n];
	return true;
}

size_t cut_saved_count(void)
{
	return saved_count;
}
