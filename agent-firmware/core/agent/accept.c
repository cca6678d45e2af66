/* Grants and statements: what is checked before their bytes are kept or followed. */
#include "parts.h"

#include <string.h>

#include "core/suit/grant.h"
#include "core/suit/statement.h"

static uint8_t reason_of(enum suit_err err, uint8_t malformed)
{
	switch (err) {
	case SUIT_OK:
		return 0;
	case SUIT_ERR_MALFORMED:
	case SUIT_ERR_DIGEST:
		return malformed;
	case SUIT_ERR_SIGNATURE:
		return malformed == REFUSAL_GRANT_INVALID ? malformed : REFUSAL_SIGNATURE_INVALID;
	case SUIT_ERR_ABI:
		return REFUSAL_WRONG_ABI;
	}
	return malformed;
}

uint8_t femto_accept_grant(struct femto *f, uint8_t tenant_slot, struct cbor_view object)
{
	struct femto_tenant *tenant = &f->tenants[tenant_slot];
	struct proto_grant grant;
	const uint8_t reason =
		reason_of(suit_open_grant(f->config.root_key, object, &grant), REFUSAL_GRANT_INVALID);
	if (reason != 0) {
		return reason;
	}
	if (grant.tenant != tenant->tenant) {
		return REFUSAL_GRANT_INVALID;
	}
	if (!femto_keep_grant(f, tenant->tenant, object)) {
		return REFUSAL_NO_FLASH;
	}
	tenant->keys = (uint16_t)grant.quotas.keys;
	tenant->held = true;
	return 0;
}

/* Copies the hooks of the statement when all are offered and granted. 0 or a REFUSAL_…. */
static uint8_t check_hooks(struct femto_candidate *candidate, struct cbor_list hooks,
	const struct proto_grant *grant)
{
	static const uint16_t offered[] = FEMTO_HOOKS_OFFERED;
	uint64_t hook = 0;
	while (cbor_next_uint(&hooks, &hook) == CBOR_OK) {
		bool known = false;
		for (size_t i = 0; i < FEMTO_HOOKS_OFFERED_COUNT; i++) {
			known = known || offered[i] == hook;
		}
		if (!known) {
			return REFUSAL_HOOK_UNAVAILABLE;
		}
		struct cbor_list granted = grant->hooks;
		uint64_t other = 0;
		bool allowed = false;
		while (cbor_next_uint(&granted, &other) == CBOR_OK) {
			allowed = allowed || other == hook;
		}
		if (!allowed || candidate->hook_count == PROTO_HOOKS_PER_STATEMENT_MAX) {
			return REFUSAL_NOT_GRANTED;
		}
		candidate->hooks[candidate->hook_count++] = (uint16_t)hook;
	}
	return 0;
}

/* Containers and RAM of the tenant without the container in `slot`. */
static bool is_within_quotas(const struct femto *f, uint8_t slot,
	const struct suit_statement *statement, const struct proto_quotas *quotas)
{
	uint32_t containers = 1;
	uint32_t ram = statement->resources.data_bytes + statement->resources.stack_bytes;
	for (uint8_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *other = &f->containers[i];
		if (i != slot && other->attached && other->contract.tenant == statement->tenant) {
			containers++;
			ram += (uint32_t)other->data_bytes + other->stack_bytes;
		}
	}
	return containers <= quotas->containers && ram <= quotas->ram_bytes &&
		   statement->resources.instructions_per_run <= quotas->instructions_per_run;
}

/* Whether another slot holds the same container of the same tenant. */
static bool is_taken(const struct femto *f, uint8_t slot, const struct femto_contract *contract)
{
	for (uint8_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *other = &f->containers[i];
		if (i != slot && other->attached && other->contract.tenant == contract->tenant &&
			memcmp(other->contract.name, contract->name, FEMTO_NAME_MAX) == 0) {
			return true;
		}
	}
	return false;
}

static uint8_t check_rights(struct femto *f, uint8_t slot, const struct suit_statement *statement,
	const struct proto_grant *grant)
{
	struct femto_candidate *candidate = &f->candidate;
	if ((statement->permissions & ~(uint64_t)FEMTO_HELPERS_OFFERED) != 0) {
		return REFUSAL_HELPER_UNAVAILABLE;
	}
	const uint8_t reason = check_hooks(candidate, statement->hooks, grant);
	if (reason != 0) {
		return reason;
	}
	if ((statement->permissions & ~grant->permissions) != 0 ||
		!is_within_quotas(f, slot, statement, &grant->quotas)) {
		return REFUSAL_NOT_GRANTED;
	}
	if (statement->sequence < femto_read_floor(f, &candidate->contract)) {
		return REFUSAL_BELOW_FLOOR;
	}
	return is_taken(f, slot, &candidate->contract) ? REFUSAL_CONTAINER_TAKEN : 0;
}

