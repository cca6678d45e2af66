/*
 * COSE objects with one fixed algorithm each: COSE_Mac0 (HMAC 256/64) for heads and reports,
 * COSE_Sign1 (Ed25519) for grants and statements. RFC 9052, RFC 9053, RFC 9864.
 */
#ifndef SUIT_COSE_H
#define SUIT_COSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cbor/cbor.h"

/* external_aad of each kind of object, so that none passes for another. */
enum cose_context {
	COSE_HEAD = 'd',
	COSE_REPORT = 'r',
	COSE_GRANT = 'g',
	COSE_STATEMENT = 0, /* empty, as SUIT demands */
};

/* Bytes a COSE_Mac0 adds to a payload of up to 65,535 bytes, at most. */
#define COSE_MAC0_OVERHEAD 19u

enum cose_err {
	COSE_OK = 0,
	COSE_ERR_MALFORMED = -1, /* not the object that it should be */
	COSE_ERR_MAC = -2,       /* the MAC is of another key, context or payload */
	COSE_ERR_NO_ROOM = -3,   /* sealing: the buffer is too small */
};

/* The payload of a COSE_Mac0, as a view into `object`, when its MAC is right. Stack: 1,200 bytes. */
__attribute__((warn_unused_result)) enum cose_err cose_open_mac0(const uint8_t key[32],
	enum cose_context context, struct cbor_view object, struct cbor_view *payload);

/* Writes a COSE_Mac0 around `payload`, which must not overlap `out`. Stack: 1,200 bytes. */
__attribute__((warn_unused_result)) enum cose_err cose_seal_mac0(const uint8_t key[32],
	enum cose_context context, struct cbor_view payload, struct cbor_writer *out);

/* Whether `signature` (64 bytes) is over `payload` (at most 400 bytes). Stack: 4,100 bytes. */
bool cose_verify(const uint8_t public_key[32], enum cose_context context, struct cbor_view payload,
	const uint8_t *signature);

#endif
