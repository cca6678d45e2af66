/* Documents: from the bytes to what each container and grant slot shall hold. */
#include "parts.h"

#include <string.h>

#include "core/crypto/crypto.h"

/* Fills `spec`; false = more hooks or parameters than this firmware has room for. */
static bool read_hooks(const struct proto_assignment *assignment, struct femto_spec *spec)
{
	struct cbor_list hooks = assignment->hooks;
	struct proto_attachment attachment;
	while (proto_next_attachment(&hooks, &attachment) == CBOR_OK) {
		if (spec->hook_count == FEMTO_HOOKS_PER_CONTAINER_MAX) {
			return false;
		}
		struct femto_hook_spec *hook = &spec->hooks[spec->hook_count++];
		hook->hook = (uint16_t)attachment.hook;
		hook->order = (uint16_t)attachment.order;
		int64_t period = HOOK_TIMER_PARAMETER_PERIOD_MILLISECONDS_DEFAULT;
		(void)cbor_next_int(&attachment.parameters, &period);
		/* out of bounds becomes 0, which the install refuses */
		const bool valid = period >= HOOK_TIMER_PARAMETER_PERIOD_MILLISECONDS_MIN &&
						   period <= HOOK_TIMER_PARAMETER_PERIOD_MILLISECONDS_MAX;
		hook->period_ms = hook->hook == HOOK_TIMER && valid ? (uint32_t)period : 0;
	}
	return true;
}

static bool read_spec(const struct proto_assignment *assignment, struct femto_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	memcpy(spec->digest, assignment->statement_digest.data, FEMTO_DIGEST_BYTES);
	spec->instructions_per_run = assignment->limits.instructions_per_run;
	spec->min_runs = assignment->min_runs;
	spec->min_ready_seconds = assignment->min_ready_seconds;
	spec->max_faults = (uint16_t)assignment->fault_policy.max_faults;
	spec->action = (uint8_t)assignment->fault_policy.action;
	if (!read_hooks(assignment, spec)) {
		return false;
	}
	struct cbor_list parameters = assignment->parameters;
	int64_t value = 0;
	while (cbor_next_int(&parameters, &value) == CBOR_OK) {
		if (spec->parameter_count == FEMTO_PARAMETERS_MAX) {
			return false;
		}
		spec->parameters[spec->parameter_count++] = (int32_t)value;
	}
	return true;
}

/* Whether lists are ascending, and fit the slots. 0 or a REFUSAL_…. */
static uint8_t check_lists(const struct proto_document *document)
{
	struct cbor_list containers = document->containers;
	struct cbor_list grants = document->grants;
	if (containers.count > FEMTO_CONTAINERS_MAX || grants.count > FEMTO_TENANTS_MAX) {
		return REFUSAL_NO_RAM;
	}
	struct proto_assignment assignment;
	uint32_t previous = 0;
	while (proto_next_assignment(&containers, &assignment) == CBOR_OK) {
		if (assignment.local_id <= previous) {
			return REFUSAL_DOCUMENT_MALFORMED;
		}
		previous = assignment.local_id;
	}
	struct proto_grant_reference grant;
	int64_t tenant = -1;
	while (proto_next_grant_reference(&grants, &grant) == CBOR_OK) {
		if (grant.tenant <= tenant) {
			return REFUSAL_DOCUMENT_MALFORMED;
		}
		tenant = grant.tenant;
	}
	return 0;
}

static void apply_grants(struct femto *f, struct cbor_list grants)
{
	struct femto_tenant tenants[FEMTO_TENANTS_MAX];
	memset(tenants, 0, sizeof(tenants));
	uint8_t count = 0;
	struct proto_grant_reference grant;
	while (proto_next_grant_reference(&grants, &grant) == CBOR_OK) {
		const struct femto_tenant *known = femto_find_tenant(f, grant.tenant);
		if (known != NULL && memcmp(known->digest, grant.digest.data, FEMTO_DIGEST_BYTES) == 0) {
			tenants[count] = *known;
		} else {
			tenants[count].tenant = grant.tenant;
			memcpy(tenants[count].digest, grant.digest.data, FEMTO_DIGEST_BYTES);
		}
		tenants[count].reason = 0;
		count++;
	}
	memcpy(f->tenants, tenants, sizeof(tenants));
	f->tenant_count = count;
}

/* Whether the document still names the container in this slot. */
static bool is_named(struct cbor_list containers, uint8_t local_id)
{
	struct proto_assignment assignment;
	while (proto_next_assignment(&containers, &assignment) == CBOR_OK) {
		if (assignment.local_id == local_id) {
			return true;
		}
	}
	return false;
}

static void remove_container(struct femto *f, uint8_t slot)
{
	struct femto_container *container = &f->containers[slot];
	const uint8_t local_id = container->local_id;
	femto_detach(f, container);
	femto_forget_container(f, container);
	femto_kv_forget(f, local_id);
	femto_outbox_forget(f, (uint8_t)(f->container_topics + slot));
	memset(container, 0, sizeof(*container));
}

