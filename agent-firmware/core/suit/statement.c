#include "core/suit/statement.h"

#include <string.h>

#include "core/crypto/crypto.h"
#include "core/suit/cose.h"

/* The digest covers the head of the byte string too (draft-ietf-suit-manifest-37, 8.3). */
static bool is_digest_of(struct cbor_view manifest, struct cbor_view digest)
{
	uint8_t head[3];
	struct cbor_writer writer = cbor_write(head, sizeof head);
	cbor_put_bytes_head(&writer, manifest.size);
	struct crypto_sha256 hash;
	crypto_sha256_init(&hash);
	crypto_sha256_update(&hash, head, writer.size);
	crypto_sha256_update(&hash, manifest.data, manifest.size);
	uint8_t actual[CRYPTO_SHA256_BYTES];
	crypto_sha256_final(&hash, actual);
	return memcmp(actual, digest.data, sizeof actual) == 0;
}

static bool is_container_name(struct cbor_view name)
{
	for (size_t index = 0; index < name.size; index++) {
		const uint8_t c = name.data[index];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
			return false;
		}
	}
	return true;
}

static bool is_our_abi(const struct proto_suit_parameters *parameters)
{
	static const uint8_t vendor[16] = PROTO_VENDOR_ID;
	static const uint8_t class[16] = PROTO_CLASS_ID;
	return memcmp(parameters->vendor_id.data, vendor, sizeof vendor) == 0 &&
	       memcmp(parameters->class_id.data, class, sizeof class) == 0;
}

static uint32_t load_u32_be(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void fill(struct suit_statement *statement, const struct proto_suit_manifest *manifest,
	const struct proto_suit_envelope *envelope)
{
	const struct proto_suit_component *component = &manifest->common.components.component;
	const struct proto_suit_parameters *parameters = &manifest->common.shared_sequence.parameters;
	statement->tenant = load_u32_be(component->tenant.data);
	statement->container = component->container;
	statement->sequence = manifest->sequence;
	statement->image_digest = parameters->image_digest.digest;
	statement->image_bytes = parameters->image_bytes;
	statement->hooks = parameters->hooks;
	statement->permissions = parameters->permissions;
	statement->resources = parameters->resources;
	statement->has_floor = parameters->has_floor;
	statement->floor = parameters->has_floor ? parameters->floor : 0;
	statement->signed_payload = envelope->authentication.digest;
	statement->signature = envelope->authentication.signature.signature.data;
}

enum suit_err suit_read_statement(struct cbor_view object, struct suit_statement *statement)
{
	struct proto_suit_envelope envelope;
	struct proto_suit_digest digest;
	struct proto_suit_manifest manifest;
	if (proto_decode_suit_envelope(object.data, object.size, &envelope) != CBOR_OK) {
		return SUIT_ERR_MALFORMED;
	}
	const struct cbor_view encoded = envelope.authentication.digest;
	if (proto_decode_suit_digest(encoded.data, encoded.size, &digest) != CBOR_OK ||
		proto_decode_suit_manifest(
			envelope.manifest.data, envelope.manifest.size, &manifest) != CBOR_OK) {
		return SUIT_ERR_MALFORMED;
	}
	if (!is_digest_of(envelope.manifest, digest.digest)) {
		return SUIT_ERR_DIGEST;
	}
	if (!is_container_name(manifest.common.components.component.container)) {
		return SUIT_ERR_MALFORMED;
	}
	if (!is_our_abi(&manifest.common.shared_sequence.parameters)) {
		return SUIT_ERR_ABI;
	}
	fill(statement, &manifest, &envelope);
	return SUIT_OK;
}

enum suit_err suit_verify_statement(
	const struct suit_statement *statement, const struct proto_grant *grant)
{
	struct cbor_list keys = grant->keys;
	struct cbor_view key;
	while (cbor_next_bytes(&keys, &key) == CBOR_OK) {
		if (cose_verify(key.data, COSE_STATEMENT, statement->signed_payload, statement->signature)) {
			return SUIT_OK;
		}
	}
	return SUIT_ERR_SIGNATURE;
}