/* Every attached hook must be one that the statement names, with valid parameters. */
static uint8_t check_spec(const struct femto_candidate *candidate, const struct femto_spec *spec)
{
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		bool named = false;
		for (uint8_t j = 0; j < candidate->hook_count; j++) {
			named = named || candidate->hooks[j] == spec->hooks[i].hook;
		}
		if (!named) {
			return REFUSAL_HOOK_NOT_IN_STATEMENT;
		}
		if (spec->hooks[i].hook == HOOK_TIMER && spec->hooks[i].period_ms == 0) {
			return REFUSAL_PARAMETER_INVALID;
		}
	}
	return 0;
}

static void fill_candidate(struct femto_candidate *candidate, uint8_t slot,
	const struct suit_statement *statement, const struct femto_spec *spec)
{
	memset(candidate, 0, sizeof(*candidate));
	candidate->index = slot;
	candidate->image_bytes = (uint16_t)statement->image_bytes;
	candidate->stack_bytes = (uint16_t)statement->resources.stack_bytes;
	candidate->data_bytes = (uint16_t)statement->resources.data_bytes;
	memcpy(candidate->digest, spec->digest, FEMTO_DIGEST_BYTES);
	memcpy(candidate->image_digest, statement->image_digest.data, sizeof(candidate->image_digest));
	struct femto_contract *contract = &candidate->contract;
	const uint32_t stated = statement->resources.instructions_per_run;
	contract->helpers = statement->permissions;
	contract->budget = spec->instructions_per_run != 0 && spec->instructions_per_run < stated
						   ? spec->instructions_per_run
						   : stated;
	contract->tenant = statement->tenant;
	contract->sequence = statement->sequence;
	contract->floor = statement->has_floor ? statement->floor : 0;
	contract->name_size = (uint8_t)statement->container.size;
	memcpy(contract->name, statement->container.data, contract->name_size);
}

/* The signature of the statement, and the rights that its grant gives. */
static uint8_t check_against_grant(struct femto *f, uint8_t slot,
	const struct suit_statement *statement, const struct femto_tenant *tenant)
{
	uint8_t bytes[PROTO_GRANT_BYTES_MAX];
	const size_t size = femto_read_grant(f, tenant->tenant, bytes, sizeof(bytes));
	struct proto_signed_grant grant;
	if (size == 0 || proto_decode_signed_grant(bytes, size, &grant) != CBOR_OK) {
		return REFUSAL_GRANT_INVALID;
	}
	if (grant.payload.keys.count == 0) {
		return REFUSAL_GRANT_REVOKED;
	}
	const uint8_t reason = reason_of(
		suit_verify_statement(statement, &grant.payload), REFUSAL_MALFORMED_STATEMENT);
	if (reason != 0) {
		return reason;
	}
	return check_rights(f, slot, statement, &grant.payload);
}

uint8_t femto_accept_statement(
	struct femto *f, uint8_t slot, const struct femto_spec *spec, struct cbor_view object)
{
	struct femto_candidate *candidate = &f->candidate;
	candidate->index = FEMTO_NO_SLOT;
	struct suit_statement statement;
	uint8_t reason =
		reason_of(suit_read_statement(object, &statement), REFUSAL_MALFORMED_STATEMENT);
	if (reason != 0) {
		return reason;
	}
	const struct femto_tenant *tenant = femto_find_tenant(f, statement.tenant);
	if (tenant == NULL || !tenant->held) {
		const uint8_t grant = tenant != NULL && tenant->reason != 0 ? REFUSAL_GRANT_INVALID
																	: REFUSAL_OBJECT_UNAVAILABLE;
		return tenant == NULL ? REFUSAL_UNKNOWN_TENANT : grant;
	}
	fill_candidate(candidate, slot, &statement, spec);
	candidate->statement_bytes = (uint16_t)object.size;
	memcpy(candidate->grant_digest, tenant->digest, FEMTO_DIGEST_BYTES);
	reason = check_against_grant(f, slot, &statement, tenant);
	if (reason == 0) {
		reason = check_spec(candidate, spec);
	}
	if (reason == 0 && candidate->image_bytes > FEMTO_OBJECT_BYTES - object.size) {
		reason = REFUSAL_OBJECT_TOO_LARGE;
	}
	if (reason != 0) {
		candidate->index = FEMTO_NO_SLOT;
	}
	return reason;
}
