#include "tests/support/fleet.h"

#include <string.h>

#include <sodium/crypto_sign_ed25519.h>

#include "core/crypto/crypto.h"
#include "core/suit/cose.h"
#include "core/vm/bytes.h"
#include "generated/image_format.h"
#include "generated/proto.h"
#include "generated/tables.h"
#include "harness.h"

static struct cbor_view view_of(const uint8_t *bytes, size_t size)
{
	return (struct cbor_view){bytes, size};
}

/*
 * Public keys of the secrets that are 32 times 1, 2 and 3 (RFC 8032, 5.1.5), from an independent
 * implementation.
 */
static const char *const public_keys[] = {
	"8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
	"8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394",
	"ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1",
};

/* `secret` is seed and public key, as the library wants it. */
static void make_key(uint8_t seed, uint8_t secret[64], uint8_t public_key[32])
{
	memset(secret, seed, 32);
	CHECK_EQUAL(harness_hex(public_keys[seed - 1], public_key, 32), 32);
	memcpy(secret + 32, public_key, 32);
}

static void sign(const uint8_t *secret, enum cose_context context, struct cbor_view payload,
	uint8_t signature[64])
{
	uint8_t bytes[PROTO_SIG_STRUCTURE_ENCODED_MAX];
	const uint8_t aad = (uint8_t)context;
	const struct proto_sig_structure message = {
		.context = view_of((const uint8_t *)"Signature1", 10),
		.external_aad = view_of(&aad, context == COSE_STATEMENT ? 0 : 1),
		.payload = payload,
	};
	struct cbor_writer writer = cbor_write(bytes, sizeof(bytes));
	CHECK_EQUAL(proto_encode_sig_structure(&writer, &message), CBOR_OK);
	crypto_sign_ed25519_detached(signature, NULL, bytes, writer.size, secret);
}

void fleet_init(struct fleet *fleet)
{
	memset(fleet, 0, sizeof(*fleet));
	make_key(1, fleet->root_secret, fleet->root_key);
	make_key(2, fleet->tenant_secret, fleet->tenant_key);
	make_key(3, fleet->stranger_secret, fleet->stranger_key);
	memset(fleet->device_key, 0x5a, sizeof(fleet->device_key));
	fleet->permissions = UINT64_C(0xfe);
}

struct fleet_object *fleet_find(struct fleet *fleet, const uint8_t *digest)
{
	for (size_t i = 0; i < fleet->object_count; i++) {
		if (memcmp(fleet->objects[i].digest, digest, 16) == 0) {
			return &fleet->objects[i];
		}
	}
	return NULL;
}

struct fleet_object *fleet_add(struct fleet *fleet, const uint8_t *bytes, size_t size)
{
	uint8_t digest[32];
	crypto_sha256(bytes, size, digest);
	struct fleet_object *object = fleet_find(fleet, digest);
	if (object != NULL) {
		return object;
	}
	object = &fleet->objects[fleet->object_count++];
	CHECK(fleet->object_count <= FLEET_OBJECTS_MAX && size <= FLEET_OBJECT_BYTES);
	object->size = size;
	memcpy(object->bytes, bytes, size);
	memcpy(object->digest, digest, sizeof(digest));
	return object;
}

static struct cbor_list list_of(const struct cbor_writer *writer, uint32_t count)
{
	return (struct cbor_list){cbor_read(writer->data, writer->size), count};
}

static struct fleet_object *add_grant(struct fleet *fleet, uint32_t tenant)
{
	const bool is_ours = tenant == FLEET_TENANT;
	const bool is_revoked = fleet->is_revoked && is_ours;
	uint8_t hooks[8];
	uint8_t keys[40];
	uint8_t payload[PROTO_GRANT_ENCODED_MAX];
	uint8_t object[PROTO_GRANT_BYTES_MAX];
	uint8_t signature[64];
	struct cbor_writer hook_writer = cbor_write(hooks, sizeof(hooks));
	cbor_put_uint(&hook_writer, HOOK_TIMER);
	cbor_put_uint(&hook_writer, HOOK_MESSAGE);
	cbor_put_uint(&hook_writer, HOOK_SENSOR);
	struct cbor_writer key_writer = cbor_write(keys, sizeof(keys));
	cbor_put_bytes(
		&key_writer, view_of(is_ours ? fleet->tenant_key : fleet->stranger_key, 32));
	const struct proto_grant grant = {
		.tenant = tenant,
		.namespace = view_of((const uint8_t *)(is_ours ? "plant-a" : "plant-b"), 7),
		.sequence = 1,
		.keys = list_of(&key_writer, is_revoked ? 0 : 1),
		.hooks = list_of(&hook_writer, 3),
		.permissions = fleet->permissions,
		.quotas = {8, 4096, 100000, 4},
	};
	struct proto_grant revoked = grant;
	revoked.keys.items = cbor_read(keys, 0);
	struct cbor_writer writer = cbor_write(payload, sizeof(payload));
	CHECK_EQUAL(proto_encode_grant(&writer, is_revoked ? &revoked : &grant), CBOR_OK);
	const struct cbor_view encoded = view_of(payload, writer.size);
	sign(fleet->is_grant_forged ? fleet->stranger_secret : fleet->root_secret, COSE_GRANT, encoded,
		signature);
	const struct proto_sign1 sealed = {encoded, view_of(signature, 64)};
	struct cbor_writer out = cbor_write(object, sizeof(object));
	CHECK_EQUAL(proto_encode_sign1(&out, &sealed), CBOR_OK);
	return fleet_add(fleet, object, out.size);
}

