/* Grants: what one tenant may do on the devices of a fleet, signed by the fleet root. */
#ifndef SUIT_GRANT_H
#define SUIT_GRANT_H

#include "core/cbor/cbor.h"
#include "generated/proto.h"

enum suit_err {
	SUIT_OK = 0,
	SUIT_ERR_MALFORMED = -1, /* not well-formed, or not of this profile */
	SUIT_ERR_DIGEST = -2,    /* the manifest does not hash to the digest in its envelope */
	SUIT_ERR_SIGNATURE = -3, /* not signed by the key or keys that it should be signed by */
	SUIT_ERR_ABI = -4,       /* for another vendor or hook ABI */
};

/*
 * The grant in `object`, when the fleet root has signed it. Views in `grant` point into `object`.
 * A grant without keys is well-formed: it revokes. Stack: 4,800 bytes.
 */
__attribute__((warn_unused_result)) enum suit_err suit_open_grant(
	const uint8_t root_key[32], struct cbor_view object, struct proto_grant *grant);

#endif
