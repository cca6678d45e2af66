#include "core/suit/cose.h"

#include "core/crypto/crypto.h"
#include "generated/proto.h"

/* Longest encoding of a MAC_structure without its payload: 1 + 5 + 4 + 2 + 3. */
#define MAC_STRUCTURE_HEAD_BYTES 15u

/* Longest Sig_structure: 1 + 11 + 4 + 2 + 3 + the payload of a grant. */
#define SIG_STRUCTURE_BYTES (21u + PROTO_GRANT_BYTES_MAX)

#define VIEW_OF_TEXT(text) {(const uint8_t *)(text), sizeof(text) - 1}

/* external_aad, as a view into `byte`. */
static struct cbor_view aad_of(enum cose_context context, uint8_t *byte)
{
	*byte = (uint8_t)context;
	const struct cbor_view aad = {byte, context == COSE_STATEMENT ? 0 : 1};
	return aad;
}

/* The MAC covers the MAC_structure; its head is encoded apart, so that the payload is not copied. */
static void mac_of(const uint8_t key[32], enum cose_context context, struct cbor_view payload,
	uint8_t mac[CRYPTO_HMAC_BYTES])
{
	uint8_t byte;
	const struct proto_mac_structure structure = {
		.context = VIEW_OF_TEXT("MAC0"),
		.external_aad = aad_of(context, &byte),
		.payload = {payload.data, 0},
	};
	uint8_t head[MAC_STRUCTURE_HEAD_BYTES];
	struct cbor_writer writer = cbor_write(head, sizeof head);
	(void)proto_encode_mac_structure(&writer, &structure); /* it fits */
	writer.size--; /* the head of the empty payload gives way to that of the real one */
	cbor_put_bytes_head(&writer, payload.size);
	crypto_hmac_sha256_64(key, 32, (struct crypto_piece){head, writer.size},
		(struct crypto_piece){payload.data, payload.size}, mac);
}

enum cose_err cose_open_mac0(const uint8_t key[32], enum cose_context context,
	struct cbor_view object, struct cbor_view *payload)
{
	struct proto_mac0 mac0;
	if (proto_decode_mac0(object.data, object.size, &mac0) != CBOR_OK) {
		return COSE_ERR_MALFORMED;
	}
	uint8_t mac[CRYPTO_HMAC_BYTES];
	mac_of(key, context, mac0.payload, mac);
	if (!crypto_equal(mac, mac0.mac.data, sizeof mac)) {
		return COSE_ERR_MAC;
	}
	*payload = mac0.payload;
	return COSE_OK;
}

enum cose_err cose_seal_mac0(const uint8_t key[32], enum cose_context context,
	struct cbor_view payload, struct cbor_writer *out)
{
	uint8_t mac[CRYPTO_HMAC_BYTES];
	mac_of(key, context, payload, mac);
	const struct proto_mac0 mac0 = {.payload = payload, .mac = {mac, sizeof mac}};
	return proto_encode_mac0(out, &mac0) == CBOR_OK ? COSE_OK : COSE_ERR_NO_ROOM;
}

bool cose_verify(const uint8_t public_key[32], enum cose_context context, struct cbor_view payload,
	const uint8_t *signature)
{
	uint8_t byte;
	const struct proto_sig_structure structure = {
		.context = VIEW_OF_TEXT("Signature1"),
		.external_aad = aad_of(context, &byte),
		.payload = payload,
	};
	uint8_t signed_bytes[SIG_STRUCTURE_BYTES];
	struct cbor_writer writer = cbor_write(signed_bytes, sizeof signed_bytes);
	if (proto_encode_sig_structure(&writer, &structure) != CBOR_OK) {
		return false;
	}
	return crypto_ed25519_verify(signature, signed_bytes, writer.size, public_key);
}