/* Gives a free slot to a local id, with its topic m/<local id>. */
static struct femto_container *take_slot(struct femto *f, uint8_t local_id)
{
	uint8_t slot = 0;
	while (slot < FEMTO_CONTAINERS_MAX - 1u && f->containers[slot].local_id != 0) {
		slot++; /* check_lists has seen that one is free */
	}
	struct femto_container *container = &f->containers[slot];
	memset(container, 0, sizeof(*container));
	container->local_id = local_id;
	container->state = CONTAINER_FETCHING;
	container->instruction = FEMTO_NO_INSTRUCTION;
	char suffix[MQSN_SUFFIX_MAX + 1u] = {'m', '/', 0, 0, 0};
	char *digit = suffix + 2;
	if (local_id >= 10u) {
		*digit++ = (char)('0' + local_id / 10u);
	}
	*digit = (char)('0' + local_id % 10u);
	mqsn_rename_topic(&f->link, (uint8_t)(f->container_topics + slot), suffix);
	femto_recall(f, container);
	return container;
}

static void apply_container(struct femto *f, const struct proto_assignment *assignment)
{
	const uint8_t local_id = (uint8_t)assignment->local_id;
	const uint8_t slot = femto_find_container(f, local_id);
	struct femto_container *container =
		slot == FEMTO_NO_SLOT ? take_slot(f, local_id) : &f->containers[slot];
	struct femto_spec spec;
	const bool fits = read_spec(assignment, &spec);
	container->wanted = spec;
	if (!fits) {
		container->state = CONTAINER_REFUSED;
		container->reason = REFUSAL_NO_RAM;
		container->instruction = FEMTO_NO_INSTRUCTION;
		return;
	}
	femto_take_policy(f, container);
	const bool same = memcmp(&spec, &container->active, sizeof(spec)) == 0;
	/* what was given up is tried again with the next desiredGeneration, not with this one */
	const bool barred =
		container->barred.reason != 0 && container->barred.generation == f->document_generation;
	/*
	 * what was refused is tried again with every document, what ran wild only when it changes: a
	 * silent link or a reset may have had another reason, faults have none
	 */
	const bool is_wild = same && container->reason == REFUSAL_TOO_MANY_FAULTS;
	if (container->state == CONTAINER_REFUSED ||
		(container->state == CONTAINER_QUARANTINED && !is_wild)) {
		container->state = CONTAINER_FETCHING;
	}
	if (container->attached && same) {
		/* a successor that was on the way, or was refused, is no longer wanted */
		container->state = container->standing == FEMTO_STANDING_CONFIRMED ? CONTAINER_CONFIRMED
																		   : CONTAINER_TRIAL;
	}
	if (barred) {
		container->state = container->standing == FEMTO_STANDING_GIVEN_UP ? CONTAINER_QUARANTINED
																		  : CONTAINER_REFUSED;
		container->reason = container->barred.reason;
		container->instruction = container->barred.instruction;
	} else if (container->state != CONTAINER_QUARANTINED) {
		container->reason = 0;
		container->instruction = FEMTO_NO_INSTRUCTION;
	}
	memset(&container->wait, 0, sizeof(container->wait));
}

uint8_t femto_check_document(struct cbor_view bytes, struct proto_document *document)
{
	if (proto_decode_document(bytes.data, bytes.size, document) != CBOR_OK) {
		return REFUSAL_DOCUMENT_MALFORMED;
	}
	return check_lists(document);
}

uint8_t femto_apply_document(struct femto *f, struct cbor_view bytes, uint64_t now_ms)
{
	struct proto_document document;
	const uint8_t reason = femto_check_document(bytes, &document);
	if (reason != 0) {
		return reason;
	}
	f->report_period_seconds = document.report_period_seconds == 0
								   ? FEMTO_REPORT_PERIOD_SECONDS
								   : document.report_period_seconds;
	f->wake_interval_seconds = document.wake_interval_seconds;
	f->candidate.index = FEMTO_NO_SLOT;
	apply_grants(f, document.grants);
	for (uint8_t slot = 0; slot < FEMTO_CONTAINERS_MAX; slot++) {
		const uint8_t local_id = f->containers[slot].local_id;
		if (local_id != 0 && !is_named(document.containers, local_id)) {
			remove_container(f, slot);
		}
	}
	struct cbor_list containers = document.containers;
	struct proto_assignment assignment;
	while (proto_next_assignment(&containers, &assignment) == CBOR_OK) {
		apply_container(f, &assignment);
	}
	femto_sweep(f);
	femto_report_soon(f, now_ms);
	return 0;
}

void femto_take_over_document(struct femto *f, uint64_t now_ms)
{
	uint64_t generation = 0;
	uint64_t other = 0;
	(void)femto_read_document(f, 0, &other);
	(void)femto_read_document(f, 1, &generation);
	f->document_place = generation > other ? 1 : 0;
	const struct cbor_view document = femto_read_document(f, f->document_place, &generation);
	if (document.size == 0) {
		return;
	}
	uint8_t digest[CRYPTO_SHA256_BYTES];
	crypto_sha256(document.data, document.size, digest);
	f->accepted_generation = generation;
	f->document_generation = f->accepted_generation;
	f->head_bytes = (uint16_t)document.size;
	memcpy(f->head_digest, digest, FEMTO_DIGEST_BYTES);
	/* it was accepted once; a firmware with less room may refuse it now, and says so */
	f->document_reason = femto_apply_document(f, document, now_ms);
}