static uint32_t tenant_of(const struct fleet_container *container)
{
	return container->tenant == 0 ? FLEET_TENANT : container->tenant;
}

static uint16_t hook_of(const struct fleet_container *container)
{
	return container->hook == 0 ? HOOK_TIMER : container->hook;
}

static struct fleet_object *add_image(struct fleet *fleet, const struct fleet_container *container)
{
	uint8_t image[FLEET_OBJECT_BYTES] = {0};
	bpf_store32(image + BPF_IMAGE_AT_MAGIC, BPF_IMAGE_MAGIC);
	image[BPF_IMAGE_AT_FORMAT] = BPF_IMAGE_FORMAT;
	image[BPF_IMAGE_AT_HOOK_COUNT] = 1;
	bpf_store16(image + BPF_IMAGE_AT_TEXT_COUNT, container->text_count);
	bpf_store16(image + BPF_IMAGE_AT_TEXT_SIZE, container->text_bytes);
	bpf_store16(image + BPF_IMAGE_AT_BSS_SIZE, 16);
	bpf_store16(image + BPF_IMAGE_AT_STACK_SIZE, 64);
	bpf_store16(image + BPF_IMAGE_HEADER_SIZE, hook_of(container));
	memcpy(image + BPF_IMAGE_HEADER_SIZE + BPF_IMAGE_HOOK_SIZE, container->text,
		container->text_bytes);
	return fleet_add(fleet, image,
		BPF_IMAGE_HEADER_SIZE + BPF_IMAGE_HOOK_SIZE + (size_t)container->text_bytes);
}

static size_t encode_manifest(const struct fleet_container *container,
	const struct fleet_object *image, uint8_t *out, size_t capacity)
{
	static const uint8_t vendor[16] = PROTO_VENDOR_ID;
	static const uint8_t class[16] = PROTO_CLASS_ID;
	const uint8_t tenant[4] = {0, 0, 0, (uint8_t)tenant_of(container)};
	uint8_t hooks[4];
	struct cbor_writer hook_writer = cbor_write(hooks, sizeof(hooks));
	cbor_put_uint(&hook_writer, hook_of(container));
	struct proto_suit_manifest manifest = {.sequence = container->sequence};
	manifest.common.components.component.tenant = view_of(tenant, sizeof(tenant));
	manifest.common.components.component.container =
		view_of((const uint8_t *)container->name, strlen(container->name));
	manifest.common.shared_sequence.parameters = (struct proto_suit_parameters){
		.vendor_id = view_of(vendor, sizeof(vendor)),
		.class_id = view_of(class, sizeof(class)),
		.image_digest = {view_of(image->digest, 32)},
		.image_bytes = (uint32_t)image->size,
		.hooks = list_of(&hook_writer, 1),
		.permissions = container->permissions,
		.resources = {64, 16, container->instructions == 0 ? 1000 : container->instructions},
		.has_floor = container->floor > 0,
		.floor = container->floor,
	};
	struct cbor_writer writer = cbor_write(out, capacity);
	CHECK_EQUAL(proto_encode_suit_manifest(&writer, &manifest), CBOR_OK);
	return writer.size;
}

struct fleet_object *fleet_statement(
	struct fleet *fleet, const struct fleet_container *container)
{
	const struct fleet_object *image = add_image(fleet, container);
	uint8_t manifest[PROTO_STATEMENT_BYTES_MAX];
	const size_t size = encode_manifest(container, image, manifest, sizeof(manifest));
	uint8_t wrapped[PROTO_STATEMENT_BYTES_MAX + 3];
	struct cbor_writer writer = cbor_write(wrapped, sizeof(wrapped));
	cbor_put_bytes(&writer, view_of(manifest, size));
	uint8_t hash[32];
	crypto_sha256(wrapped, writer.size, hash);
	uint8_t digest[PROTO_SUIT_DIGEST_ENCODED_MAX];
	struct cbor_writer digest_writer = cbor_write(digest, sizeof(digest));
	const struct proto_suit_digest suit_digest = {view_of(hash, sizeof(hash))};
	CHECK_EQUAL(proto_encode_suit_digest(&digest_writer, &suit_digest), CBOR_OK);
	const struct cbor_view signed_bytes = view_of(digest, digest_writer.size);
	uint8_t signature[64];
	const bool is_ours = tenant_of(container) == FLEET_TENANT && !container->forged;
	sign(is_ours ? fleet->tenant_secret : fleet->stranger_secret, COSE_STATEMENT, signed_bytes,
		signature);
	const struct proto_suit_envelope envelope = {
		.authentication = {signed_bytes, {view_of(signature, sizeof(signature))}},
		.manifest = view_of(manifest, size),
	};
	uint8_t statement[PROTO_STATEMENT_BYTES_MAX];
	struct cbor_writer out = cbor_write(statement, sizeof(statement));
	CHECK_EQUAL(proto_encode_suit_envelope(&out, &envelope), CBOR_OK);
	return fleet_add(fleet, statement, out.size);
}

