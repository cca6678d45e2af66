/*
 * The mark of a container in the store, one CBOR array:
 *
 *   [format, resets, link worked, barred generation, reason, instruction, current, previous]
 *
 * where current and previous are
 *
 *   [generation, standing, digest, instructionsPerRun, minRuns, minReadySeconds, maxFaults, action,
 *    [hook, order, period, …], [parameter, …]]
 *
 * or empty when there is none. It is valid when it decodes, its format is MARK_FORMAT, and the
 * lists fit this firmware.
 */
#include "parts.h"

#include <string.h>

#define MARK_FORMAT 2u
#define MARK_ITEMS 8u
#define KEPT_ITEMS 10u
#define KEPT_BYTES_MAX \
	(60u + FEMTO_HOOKS_PER_CONTAINER_MAX * 11u + FEMTO_PARAMETERS_MAX * 5u)
#define MARK_BYTES_MAX (24u + 2u * KEPT_BYTES_MAX)
#define HOOK_NUMBERS 3u

static void put_digest(struct cbor_writer *writer, const uint8_t *digest)
{
	cbor_put_bytes(writer, (struct cbor_view){digest, FEMTO_DIGEST_BYTES});
}

static void put_spec(struct cbor_writer *writer, const struct femto_spec *spec)
{
	put_digest(writer, spec->digest);
	cbor_put_uint(writer, spec->instructions_per_run);
	cbor_put_uint(writer, spec->min_runs);
	cbor_put_uint(writer, spec->min_ready_seconds);
	cbor_put_uint(writer, spec->max_faults);
	cbor_put_uint(writer, spec->action);
	cbor_put_array(writer, spec->hook_count * HOOK_NUMBERS);
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		cbor_put_uint(writer, spec->hooks[i].hook);
		cbor_put_uint(writer, spec->hooks[i].order);
		cbor_put_uint(writer, spec->hooks[i].period_ms);
	}
	cbor_put_array(writer, spec->parameter_count);
	for (uint8_t i = 0; i < spec->parameter_count; i++) {
		cbor_put_int(writer, spec->parameters[i]);
	}
}

static void put_kept(struct cbor_writer *writer, const struct femto_kept *kept)
{
	if (kept->generation == 0) {
		cbor_put_array(writer, 0);
		return;
	}
	cbor_put_array(writer, KEPT_ITEMS);
	cbor_put_uint(writer, kept->generation);
	cbor_put_uint(writer, kept->standing);
	put_spec(writer, &kept->spec);
}

bool femto_keep_mark(struct femto *f, uint8_t local_id, const struct femto_mark *mark)
{
	uint8_t bytes[MARK_BYTES_MAX];
	struct cbor_writer writer = cbor_write(bytes, sizeof(bytes));
	cbor_put_array(&writer, MARK_ITEMS);
	cbor_put_uint(&writer, MARK_FORMAT);
	cbor_put_uint(&writer, mark->resets);
	cbor_put_uint(&writer, mark->link_worked ? 1u : 0);
	cbor_put_uint(&writer, mark->barred.generation);
	cbor_put_uint(&writer, mark->barred.reason);
	cbor_put_uint(&writer, mark->barred.instruction);
	put_kept(&writer, &mark->current);
	put_kept(&writer, &mark->previous);
	if (cbor_written(&writer) != CBOR_OK) {
		return false;
	}
	const struct store_key key = store_key_slot(STORE_MARK, local_id, 0);
	const struct store_part part = {bytes, writer.size};
	return femto_keep(f, &key, &part, 1);
}

/* Numbers in a row; the first failure sticks, and gives 0. */
struct numbers {
	struct cbor_reader reader;
	bool good;
};

static uint64_t next_long(struct numbers *numbers, uint64_t max)
{
	uint64_t value = 0;
	numbers->good = numbers->good && cbor_get_uint(&numbers->reader, max, &value) == CBOR_OK;
	return numbers->good ? value : 0;
}

static uint32_t next_number(struct numbers *numbers, uint32_t max)
{
	return (uint32_t)next_long(numbers, max);
}

