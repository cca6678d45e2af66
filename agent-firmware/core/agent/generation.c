/*
 * Which generations of a container there are: the current one, and one to go back to. The store
 * learns of a change before anything is attached, in one record, so that a power failure leaves the
 * state before or the state behind it.
 */
#include "parts.h"

#include <string.h>

static bool same_digest(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, FEMTO_DIGEST_BYTES) == 0;
}

/* The mark in the store, when it is about the generation that RAM calls the current one. */
static bool read_own(
	struct femto *f, const struct femto_container *container, struct femto_mark *mark)
{
	return femto_read_mark(f, container->local_id, mark) &&
		   mark->current.generation == container->generation &&
		   same_digest(mark->current.spec.digest, container->active.digest);
}

static struct femto_kept kept_of(const struct femto_container *container)
{
	return (struct femto_kept){
		container->generation, container->standing, container->active};
}

/* What is not about one generation alone. */
static void fill(struct femto_mark *mark, const struct femto_container *container)
{
	mark->barred = container->barred;
	mark->resets = container->resets;
	mark->link_worked = container->link_worked;
}

/* The previous generation of RAM with its spec, which only the store has. */
static struct femto_kept previous_of(
	struct femto *f, const struct femto_container *container)
{
	struct femto_mark mark;
	if (container->previous == 0 || !femto_read_mark(f, container->local_id, &mark) ||
		mark.previous.generation != container->previous) {
		return (struct femto_kept){0};
	}
	mark.previous.standing = container->previous_standing;
	return mark.previous;
}

static void set_previous(struct femto_container *container, const struct femto_kept *previous)
{
	container->previous = previous->generation;
	container->previous_standing = previous->standing;
	memcpy(container->previous_digest, previous->spec.digest, FEMTO_DIGEST_BYTES);
}

static void set_current(struct femto_container *container, const struct femto_kept *current)
{
	container->generation = current->generation;
	container->standing = current->standing;
	container->active = current->spec;
}

/* Drops the install of a number that neither generation has any more. */
static void drop_unused(struct femto *f, const struct femto_container *container, uint32_t number)
{
	if (number != container->generation && number != container->previous) {
		femto_forget_install(f, container->local_id, number);
	}
}

bool femto_take_generation(struct femto *f, struct femto_container *container,
	uint32_t generation, const struct femto_spec *spec, uint8_t standing)
{
	const struct femto_kept before = previous_of(f, container);
	const struct femto_kept now = kept_of(container);
	struct femto_mark mark = {.current = {generation, standing, *spec}};
	/* going back to what was the previous one leaves only the current one to be kept */
	const bool swaps = before.generation == generation && now.generation != generation;
	mark.previous = !swaps && before.generation != 0 && before.standing > now.standing ? before
																					  : now;
	if (now.generation == 0) {
		memset(&mark.previous, 0, sizeof(mark.previous));
	}
	fill(&mark, container);
	if (!femto_keep_mark(f, container->local_id, &mark)) {
		return false;
	}
	const uint32_t old_previous = container->previous;
	set_current(container, &mark.current);
	set_previous(container, &mark.previous);
	drop_unused(f, container, old_previous);
	drop_unused(f, container, now.generation);
	return true;
}

bool femto_keep_standing(struct femto *f, const struct femto_container *container)
{
	struct femto_mark mark = {
		.current = kept_of(container), .previous = previous_of(f, container)};
	fill(&mark, container);
	return femto_keep_mark(f, container->local_id, &mark);
}

void femto_take_policy(struct femto *f, struct femto_container *container)
{
	const struct femto_spec *wanted = &container->wanted;
	struct femto_spec next = container->active;
	next.min_runs = wanted->min_runs;
	next.min_ready_seconds = wanted->min_ready_seconds;
	next.max_faults = wanted->max_faults;
	next.action = wanted->action;
	const bool is_new = memcmp(&next, &container->active, sizeof(next)) != 0;
	if (container->generation == 0 || container->standing == FEMTO_STANDING_GIVEN_UP || !is_new ||
		memcmp(&next, wanted, sizeof(next)) != 0) {
		return;
	}
	container->active = next;
	/* not kept, the document, which is in the store, says it again at the next boot */
	(void)femto_keep_standing(f, container);
}

