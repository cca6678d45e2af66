/* Attaching a generation in place of what a container ran before. */
#include "parts.h"

#include <string.h>

static const struct femto_refused accepted = {0, FEMTO_NO_INSTRUCTION};

static struct femto_refused refuse(uint8_t reason)
{
	return (struct femto_refused){reason, FEMTO_NO_INSTRUCTION};
}

/*
 * Keeps a new install; when the store is full, the one of the two others goes that stands worse:
 * should power fail now, the better one is attached.
 */
static bool keep_new(struct femto *f, struct femto_container *container, uint32_t generation,
	struct cbor_view statement, struct cbor_view image)
{
	if (femto_keep_install(f, container->local_id, generation, statement, image)) {
		return true;
	}
	if (container->previous == 0 || container->previous == container->generation) {
		return false;
	}
	if (container->previous_standing > container->standing) {
		femto_forget_install(f, container->local_id, container->generation);
	} else {
		femto_forget_install(f, container->local_id, container->previous);
	}
	return femto_keep_install(f, container->local_id, generation, statement, image);
}

/* What lay in the arena before the block that is taken away moves with it. */
static void detach_old(struct femto *f, struct femto_container *container,
	struct femto_loaded *loaded)
{
	const uint16_t before = f->arena_used;
	const bool behind = container->attached && loaded->arena_at > container->arena_at;
	femto_detach(f, container);
	if (behind) {
		loaded->arena_at = (uint16_t)(loaded->arena_at - (before - f->arena_used));
	}
}

static void attach(struct femto *f, struct femto_container *container,
	const struct femto_loaded *loaded, uint64_t now_ms)
{
	const struct femto_spec *spec = &container->active;
	container->arena_at = loaded->arena_at;
	container->arena_bytes = loaded->arena_bytes;
	container->text_count = loaded->text_count;
	container->rodata_bytes = loaded->rodata_bytes;
	container->data_bytes = loaded->data_bytes;
	container->stack_bytes = loaded->stack_bytes;
	container->parameter_count = loaded->parameter_count;
	memcpy(container->entries, loaded->entries, sizeof(container->entries));
	memcpy(container->parameters, loaded->parameters, sizeof(container->parameters));
	memcpy(container->grant_digest, f->candidate.grant_digest, FEMTO_DIGEST_BYTES);
	container->contract = f->candidate.contract;
	container->attached = true;
	container->restore = false;
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		container->due_ms[i] = now_ms + spec->hooks[i].period_ms;
	}
	femto_trial_begin(f, container, now_ms);
	/* a report on its way shows what ran before */
	f->report.shown &= ~((uint32_t)1u << (container - f->containers));
	femto_sort_attachments(f);
}

/* Loads; when the arena is too small for both, what ran before makes room. */
static struct femto_refused load_beside(struct femto *f, struct femto_container *container,
	const struct femto_spec *spec, struct cbor_view image, struct femto_loaded *loaded)
{
	struct femto_refused refused = femto_load(f, spec, image, loaded);
	if (refused.reason == REFUSAL_NO_RAM && container->attached) {
		femto_detach(f, container);
		refused = femto_load(f, spec, image, loaded);
	}
	return refused;
}

/*
 * Attaches what is loaded as `generation` with `spec`. The store learns of it first: whatever the
 * new code does to the device, the next boot knows what was on trial.
 */
