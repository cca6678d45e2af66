/*
 * The mark of a container in the store, one CBOR array:
 *
 *   [format, generation, previous, standing, trial boots, digest, digest of previous,
 *    instructionsPerRun, minRuns, minReadySeconds, maxFaults, action,
 *    [hook, order, period, …], [parameter, …]]
 *
 * It is valid when it decodes, its format is MARK_FORMAT, and the lists fit this firmware.
 */
#include "parts.h"

#include <string.h>

#define MARK_FORMAT 1u
/* Standing of a generation. */
#define MARK_TRIAL 0u
#define MARK_CONFIRMED 1u
#define MARK_QUARANTINED 2u
#define MARK_ITEMS 14u
#define MARK_BYTES_MAX \
	(100u + FEMTO_HOOKS_PER_CONTAINER_MAX * 11u + FEMTO_PARAMETERS_MAX * 5u)
#define HOOK_NUMBERS 3u

static void put_digest(struct cbor_writer *writer, const uint8_t *digest)
{
	cbor_put_bytes(writer, (struct cbor_view){digest, FEMTO_DIGEST_BYTES});
}

static void put_spec(struct cbor_writer *writer, const struct femto_spec *spec)
{
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

static uint32_t standing_of(const struct femto_container *container)
{
	if (container->state == CONTAINER_QUARANTINED) {
		return MARK_QUARANTINED;
	}
	return container->confirmed ? MARK_CONFIRMED : MARK_TRIAL;
}

bool femto_keep_mark(struct femto *f, const struct femto_container *container)
{
	uint8_t bytes[MARK_BYTES_MAX];
	struct cbor_writer writer = cbor_write(bytes, sizeof(bytes));
	cbor_put_array(&writer, MARK_ITEMS);
	cbor_put_uint(&writer, MARK_FORMAT);
	cbor_put_uint(&writer, container->generation);
	cbor_put_uint(&writer, container->previous);
	cbor_put_uint(&writer, standing_of(container));
	cbor_put_uint(&writer, container->trial_boots);
	put_digest(&writer, container->active.digest);
	put_digest(&writer, container->previous_digest);
	put_spec(&writer, &container->active);
	if (cbor_written(&writer) != CBOR_OK) {
		return false;
	}
	const struct store_key key = store_key_slot(STORE_MARK, container->local_id, 0);
	const struct store_part part = {bytes, writer.size};
	const enum store_err err = store_put(&f->store, &key, &part, 1);
	if (err < 0) {
		femto_count(f, COUNTER_FLASH_ERROR);
	}
	return err == STORE_OK;
}

/* Numbers in a row; the first failure sticks, and gives 0. */
struct numbers {
	struct cbor_reader reader;
	bool good;
};

static uint32_t next_number(struct numbers *numbers, uint32_t max)
{
	uint64_t value = 0;
	numbers->good = numbers->good && cbor_get_uint(&numbers->reader, max, &value) == CBOR_OK;
	return numbers->good ? (uint32_t)value : 0;
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

static bool parse(struct femto_container *container, const uint8_t *bytes, size_t size)
{
	struct numbers numbers = {cbor_read(bytes, size), true};
	uint32_t items = 0;
	if (cbor_get_array(&numbers.reader, MARK_ITEMS, MARK_ITEMS, &items) != CBOR_OK ||
		next_number(&numbers, UINT32_MAX) != MARK_FORMAT) {
		return false;
	}
	struct femto_container read = *container;
	memset(&read.active, 0, sizeof(read.active));
	read.generation = next_number(&numbers, UINT32_MAX);
	read.previous = next_number(&numbers, UINT32_MAX);
	const uint32_t standing = next_number(&numbers, MARK_QUARANTINED);
	read.stored_confirmed = standing == MARK_CONFIRMED;
	read.stored_trial = standing == MARK_TRIAL;
	if (standing == MARK_QUARANTINED) {
		read.state = CONTAINER_QUARANTINED;
		read.reason = REFUSAL_TOO_MANY_FAULTS;
	}
	read.trial_boots = (uint8_t)next_number(&numbers, UINT8_MAX);
	next_digest(&numbers, read.active.digest);
	next_digest(&numbers, read.previous_digest);
	read_spec(&numbers, &read.active);
	if (!numbers.good || !cbor_is_done(&numbers.reader)) {
		return false;
	}
	*container = read;
	return true;
}

void femto_read_mark(struct femto *f, struct femto_container *container)
{
	uint8_t bytes[MARK_BYTES_MAX];
	const struct store_key key = store_key_slot(STORE_MARK, container->local_id, 0);
	struct store_ref ref;
	if (store_find(&f->store, &key, &ref) == STORE_OK && ref.size <= sizeof(bytes) &&
		store_read(&f->store, &ref, 0, bytes, ref.size) == STORE_OK) {
		(void)parse(container, bytes, ref.size); /* else it is fetched anew */
	}
}
