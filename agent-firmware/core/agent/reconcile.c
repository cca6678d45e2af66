/*
 * The reconciler: compares what the newest head names with what is there, and takes one step.
 * Order: what ran before, document, grants, containers; what waits is passed over.
 */
#include "parts.h"

#include <string.h>

static bool is_waiting(const struct femto_wait *wait, uint64_t now_ms)
{
	return now_ms < wait->until_ms;
}

static void refuse_container(
	struct femto *f, struct femto_container *container, struct femto_refused why, uint64_t now_ms)
{
	femto_count(f, COUNTER_OBJECT_REFUSED);
	femto_set_state(f, container, CONTAINER_REFUSED, why, now_ms);
}

/* --- document */

static bool wants_document(const struct femto *f)
{
	return f->accepted_generation != f->document_generation && !f->document_refused;
}

/* The document that the head names, when it stands in this place of the store. */
static bool read_named(struct femto *f, uint8_t place, struct cbor_view *document)
{
	uint64_t generation = 0;
	struct proto_document message;
	*document = femto_read_document(f, place, &generation);
	return document->size == f->head_bytes &&
		   femto_is_named(*document, f->head_digest, FEMTO_DIGEST_BYTES) &&
		   femto_check_document(*document, &message) == 0;
}

/*
 * A newer head with the document that is in force, or the one before it: only the number is new.
 * One that the device can't follow, or keep, is fetched as any other.
 */
static bool renew_document(struct femto *f, uint64_t now_ms)
{
	if (f->pull.object == FEMTO_OBJECT_DOCUMENT &&
		memcmp(f->pull.digest, f->head_digest, FEMTO_DIGEST_BYTES) == 0) {
		return false; /* it was not there: what has come of it stands in the buffer */
	}
	femto_pull_stop(f);
	f->candidate.index = FEMTO_NO_SLOT;
	struct cbor_view document;
	if (!(read_named(f, 0, &document) && femto_keep_document(f, 0, document)) &&
		!(read_named(f, 1, &document) && femto_keep_document(f, 1, document))) {
		return false;
	}
	f->document_generation = f->accepted_generation;
	f->document_reason = 0;
	(void)femto_apply_document(f, document, now_ms); /* checked above */
	f->reconcile = true; /* what was refused or given up is tried again */
	return true;
}

static bool step_document(struct femto *f, uint64_t now_ms)
{
	if (!wants_document(f) || is_waiting(&f->document_wait, now_ms)) {
		return false;
	}
	if (f->head_bytes > FEMTO_DOCUMENT_BYTES || f->head_bytes == 0) {
		f->document_refused = true;
		f->document_reason =
			f->head_bytes == 0 ? REFUSAL_DOCUMENT_MALFORMED : REFUSAL_OBJECT_TOO_LARGE;
		femto_count(f, COUNTER_OBJECT_REFUSED);
		femto_report_soon(f, now_ms);
		return true;
	}
	if (!renew_document(f, now_ms)) {
		femto_pull_begin(f, FEMTO_OBJECT_DOCUMENT, 0, f->head_digest, 0, f->head_bytes);
	}
	return true;
}

/* --- grants */

static bool load_grant(struct femto *f, uint8_t slot)
{
	uint8_t bytes[PROTO_GRANT_BYTES_MAX];
	struct femto_tenant *tenant = &f->tenants[slot];
	const size_t size = femto_read_grant(f, tenant->tenant, bytes, sizeof(bytes));
	const struct cbor_view grant = {bytes, size};
	return size > 0 && femto_is_named(grant, tenant->digest, FEMTO_DIGEST_BYTES) &&
		   femto_accept_grant(f, slot, grant) == 0;
}

static bool step_grants(struct femto *f, uint64_t now_ms)
{
	for (uint8_t slot = 0; slot < f->tenant_count; slot++) {
		struct femto_tenant *tenant = &f->tenants[slot];
		if (tenant->held || tenant->reason != 0 || is_waiting(&tenant->wait, now_ms)) {
			continue;
		}
		if (!load_grant(f, slot)) {
			femto_pull_begin(f, FEMTO_OBJECT_GRANT, slot, tenant->digest, 0, 0);
		}
		return true;
	}
	return false;
}

/* --- containers */