static void put_assignment(struct fleet *fleet, struct cbor_writer *out,
	const struct fleet_container *container)
{
	const struct fleet_object *statement =
		fleet->statement != NULL ? fleet->statement : fleet_statement(fleet, container);
	uint8_t parameters[8];
	struct cbor_writer parameter_writer = cbor_write(parameters, sizeof(parameters));
	cbor_put_int(&parameter_writer, container->period_ms);
	const bool has_period = container->period_ms != 0;
	const struct proto_attachment attachment = {hook_of(container), container->order,
		has_period ? list_of(&parameter_writer, 1) : (struct cbor_list){{NULL, NULL}, 0}};
	uint8_t hooks[PROTO_ATTACHMENT_ENCODED_MAX];
	struct cbor_writer hook_writer = cbor_write(hooks, sizeof(hooks));
	CHECK_EQUAL(proto_encode_attachment(&hook_writer, &attachment), CBOR_OK);
	const struct proto_assignment assignment = {
		.local_id = container->local_id,
		.statement_digest = view_of(statement->digest, 16),
		.hooks = list_of(&hook_writer, 1),
		.parameters = {cbor_read(parameters, 0), 0},
		.limits = {container->limit},
		.fault_policy = {container->max_faults,
			container->action == 0 ? FAULT_ACTION_QUARANTINE : container->action},
		.min_runs = (hook_of(container) == HOOK_MESSAGE ? 0 : 1u) + container->more_runs,
		.min_ready_seconds = container->min_ready_seconds,
	};
	CHECK_EQUAL(proto_encode_assignment(out, &assignment), CBOR_OK);
}

void fleet_seal_head(struct fleet *fleet, uint64_t generation, const struct fleet_object *document)
{
	uint8_t payload[PROTO_HEAD_ENCODED_MAX];
	const struct proto_head head = {
		generation, view_of(document->digest, 16), (uint32_t)document->size};
	struct cbor_writer writer = cbor_write(payload, sizeof(payload));
	CHECK_EQUAL(proto_encode_head(&writer, &head), CBOR_OK);
	struct cbor_writer out = cbor_write(fleet->head, sizeof(fleet->head));
	CHECK_EQUAL(cose_seal_mac0(fleet->device_key, COSE_HEAD, view_of(payload, writer.size), &out),
		COSE_OK);
	fleet->head_bytes = out.size;
	fleet->generation = generation;
}

/* Whether the document names the grant of a tenant: ours always. */
static bool names_tenant(const struct fleet *fleet, const struct fleet_container *containers,
	size_t count, uint32_t tenant)
{
	bool names = tenant == FLEET_TENANT;
	for (size_t i = 0; i < count; i++) {
		names = names || tenant_of(&containers[i]) == tenant;
	}
	return names && !fleet->without_grants;
}

void fleet_assign(struct fleet *fleet, const struct fleet_container *containers, size_t count)
{
	uint8_t items[FLEET_OBJECT_BYTES];
	struct cbor_writer item_writer = cbor_write(items, sizeof(items));
	for (size_t i = 0; i < count; i++) {
		put_assignment(fleet, &item_writer, &containers[i]);
	}
	uint8_t grants[2u * PROTO_GRANT_REFERENCE_ENCODED_MAX];
	struct cbor_writer grant_writer = cbor_write(grants, sizeof(grants));
	uint32_t grant_count = 0;
	for (uint32_t tenant = FLEET_TENANT; tenant <= FLEET_OTHER_TENANT; tenant++) {
		if (names_tenant(fleet, containers, count, tenant)) {
			const struct fleet_object *grant = add_grant(fleet, tenant);
			const struct proto_grant_reference reference = {tenant, view_of(grant->digest, 16)};
			CHECK_EQUAL(proto_encode_grant_reference(&grant_writer, &reference), CBOR_OK);
			grant_count++;
		}
	}
	const struct proto_document document = {
		.report_period_seconds = 60,
		.wake_interval_seconds = fleet->wake_interval_seconds,
		.grants = list_of(&grant_writer, grant_count),
		.containers = list_of(&item_writer, (uint32_t)count),
	};
	uint8_t bytes[PROTO_DOCUMENT_BYTES_MAX];
	struct cbor_writer out = cbor_write(bytes, sizeof(bytes));
	CHECK_EQUAL(proto_encode_document(&out, &document), CBOR_OK);
	fleet_seal_head(fleet, fleet->generation + 1u, fleet_add(fleet, bytes, out.size));
}

void fleet_assign_bytes(struct fleet *fleet, const struct fleet_container *container,
	const uint8_t *statement, size_t size)
{
	fleet->statement = fleet_add(fleet, statement, size);
	fleet_assign(fleet, container, 1);
	fleet->statement = NULL;
}