static struct femto_refused activate(struct femto *f, struct femto_container *container,
	struct femto_loaded *loaded, uint32_t generation, const struct femto_spec *spec,
	uint64_t now_ms)
{
	const bool same = generation == container->generation &&
					  container->standing != FEMTO_STANDING_GIVEN_UP &&
					  memcmp(spec, &container->active, sizeof(*spec)) == 0;
	if (!same) {
		container->link_worked = f->link.state != MQSN_STATE_CONNECTING &&
								 f->link.state != MQSN_STATE_SUBSCRIBING;
		container->resets = 0;
	}
	const uint8_t standing = same ? container->standing : FEMTO_STANDING_TRIAL;
	if (!same && !femto_take_generation(f, container, generation, spec, standing)) {
		femto_arena_give(f, loaded->arena_at, loaded->arena_bytes);
		return refuse(REFUSAL_NO_FLASH);
	}
	detach_old(f, container, loaded);
	attach(f, container, loaded, now_ms);
	if (standing == FEMTO_STANDING_CONFIRMED && container->contract.floor > 0) {
		(void)femto_keep_floor(f, &container->contract); /* power may have failed before it */
	}
	const bool wanted = memcmp(&container->wanted, &container->active, sizeof(*spec)) == 0;
	if (wanted && container->state != CONTAINER_REFUSED) {
		femto_set_state(f, container,
			standing == FEMTO_STANDING_CONFIRMED ? CONTAINER_CONFIRMED : CONTAINER_TRIAL,
			accepted, now_ms);
	}
	f->candidate.index = FEMTO_NO_SLOT;
	return accepted;
}

/* Whether what runs is another container that had the same local id. */
static bool is_foreign(const struct femto_container *container, const struct femto_contract *next)
{
	const struct femto_contract *now = &container->contract;
	return container->attached &&
		   (now->tenant != next->tenant || memcmp(now->name, next->name, FEMTO_NAME_MAX) != 0);
}

struct femto_refused femto_install_new(
	struct femto *f, const struct femto_spec *spec, size_t image_bytes, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[f->candidate.index];
	const struct cbor_view statement = {f->object, f->candidate.statement_bytes};
	const struct cbor_view image = {f->object + statement.size, image_bytes};
	struct femto_loaded loaded;
	const struct femto_refused refused = load_beside(f, container, spec, image, &loaded);
	if (refused.reason != 0) {
		return refused;
	}
	const uint32_t number = 1u + (container->generation > container->previous
										 ? container->generation
										 : container->previous);
	const bool foreign = is_foreign(container, &f->candidate.contract);
	if (!keep_new(f, container, number, statement, image)) {
		femto_arena_give(f, loaded.arena_at, loaded.arena_bytes);
		return refuse(REFUSAL_NO_FLASH);
	}
	const struct femto_refused outcome =
		activate(f, container, &loaded, number, spec, now_ms);
	if (outcome.reason == 0 && foreign && container->previous != 0) {
		container->previous_standing = FEMTO_STANDING_GIVEN_UP; /* never to be gone back to */
		(void)femto_keep_standing(f, container);
	}
	return outcome;
}

struct femto_refused femto_install_stored(struct femto *f, uint8_t slot,
	const struct femto_spec *spec, uint32_t generation, uint64_t now_ms)
{
	size_t statement_bytes = 0;
	size_t image_bytes = 0;
	femto_pull_stop(f); /* the buffer is needed */
	if (!femto_read_install(f, f->containers[slot].local_id, generation, &statement_bytes,
			&image_bytes) ||
		!femto_is_named((struct cbor_view){f->object, statement_bytes}, spec->digest,
			FEMTO_DIGEST_BYTES)) {
		return refuse(REFUSAL_DIGEST_MISMATCH);
	}
	const struct cbor_view statement = {f->object, statement_bytes};
	const struct cbor_view image = {f->object + statement_bytes, image_bytes};
	const uint8_t reason = femto_accept_statement(f, slot, spec, statement);
	if (reason != 0) {
		return refuse(reason);
	}
	if (!femto_is_named(
			image, f->candidate.image_digest, sizeof(f->candidate.image_digest))) {
		return refuse(REFUSAL_DIGEST_MISMATCH);
	}
	struct femto_container *container = &f->containers[slot];
	struct femto_loaded loaded;
	const struct femto_spec copy = *spec; /* it may be container->active */
	const struct femto_refused refused = load_beside(f, container, &copy, image, &loaded);
	return refused.reason != 0
			   ? refused
			   : activate(f, container, &loaded, generation, &copy, now_ms);
}