/* Whether the grant behind what runs has changed, and the new one is known. */
static bool has_new_grant(struct femto *f, const struct femto_container *container)
{
	const struct femto_tenant *tenant = femto_find_tenant(f, container->contract.tenant);
	if (tenant == NULL) {
		return true;
	}
	return (tenant->held || tenant->reason != 0) &&
		   memcmp(tenant->digest, container->grant_digest, FEMTO_DIGEST_BYTES) != 0;
}

static bool names_same(const struct femto_spec *spec, const uint8_t *digest)
{
	return memcmp(spec->digest, digest, FEMTO_DIGEST_BYTES) == 0;
}

/* What runs is checked against the new grant; what that does not allow stops at once. */
static void renew_contract(struct femto *f, uint8_t slot, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[slot];
	const bool same = names_same(&container->wanted, container->active.digest);
	const struct femto_spec spec = same ? container->wanted : container->active;
	const struct femto_refused refused =
		femto_install_stored(f, slot, &spec, container->generation, now_ms);
	if (refused.reason != 0) {
		femto_detach(f, container);
		container->wait.until_ms = 0;
		if (same) {
			refuse_container(f, container, refused, now_ms);
		}
	}
}

/*
 * After a boot, or when a generation was given up: what the store says is the current one runs
 * again, before its successor is looked at.
 */
static void restore(struct femto *f, uint8_t slot, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[slot];
	const struct femto_spec spec = container->active;
	const struct femto_refused refused =
		femto_install_stored(f, slot, &spec, container->generation, now_ms);
	if (refused.reason == REFUSAL_OBJECT_UNAVAILABLE) {
		femto_pause(&container->wait, now_ms);
		return;
	}
	container->restore = false;
	if (refused.reason == 0) {
		return;
	}
	if (container->state == CONTAINER_REFUSED) {
		femto_quarantine(f, container, now_ms);
	} else if (refused.reason == REFUSAL_DIGEST_MISMATCH) {
		/* not there any more: the one before it until it has been fetched again */
		container->standing = FEMTO_STANDING_GIVEN_UP;
		container->restore = container->previous_standing != FEMTO_STANDING_GIVEN_UP &&
							 femto_exchange(f, container);
		uint8_t *lost =
			container->restore ? container->previous_digest : container->active.digest;
		memset(lost, 0, FEMTO_DIGEST_BYTES);
	} else if (names_same(&container->wanted, spec.digest)) {
		refuse_container(f, container, refused, now_ms);
	}
}

/* Generation in the store that has the wanted statement, 0 = none. */
static uint32_t stored_generation(const struct femto_container *container)
{
	if (container->generation != 0 && names_same(&container->wanted, container->active.digest)) {
		return container->generation;
	}
	if (container->previous != 0 && names_same(&container->wanted, container->previous_digest)) {
		return container->previous;
	}
	return 0;
}

/* Attaches the wanted spec to a stored generation: no download. */
static void attach_stored(struct femto *f, uint8_t slot, uint32_t generation, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[slot];
	const struct femto_spec spec = container->wanted;
	const struct femto_refused refused =
		femto_install_stored(f, slot, &spec, generation, now_ms);
	if (refused.reason == REFUSAL_DIGEST_MISMATCH) {
		/* not there any more: fetched as any other */
		if (names_same(&container->wanted, container->active.digest)) {
			memset(container->active.digest, 0, FEMTO_DIGEST_BYTES);
		} else {
			memset(container->previous_digest, 0, FEMTO_DIGEST_BYTES);
		}
	} else if (refused.reason == REFUSAL_OBJECT_UNAVAILABLE) {
		femto_pause(&container->wait, now_ms);
	} else if (refused.reason != 0) {
		refuse_container(f, container, refused, now_ms);
	}
}

static void fetch(struct femto *f, uint8_t slot, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[slot];
	const struct femto_refused why = {container->reason, container->instruction};
	femto_set_state(f, container, CONTAINER_FETCHING, why, now_ms);
	if (f->candidate.index == slot &&
		names_same(&container->wanted, f->candidate.digest)) {
		femto_pull_begin(f, FEMTO_OBJECT_IMAGE, slot, f->candidate.image_digest,
			f->candidate.statement_bytes, f->candidate.image_bytes);
	} else {
		femto_pull_begin(f, FEMTO_OBJECT_STATEMENT, slot, container->wanted.digest, 0, 0);
	}
}