bool femto_exchange(struct femto *f, struct femto_container *container)
{
	struct femto_mark mark;
	if (container->previous == 0 || !read_own(f, container, &mark) ||
		mark.previous.generation != container->previous) {
		return false;
	}
	const struct femto_kept failed = kept_of(container);
	mark.current = mark.previous;
	mark.current.standing = container->previous_standing;
	mark.previous = failed;
	container->resets = 0;
	fill(&mark, container);
	/* not kept, the next boot would try the failed one once more: that is all */
	(void)femto_keep_mark(f, container->local_id, &mark);
	set_current(container, &mark.current);
	set_previous(container, &mark.previous);
	return true;
}

void femto_recall(struct femto *f, struct femto_container *container)
{
	struct femto_mark mark;
	if (!femto_read_mark(f, container->local_id, &mark)) {
		return; /* it is fetched anew */
	}
	set_current(container, &mark.current);
	set_previous(container, &mark.previous);
	container->barred = mark.barred;
	container->resets = mark.resets;
	container->link_worked = mark.link_worked;
	container->restore =
		container->generation != 0 && container->standing != FEMTO_STANDING_GIVEN_UP;
	if (container->generation != 0 && container->standing == FEMTO_STANDING_GIVEN_UP) {
		container->state = CONTAINER_QUARANTINED;
		container->reason = mark.barred.reason;
		container->instruction = mark.barred.instruction;
	}
}

/* --- sweeping */

/* Whether something assigned refers to a mark or an install. */
static bool is_needed(const struct femto *f, enum store_kind kind, const struct store_key *key)
{
	const uint8_t slot = femto_find_container(f, key->bytes[0]);
	if (slot == FEMTO_NO_SLOT || kind == STORE_MARK) {
		return slot != FEMTO_NO_SLOT;
	}
	const struct femto_container *container = &f->containers[slot];
	const struct store_key current =
		store_key_slot(kind, container->local_id, container->generation);
	const struct store_key previous =
		store_key_slot(kind, container->local_id, container->previous);
	/* a mark that could not be read speaks for everything */
	return container->generation == 0 || memcmp(key->bytes, current.bytes, key->size) == 0 ||
		   memcmp(key->bytes, previous.bytes, key->size) == 0;
}

/* The document names the tenant of a grant. */
static bool is_granted(struct femto *f, const struct store_key *key)
{
	for (uint8_t i = 0; i < f->tenant_count; i++) {
		const struct store_key known =
			store_key_name(STORE_GRANT, f->tenants[i].tenant, NULL, 0);
		if (memcmp(known.bytes, key->bytes, key->size) == 0) {
			return true;
		}
	}
	return false;
}

/* Removes the first thing of a kind that nothing needs; false = there is none. */
static bool sweep_one(struct femto *f, enum store_kind kind)
{
	uint32_t cursor = 0;
	struct store_key key;
	struct store_ref ref;
	while (store_next(&f->store, kind, &cursor, &key, &ref) == STORE_OK) {
		const bool needed =
			kind == STORE_GRANT ? is_granted(f, &key) : is_needed(f, kind, &key);
		if (!needed) {
			return store_remove(&f->store, &key) == STORE_OK;
		}
	}
	return false;
}

void femto_sweep(struct femto *f)
{
	static const enum store_kind kinds[] = {STORE_MARK, STORE_GENERATION, STORE_GRANT};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		/* as many as the store can hold: a bound, should one not go */
		for (uint32_t turn = 0; turn < STORE_ENTRIES_MAX && sweep_one(f, kinds[i]); turn++) {
		}
	}
}
