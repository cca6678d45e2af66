/*
 * Statements: SUIT envelopes (draft-ietf-suit-manifest-37) of this project's profile, one component,
 * no fetch, no URI. A device reads one, looks up the grant of its tenant, then verifies.
 */
#ifndef SUIT_STATEMENT_H
#define SUIT_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cbor/cbor.h"
#include "core/suit/grant.h"
#include "generated/proto.h"

/* What a statement says. Views point into the object it was read from. */
struct suit_statement {
	uint32_t tenant;               /* tenant id */
	struct cbor_view container;    /* name, [a-z0-9-]{1,23} */
	uint32_t sequence;             /* a newer statement has a greater one */
	struct cbor_view image_digest; /* SHA-256 of the packed image, 32 bytes */
	uint32_t image_bytes;          /* its size */
	struct cbor_list hooks;        /* hook ids, ascending; walk a copy with cbor_next_uint */
	uint64_t permissions;          /* helpers, bit n = helper n */
	struct proto_resources resources; /* what the container needs */
	bool has_floor;                   /* whether `floor` is there */
	uint32_t floor;                   /* lowest sequence that may run once this one is confirmed */
	struct cbor_view signed_payload;  /* what the tenant's key signs */
	const uint8_t *signature;         /* 64 bytes */
};

/* Reads a statement: form, digest of the manifest, vendor, ABI. Stack: 900 bytes. */
__attribute__((warn_unused_result)) enum suit_err suit_read_statement(
	struct cbor_view object, struct suit_statement *statement);

/* SUIT_OK when one of the keys of `grant` has signed the statement. Stack: 4,300 bytes. */
__attribute__((warn_unused_result)) enum suit_err suit_verify_statement(
	const struct suit_statement *statement, const struct proto_grant *grant);

#endif
