/* What becomes of an object once it is there, or not. */
#include "parts.h"

#include <string.h>

#include "core/crypto/crypto.h"

#define PATIENCE 2u /* waits in a row after which the report names the reason */

/* The wait of whatever the pull is for. */
static struct femto_wait *wait_of(struct femto *f)
{
	switch (f->pull.object) {
	case FEMTO_OBJECT_NONE:
		return NULL;
	case FEMTO_OBJECT_DOCUMENT:
		return &f->document_wait;
	case FEMTO_OBJECT_GRANT:
		return &f->tenants[f->pull.index].wait;
	case FEMTO_OBJECT_STATEMENT:
	case FEMTO_OBJECT_IMAGE:
		return &f->containers[f->pull.index].wait;
	}
	return NULL;
}

/* Says in the report what the device waits for. */
static void note(struct femto *f, uint8_t reason, uint64_t now_ms)
{
	if (f->pull.object == FEMTO_OBJECT_STATEMENT || f->pull.object == FEMTO_OBJECT_IMAGE) {
		struct femto_container *container = &f->containers[f->pull.index];
		const struct femto_refused why = {reason, FEMTO_NO_INSTRUCTION};
		femto_set_state(f, container, container->state, why, now_ms);
	} else if (f->document_reason != reason) {
		f->document_reason = reason;
		femto_report_soon(f, now_ms);
	}
}

void femto_postpone(struct femto *f, uint8_t reason, uint64_t now_ms)
{
	struct femto_wait *wait = wait_of(f);
	if (wait == NULL) {
		return;
	}
	femto_pause(wait, now_ms);
	f->pull.paused = true;
	f->reconcile = true; /* something else may be possible meanwhile */
	if (reason == REFUSAL_DIGEST_MISMATCH || wait->fails >= PATIENCE) {
		note(f, reason, now_ms);
	}
}

/* A document or grant is there: what the report said about it is over. */
static void clear_note(struct femto *f, uint64_t now_ms)
{
	if (f->document_reason != 0) {
		f->document_reason = 0;
		femto_report_soon(f, now_ms);
	}
}

/* Each of these ends the pull; false = the same object is wanted again later. */

static bool finish_document(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	struct proto_document document;
	const uint8_t reason = femto_check_document(bytes, &document);
	if (reason != 0) {
		f->document_refused = true;
		f->document_reason = reason;
		femto_count(f, COUNTER_OBJECT_REFUSED);
		femto_report_soon(f, now_ms);
		femto_pull_stop(f);
		return true;
	}
	if (!femto_keep_document(f, femto_spare_place(f), bytes)) {
		femto_postpone(f, REFUSAL_NO_FLASH, now_ms);
		femto_pull_stop(f);
		return false;
	}
	clear_note(f, now_ms);
	f->document_generation = f->accepted_generation;
	femto_pull_stop(f);
	(void)femto_apply_document(f, bytes, now_ms); /* checked above */
	return true;
}

static bool finish_grant(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	struct femto_tenant *tenant = &f->tenants[f->pull.index];
	tenant->reason = femto_accept_grant(f, f->pull.index, bytes);
	clear_note(f, now_ms);
	if (tenant->reason != 0) {
		femto_count(f, COUNTER_OBJECT_REFUSED);
	}
	femto_pull_stop(f);
	return true;
}

static bool finish_statement(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	const uint8_t slot = f->pull.index;
	struct femto_container *container = &f->containers[slot];
	const struct femto_refused why = {
		femto_accept_statement(f, slot, &container->wanted, bytes), FEMTO_NO_INSTRUCTION};
	if (why.reason == REFUSAL_OBJECT_UNAVAILABLE) {
		femto_postpone(f, why.reason, now_ms); /* its grant is still on the way */
		femto_pull_stop(f);
		return false;
	}
	femto_pull_stop(f);
	if (why.reason != 0) {
		femto_count(f, COUNTER_OBJECT_REFUSED);
		femto_set_state(f, container, CONTAINER_REFUSED, why, now_ms);
	}
	return true;
}

/*
 * A refused image leaves what ran before running; if that had to make room, it is loaded again.
 */
static bool finish_image(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	const uint8_t slot = f->pull.index;
	struct femto_container *container = &f->containers[slot];
	const struct femto_spec active = container->active;
	const bool was_attached = container->attached;
	femto_pull_stop(f);
	const struct femto_refused refused =
		femto_install_new(f, &container->wanted, bytes.size, now_ms);
	if (refused.reason == 0) {
		return true;
	}
	f->candidate.index = FEMTO_NO_SLOT;
	if (was_attached && !container->attached) {
		(void)femto_install_stored(f, slot, &active, container->generation, now_ms);
	}
	femto_count(f, COUNTER_OBJECT_REFUSED);
	femto_set_state(f, container, CONTAINER_REFUSED, refused, now_ms);
	return true;
}

static bool finish(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	switch (f->pull.object) {
	case FEMTO_OBJECT_NONE:
		return false;
	case FEMTO_OBJECT_DOCUMENT:
		return finish_document(f, bytes, now_ms);
	case FEMTO_OBJECT_GRANT:
		return finish_grant(f, bytes, now_ms);
	case FEMTO_OBJECT_STATEMENT:
		return finish_statement(f, bytes, now_ms);
	case FEMTO_OBJECT_IMAGE:
		return finish_image(f, bytes, now_ms);
	}
	return false;
}

void femto_finish_pull(struct femto *f, uint64_t now_ms)
{
	const struct cbor_view bytes = femto_pulled(f);
	const bool image = f->pull.object == FEMTO_OBJECT_IMAGE;
	const uint8_t *digest = image ? f->candidate.image_digest : f->pull.digest;
	const size_t digest_bytes = image ? CRYPTO_SHA256_BYTES : FEMTO_DIGEST_BYTES;
	if (!femto_is_named(bytes, digest, digest_bytes)) {
		femto_count(f, COUNTER_OBJECT_DIGEST);
		femto_pull_restart(f);
		femto_postpone(f, REFUSAL_DIGEST_MISMATCH, now_ms);
		return;
	}
	struct femto_wait *wait = wait_of(f);
	if (finish(f, bytes, now_ms)) {
		memset(wait, 0, sizeof(*wait));
	}
}
