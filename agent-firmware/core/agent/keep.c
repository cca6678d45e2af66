/*
 * What the agent keeps in the store (core/store/store.h has the kinds):
 *
 *   document    u64 desiredGeneration, little-endian, then the document. There are two places: what
 *               has the higher generation is in force. The other one is the spare: the document
 *               before it, so that going back to it fetches nothing; it goes when room is needed
 *   grant       the signed grant
 *   generation  u16 bytes of the statement, little-endian, the statement, the packed image
 *   mark        mark.c
 */
#include "parts.h"

#include <string.h>

#include "core/vm/bytes.h"

#define GENERATION_BYTES 8u
#define SIZE_BYTES 2u

/* The one in place 0 has no id. */
static struct store_key document_key(uint8_t place)
{
	const uint8_t id[1] = {1};
	return store_key_bytes(STORE_DOCUMENT, id, place);
}

/* Bytes of the spare document with its generation, 0 = there is none. */
static uint32_t spare_bytes(const struct femto *f)
{
	const struct store_key key = document_key(femto_spare_place(f));
	struct store_ref ref;
	return store_find(&f->store, &key, &ref) == STORE_OK ? ref.size : 0;
}

bool femto_keep(
	struct femto *f, const struct store_key *key, const struct store_part *parts, size_t count)
{
	enum store_err err = store_put(&f->store, key, parts, count);
	const struct store_key spare = document_key(femto_spare_place(f));
	if (err == STORE_FULL && spare_bytes(f) > 0 && store_remove(&f->store, &spare) == STORE_OK) {
		err = store_put(&f->store, key, parts, count);
	}
	if (err < 0) {
		femto_count(f, COUNTER_FLASH_ERROR);
	}
	return err == STORE_OK;
}

/* Reads a whole value; its bytes, 0 = not there, too long or unreadable. */
static size_t get(struct femto *f, const struct store_key *key, uint8_t *out, size_t capacity)
{
	struct store_ref ref;
	enum store_err err = store_find(&f->store, key, &ref);
	if (err == STORE_OK && ref.size <= capacity) {
		err = store_read(&f->store, &ref, 0, out, ref.size);
		if (err == STORE_OK) {
			return ref.size;
		}
	}
	if (err < 0) {
		femto_count(f, COUNTER_FLASH_ERROR);
	}
	return 0;
}

uint32_t femto_free_flash(const struct femto *f)
{
	return store_free_bytes(&f->store) + spare_bytes(f);
}

uint8_t femto_spare_place(const struct femto *f)
{
	return f->document_place ^ 1u;
}

bool femto_keep_document(struct femto *f, uint8_t place, struct cbor_view document)
{
	uint8_t generation[GENERATION_BYTES];
	bpf_store64(generation, f->accepted_generation);
	const struct store_part parts[] = {
		{generation, sizeof(generation)}, {document.data, document.size}};
	const struct store_key key = document_key(place);
	if (!femto_keep(f, &key, parts, 2)) {
		return false;
	}
	f->document_place = place;
	return true;
}

struct cbor_view femto_read_document(struct femto *f, uint8_t place, uint64_t *generation)
{
	const struct store_key key = document_key(place);
	const size_t size = get(f, &key, f->object, sizeof(f->object));
	const bool is_there = size > GENERATION_BYTES;
	*generation = is_there ? bpf_load64(f->object) : 0;
	return (struct cbor_view){
		f->object + GENERATION_BYTES, is_there ? size - GENERATION_BYTES : 0};
}

bool femto_keep_open(struct femto *f)
{
	const struct store_key key = store_key_plain(STORE_BOOT);
	uint64_t boots = 0;
	if (store_open(&f->store, f->port) != STORE_OK ||
		store_get_number(&f->store, &key, &boots) != STORE_OK ||
		store_raise(&f->store, &key, boots + 1u) != STORE_OK) {
		return false;
	}
	f->boot = (uint32_t)(boots + 1u);
	return true;
}