static void next_digest(struct numbers *numbers, uint8_t *digest)
{
	struct cbor_view view;
	numbers->good =
		numbers->good && cbor_get_bytes(&numbers->reader, FEMTO_DIGEST_BYTES,
							 FEMTO_DIGEST_BYTES, &view) == CBOR_OK;
	if (numbers->good) {
		memcpy(digest, view.data, FEMTO_DIGEST_BYTES);
	}
}

static uint32_t next_array(struct numbers *numbers, uint32_t max)
{
	uint32_t count = 0;
	numbers->good =
		numbers->good && cbor_get_array(&numbers->reader, 0, max, &count) == CBOR_OK;
	return numbers->good ? count : 0;
}

static void read_spec(struct numbers *numbers, struct femto_spec *spec)
{
	next_digest(numbers, spec->digest);
	spec->instructions_per_run = next_number(numbers, UINT32_MAX);
	spec->min_runs = next_number(numbers, UINT32_MAX);
	spec->min_ready_seconds = next_number(numbers, UINT32_MAX);
	spec->max_faults = (uint16_t)next_number(numbers, UINT16_MAX);
	spec->action = (uint8_t)next_number(numbers, UINT8_MAX);
	spec->hook_count = (uint8_t)(next_array(numbers, FEMTO_HOOKS_PER_CONTAINER_MAX * HOOK_NUMBERS) /
								 HOOK_NUMBERS);
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		spec->hooks[i].hook = (uint16_t)next_number(numbers, UINT16_MAX);
		spec->hooks[i].order = (uint16_t)next_number(numbers, UINT16_MAX);
		spec->hooks[i].period_ms = next_number(numbers, UINT32_MAX);
	}
	spec->parameter_count = (uint8_t)next_array(numbers, FEMTO_PARAMETERS_MAX);
	for (uint8_t i = 0; i < spec->parameter_count; i++) {
		int64_t value = 0;
		numbers->good = numbers->good &&
						cbor_get_int(&numbers->reader, INT32_MIN, INT32_MAX, &value) == CBOR_OK;
		spec->parameters[i] = (int32_t)value;
	}
}

static void read_kept(struct numbers *numbers, struct femto_kept *kept)
{
	const uint32_t items = next_array(numbers, KEPT_ITEMS);
	if (items == KEPT_ITEMS) {
		kept->generation = next_number(numbers, UINT32_MAX);
		kept->standing = (uint8_t)next_number(numbers, FEMTO_STANDING_CONFIRMED);
		read_spec(numbers, &kept->spec);
	}
	numbers->good = numbers->good && (items == 0 || items == KEPT_ITEMS);
}

static bool parse(struct femto_mark *mark, const uint8_t *bytes, size_t size)
{
	struct numbers numbers = {cbor_read(bytes, size), true};
	memset(mark, 0, sizeof(*mark));
	if (next_array(&numbers, MARK_ITEMS) != MARK_ITEMS ||
		next_number(&numbers, UINT32_MAX) != MARK_FORMAT) {
		return false;
	}
	mark->resets = (uint8_t)next_number(&numbers, UINT8_MAX);
	mark->link_worked = next_number(&numbers, 1) != 0;
	mark->barred.generation = next_long(&numbers, UINT64_MAX);
	mark->barred.reason = (uint8_t)next_number(&numbers, UINT8_MAX);
	mark->barred.instruction = (uint16_t)next_number(&numbers, UINT16_MAX);
	read_kept(&numbers, &mark->current);
	read_kept(&numbers, &mark->previous);
	return numbers.good && cbor_is_done(&numbers.reader);
}

bool femto_read_mark(struct femto *f, uint8_t local_id, struct femto_mark *mark)
{
	uint8_t bytes[MARK_BYTES_MAX];
	const struct store_key key = store_key_slot(STORE_MARK, local_id, 0);
	struct store_ref ref;
	return store_find(&f->store, &key, &ref) == STORE_OK && ref.size <= sizeof(bytes) &&
		   store_read(&f->store, &ref, 0, bytes, ref.size) == STORE_OK &&
		   parse(mark, bytes, ref.size);
}
