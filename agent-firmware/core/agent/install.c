/* Attaching a generation in place of what a container ran before. */
#include "parts.h"

#include <string.h>

static const struct femto_refused accepted = {0, FEMTO_NO_INSTRUCTION};

static struct femto_refused refuse(uint8_t reason)
{
	return (struct femto_refused){reason, FEMTO_NO_INSTRUCTION};
}

/* Keeps a new install; when the store is full the generation before the current one goes. */
static bool keep_new(struct femto *f, struct femto_container *container, uint32_t generation,
	struct cbor_view statement, struct cbor_view image)
{
	if (femto_keep_install(f, container->local_id, generation, statement, image)) {
		return true;
	}
	if (container->previous == 0) {
		return false;
	}
	femto_forget_install(f, container->local_id, container->previous);
	container->previous = 0;
	memset(container->previous_digest, 0, FEMTO_DIGEST_BYTES);
	return femto_keep_install(f, container->local_id, generation, statement, image);
}

/* Current and previous generation once `generation` is the current one. */
static void rotate(struct femto *f, struct femto_container *container, uint32_t generation)
{
	if (generation == container->generation) {
		return;
	}
	if (generation != container->previous) {
		femto_forget_install(f, container->local_id, container->previous);
	}
	container->previous = container->generation;
	memcpy(container->previous_digest, container->active.digest, FEMTO_DIGEST_BYTES);
	container->generation = generation;
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
	const struct femto_loaded *loaded, const struct femto_spec *spec, uint64_t now_ms)
{
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
	container->active = *spec;
	container->attached = true;
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		container->due_ms[i] = now_ms + spec->hooks[i].period_ms;
	}
	femto_trial_begin(container, now_ms);
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

/* Confirmed stays confirmed over a reboot, when nothing about it has changed. */
static bool stays_confirmed(const struct femto_container *container, const struct femto_spec *spec)
{
	return container->stored_confirmed && memcmp(&container->active, spec, sizeof(*spec)) == 0;
}

struct femto_refused femto_install(struct femto *f, const struct femto_spec *spec,
	size_t image_bytes, uint32_t generation, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[f->candidate.index];
	const struct femto_spec copy = *spec; /* it may be container->active */
	const struct cbor_view statement = {f->object, f->candidate.statement_bytes};
	const struct cbor_view image = {f->object + statement.size, image_bytes};
	struct femto_loaded loaded;
	const struct femto_refused refused = load_beside(f, container, &copy, image, &loaded);
	if (refused.reason != 0) {
		return refused;
	}
	const uint32_t newest = container->generation > container->previous ? container->generation
																		: container->previous;
	const uint32_t number = generation != 0 ? generation : newest + 1u;
	const bool confirmed = stays_confirmed(container, &copy);
	if (generation == 0 && !keep_new(f, container, number, statement, image)) {
		femto_arena_give(f, loaded.arena_at, loaded.arena_bytes);
		return refuse(REFUSAL_NO_FLASH);
	}
	const uint8_t boots = container->trial_boots;
	detach_old(f, container, &loaded);
	rotate(f, container, number);
	attach(f, container, &loaded, &copy, now_ms);
	container->trial_boots = container->stored_trial ? (uint8_t)(boots + 1u) : 0;
	container->stored_confirmed = false;
	container->stored_trial = false;
	container->confirmed = confirmed;
	femto_set_state(
		f, container, confirmed ? CONTAINER_CONFIRMED : CONTAINER_TRIAL, accepted, now_ms);
	/* a mark that is not written costs a download after the next reboot, nothing else */
	(void)femto_keep_mark(f, container);
	f->candidate.index = FEMTO_NO_SLOT;
	return accepted;
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
	return femto_install(f, spec, image_bytes, generation, now_ms);
}