static bool is_done(const struct femto_container *container)
{
	if (container->local_id == 0 || container->restore) {
		return container->local_id == 0;
	}
	return container->state == CONTAINER_REFUSED || container->state == CONTAINER_QUARANTINED ||
		   (container->attached &&
			   memcmp(&container->wanted, &container->active, sizeof(container->wanted)) == 0);
}

static bool step_container(struct femto *f, uint8_t slot, uint64_t now_ms)
{
	struct femto_container *container = &f->containers[slot];
	if (container->attached && has_new_grant(f, container)) {
		renew_contract(f, slot, now_ms);
		return true;
	}
	if (container->restore || is_done(container) || is_waiting(&container->wait, now_ms)) {
		return false;
	}
	const uint32_t generation = stored_generation(container);
	if (generation != 0) {
		attach_stored(f, slot, generation, now_ms);
	} else {
		fetch(f, slot, now_ms);
	}
	return true;
}

/*
 * What ran before comes first, and needs nobody: its grant is in the store, too. Whatever was being
 * fetched is given up for it, as the buffer is needed.
 */
static bool step_restore(struct femto *f, uint64_t now_ms)
{
	for (uint8_t slot = 0; slot < FEMTO_CONTAINERS_MAX; slot++) {
		struct femto_container *container = &f->containers[slot];
		if (container->local_id == 0 || !container->restore ||
			is_waiting(&container->wait, now_ms)) {
			continue;
		}
		for (uint8_t i = 0; i < f->tenant_count; i++) {
			if (!f->tenants[i].held && f->tenants[i].reason == 0 && load_grant(f, i)) {
				return true;
			}
		}
		restore(f, slot, now_ms);
		return true;
	}
	return false;
}

/* --- the step */

void femto_reconcile(struct femto *f, uint64_t now_ms)
{
	if (f->act_ms != FEMTO_NEVER && now_ms >= f->act_ms) {
		f->act_ms = FEMTO_NEVER;
	}
	f->reconcile = false;
	if (f->pull.failed) {
		f->pull.failed = false;
		femto_postpone(f, REFUSAL_OBJECT_UNAVAILABLE, now_ms);
	}
	if (f->pull.complete) {
		femto_finish_pull(f, now_ms);
		f->reconcile = true;
		return;
	}
	if (step_restore(f, now_ms)) {
		f->reconcile = true;
		return;
	}
	if (femto_is_settling(f, now_ms) || (wants_document(f) && step_document(f, now_ms))) {
		return;
	}
	if (f->pull.object != FEMTO_OBJECT_NONE && !f->pull.paused) {
		return; /* one at a time */
	}
	bool stepped = step_grants(f, now_ms);
	for (uint8_t slot = 0; slot < FEMTO_CONTAINERS_MAX && !stepped; slot++) {
		stepped = step_container(f, slot, now_ms);
	}
	/* a step that has begun to fetch ends there */
	f->reconcile = stepped && (f->pull.object == FEMTO_OBJECT_NONE || f->pull.paused);
}

static uint64_t wait_deadline(const struct femto_wait *wait, uint64_t next)
{
	return wait->until_ms == 0 ? next : femto_earlier(next, wait->until_ms);
}

uint64_t femto_reconcile_deadline(const struct femto *f, uint64_t now_ms)
{
	if (f->reconcile) {
		return now_ms;
	}
	uint64_t next = f->act_ms;
	for (uint8_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *container = &f->containers[i];
		next = container->restore ? wait_deadline(&container->wait, next) : next;
	}
	/* until then the rest waits, however long it has waited already */
	if (femto_is_settling(f, now_ms) ||
		(f->pull.object != FEMTO_OBJECT_NONE && !f->pull.paused)) {
		return next;
	}
	next = wants_document(f) ? wait_deadline(&f->document_wait, next) : next;
	for (uint8_t i = 0; i < f->tenant_count; i++) {
		const struct femto_tenant *tenant = &f->tenants[i];
		next = tenant->held || tenant->reason != 0 ? next : wait_deadline(&tenant->wait, next);
	}
	for (uint8_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *container = &f->containers[i];
		next = is_done(container) ? next : wait_deadline(&container->wait, next);
	}
	return next;
}