bool femto_keep_grant(struct femto *f, uint32_t tenant, struct cbor_view grant)
{
	const struct store_key key = store_key_name(STORE_GRANT, tenant, NULL, 0);
	const struct store_part part = {grant.data, grant.size};
	return femto_keep(f, &key, &part, 1);
}

size_t femto_read_grant(struct femto *f, uint32_t tenant, uint8_t *out, size_t capacity)
{
	const struct store_key key = store_key_name(STORE_GRANT, tenant, NULL, 0);
	return get(f, &key, out, capacity);
}

bool femto_keep_install(struct femto *f, uint8_t local_id, uint32_t generation,
	struct cbor_view statement, struct cbor_view image)
{
	uint8_t size[SIZE_BYTES];
	bpf_store16(size, (uint16_t)statement.size);
	const struct store_part parts[] = {{size, sizeof(size)}, {statement.data, statement.size},
		{image.data, image.size}};
	const struct store_key key = store_key_slot(STORE_GENERATION, local_id, generation);
	return femto_keep(f, &key, parts, 3);
}

bool femto_read_install(struct femto *f, uint8_t local_id, uint32_t generation,
	size_t *statement_bytes, size_t *image_bytes)
{
	const struct store_key key = store_key_slot(STORE_GENERATION, local_id, generation);
	struct store_ref ref;
	uint8_t bytes[SIZE_BYTES];
	if (store_find(&f->store, &key, &ref) != STORE_OK || ref.size < SIZE_BYTES ||
		ref.size - SIZE_BYTES > sizeof(f->object) ||
		store_read(&f->store, &ref, 0, bytes, sizeof(bytes)) != STORE_OK ||
		store_read(&f->store, &ref, SIZE_BYTES, f->object, ref.size - SIZE_BYTES) != STORE_OK) {
		return false;
	}
	const size_t statement = bpf_load16(bytes);
	if (statement > ref.size - SIZE_BYTES) {
		return false;
	}
	*statement_bytes = statement;
	*image_bytes = ref.size - SIZE_BYTES - statement;
	return true;
}

static void drop(struct femto *f, const struct store_key *key)
{
	if (store_remove(&f->store, key) < 0) {
		femto_count(f, COUNTER_FLASH_ERROR); /* it only takes room; nothing refers to it */
	}
}

void femto_forget_install(struct femto *f, uint8_t local_id, uint32_t generation)
{
	if (generation != 0) {
		const struct store_key key = store_key_slot(STORE_GENERATION, local_id, generation);
		drop(f, &key);
	}
}

void femto_forget_container(struct femto *f, const struct femto_container *container)
{
	/* the mark first: without it nothing refers to the generations */
	const struct store_key mark = store_key_slot(STORE_MARK, container->local_id, 0);
	drop(f, &mark);
	femto_forget_install(f, container->local_id, container->generation);
	if (container->previous != container->generation) {
		femto_forget_install(f, container->local_id, container->previous);
	}
}

static struct store_key floor_key(const struct femto_contract *contract)
{
	return store_key_name(STORE_FLOOR, contract->tenant, (const uint8_t *)contract->name,
		contract->name_size);
}

uint32_t femto_read_floor(struct femto *f, const struct femto_contract *contract)
{
	const struct store_key key = floor_key(contract);
	uint64_t floor = 0;
	if (store_get_number(&f->store, &key, &floor) != STORE_OK) {
		femto_count(f, COUNTER_FLASH_ERROR);
		return UINT32_MAX; /* not knowing the floor, nothing runs */
	}
	return (uint32_t)floor;
}

bool femto_keep_floor(struct femto *f, const struct femto_contract *contract)
{
	const struct store_key key = floor_key(contract);
	const enum store_err err = store_raise(&f->store, &key, contract->floor);
	if (err < 0) {
		femto_count(f, COUNTER_FLASH_ERROR);
	}
	return err == STORE_OK;
}
