#include "core/suit/grant.h"

#include "core/suit/cose.h"

enum suit_err suit_open_grant(
	const uint8_t root_key[32], struct cbor_view object, struct proto_grant *grant)
{
	struct proto_sign1 sign1;
	if (proto_decode_sign1(object.data, object.size, &sign1) != CBOR_OK) {
		return SUIT_ERR_MALFORMED;
	}
	struct proto_grant decoded;
	if (proto_decode_grant(sign1.payload.data, sign1.payload.size, &decoded) != CBOR_OK) {
		return SUIT_ERR_MALFORMED;
	}
	if (!cose_verify(root_key, COSE_GRANT, sign1.payload, sign1.signature.data)) {
		return SUIT_ERR_SIGNATURE;
	}
	*grant = decoded;
	return SUIT_OK;
}
