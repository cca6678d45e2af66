/* What a report says. */
#include "parts.h"

#include <string.h>

#include "core/suit/cose.h"

#define HOOK_ID_ENCODED_MAX 3u
#define FIXED_BYTES_MAX (PROTO_INVENTORY_ENCODED_MAX + 60u)

/* Lists are encoded first; the report copies them. */
struct lists {
	uint8_t containers[FEMTO_CONTAINERS_MAX * PROTO_CONTAINER_REPORT_ENCODED_MAX];
	uint8_t refusals[(FEMTO_CONTAINERS_MAX + 1u) * PROTO_REFUSAL_ENCODED_MAX];
	uint8_t counters[COUNTER_MAX * PROTO_COUNTER_ENCODED_MAX];
	uint8_t hooks[FEMTO_HOOKS_OFFERED_COUNT * HOOK_ID_ENCODED_MAX];
};

#define PAYLOAD_BYTES_MAX (sizeof(struct lists) + FIXED_BYTES_MAX)

_Static_assert(FEMTO_REPORT_BYTES >= PAYLOAD_BYTES_MAX + COSE_MAC0_OVERHEAD,
	"the largest report fits the buffer");
_Static_assert(FEMTO_REPORT_BYTES <= PROTO_REPORT_BYTES_MAX, "and the controller takes it");

static struct cbor_list list_of(const struct cbor_writer *writer, uint32_t count)
{
	return (struct cbor_list){cbor_read(writer->data, writer->size), count};
}

static void put_container(struct cbor_writer *writer, const struct femto_container *container)
{
	static const uint8_t none[FEMTO_DIGEST_BYTES] = {0};
	const bool attached = container->attached || container->state == CONTAINER_QUARANTINED;
	const struct proto_container_report report = {
		.local_id = container->local_id,
		.state = container->state,
		.statement_digest = {attached ? container->active.digest : none, FEMTO_DIGEST_BYTES},
		.generation = container->generation,
		.runs = container->runs,
		.faults = container->faults,
		.last_fault = {container->fault_cause, container->fault_pc},
		.instructions = container->instructions,
	};
	(void)proto_encode_container_report(writer, &report); /* room is asserted above */
}

static struct cbor_list list_containers(const struct femto *f, struct lists *lists)
{
	struct cbor_writer writer = cbor_write(lists->containers, sizeof(lists->containers));
	uint32_t count = 0;
	for (uint32_t id = 1; id <= PROTO_CONTAINERS_MAX; id++) {
		const uint8_t slot = femto_find_container(f, id);
		if (slot != FEMTO_NO_SLOT) {
			put_container(&writer, &f->containers[slot]);
			count++;
		}
	}
	return list_of(&writer, count);
}

static uint32_t put_refusal(
	struct cbor_writer *writer, uint32_t local_id, uint8_t reason, uint16_t instruction)
{
	if (reason == 0) {
		return 0;
	}
	const struct proto_refusal refusal = {local_id, reason, instruction};
	(void)proto_encode_refusal(writer, &refusal);
	return 1;
}

static struct cbor_list list_refusals(const struct femto *f, struct lists *lists)
{
	struct cbor_writer writer = cbor_write(lists->refusals, sizeof(lists->refusals));
	uint32_t count = put_refusal(&writer, 0, f->document_reason, FEMTO_NO_INSTRUCTION);
	for (uint32_t id = 1; id <= PROTO_CONTAINERS_MAX; id++) {
		const uint8_t slot = femto_find_container(f, id);
		if (slot != FEMTO_NO_SLOT) {
			const struct femto_container *container = &f->containers[slot];
			count += put_refusal(&writer, id, container->reason, container->instruction);
		}
	}
	return list_of(&writer, count);
}

static struct cbor_list list_counters(const struct femto *f, struct lists *lists)
{
	struct cbor_writer writer = cbor_write(lists->counters, sizeof(lists->counters));
	uint32_t count = 0;
	for (uint32_t id = 1; id <= COUNTER_MAX; id++) {
		if (f->counters[id] > 0) {
			const struct proto_counter counter = {id, f->counters[id]};
			(void)proto_encode_counter(&writer, &counter);
			count++;
		}
	}
	return list_of(&writer, count);
}

static struct cbor_list list_hooks(struct lists *lists)
{
	static const uint16_t offered[] = FEMTO_HOOKS_OFFERED;
	struct cbor_writer writer = cbor_write(lists->hooks, sizeof(lists->hooks));
	for (size_t i = 0; i < FEMTO_HOOKS_OFFERED_COUNT; i++) {
		cbor_put_uint(&writer, offered[i]);
	}
	return list_of(&writer, FEMTO_HOOKS_OFFERED_COUNT);
}

static struct cbor_view text_of(const char *text)
{
	return (struct cbor_view){(const uint8_t *)text, mqsn_text_size(text)};
}

static struct proto_inventory inventory_of(const struct femto *f, struct lists *lists)
{
	return (struct proto_inventory){
		.firmware = text_of(f->config.firmware),
		.board = text_of(f->config.board),
		.build_id = {f->config.build_id, sizeof(f->config.build_id)},
		.hooks = list_hooks(lists),
		.helpers = FEMTO_HELPERS_OFFERED,
		.free_ram_bytes = femto_arena_free(f),
		.free_flash_bytes = femto_free_flash(f),
		.mtu_bytes = f->config.mtu_bytes,
		.document_bytes = FEMTO_DOCUMENT_BYTES,
		.containers = FEMTO_CONTAINERS_MAX,
	};
}

uint32_t femto_report_period(const struct femto *f)
{
	return f->wake_interval_seconds > f->report_period_seconds ? f->wake_interval_seconds
															  : f->report_period_seconds;
}

/* Nothing is on its way and nothing on trial: free memory will not change by itself. */
static bool is_settled(const struct femto *f)
{
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const uint8_t state = f->containers[i].state;
		if (state == CONTAINER_FETCHING || state == CONTAINER_TRIAL) {
			return false;
		}
	}
	return true;
}

static uint32_t sum_counters(const struct femto *f)
{
	uint32_t sum = 0;
	for (size_t id = 1; id <= COUNTER_MAX; id++) {
		sum += f->counters[id];
	}
	return sum;
}

/* Slots whose trial this report shows. */
static uint32_t trials_shown(const struct femto *f)
{
	uint32_t shown = 0;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		shown |= f->containers[i].state == CONTAINER_TRIAL ? (uint32_t)1u << i : 0;
	}
	return shown;
}

/*
 * The accepted generation; but while its document is on the way without a hitch the one before:
 * what the report says of the containers is not yet about the new one.
 */
static uint64_t generation_of(const struct femto *f)
{
	return f->document_reason == 0 ? f->document_generation : f->accepted_generation;
}

/* Bytes of the encoded report in `payload`. */
static size_t encode(const struct femto *f, uint8_t *payload, size_t capacity)
{
	struct lists lists;
	struct proto_report message = {
		.boot = f->boot,
		.sequence = f->report.sequence,
		.accepted_generation = generation_of(f),
		.next_report_seconds = femto_report_period(f),
		.containers = list_containers(f, &lists),
		.refusals = list_refusals(f, &lists),
		.has_inventory = f->report.has_inventory,
		.has_counters = f->report.has_inventory,
	};
	if (message.has_inventory) {
		message.inventory = inventory_of(f, &lists);
		message.counters = list_counters(f, &lists);
	}
	struct cbor_writer writer = cbor_write(payload, capacity);
	return proto_encode_report(&writer, &message) == CBOR_OK ? writer.size : 0;
}

bool femto_report_owes_inventory(const struct femto *f)
{
	return !f->report.inventory_sent ||
		   (is_settled(f) && femto_arena_free(f) != f->report.inventory_ram);
}

/*
 * Acknowledged is not kept: a controller may have died with the inventory in its hands. Until it
 * has told the device something, and after each new document, it gets the inventory once more.
 */
static bool may_have_been_forgotten(const struct femto *f)
{
	return f->accepted_generation == 0 || generation_of(f) != f->report.inventory_generation;
}

/*
 * Whether the next report carries inventory and counters. News of a container goes ahead without
 * them, as the smaller report arrives sooner; what is owed follows behind.
 */
static bool wants_inventory(const struct femto *f, bool is_news)
{
	const bool counted = sum_counters(f) != f->report.counters_sum;
	return !f->report.inventory_sent ||
		   (!is_news && (counted || femto_report_owes_inventory(f) || may_have_been_forgotten(f)));
}

void femto_report_build(struct femto *f, bool is_news)
{
	struct femto_report *report = &f->report;
	report->sequence++;
	report->has_inventory = wants_inventory(f, is_news);
	if (report->has_inventory) {
		report->inventory_ram = femto_arena_free(f);
		report->inventory_generation = generation_of(f);
		report->counters_sum = sum_counters(f);
	}
	report->shown = trials_shown(f);
	report->part = 0;
	report->in_flight = false;
	report->size = 0;
	uint8_t payload[PAYLOAD_BYTES_MAX];
	const size_t size = encode(f, payload, sizeof(payload));
	struct cbor_writer out = cbor_write(f->report_buffer, sizeof(f->report_buffer));
	const struct cbor_view view = {payload, size};
	if (size > 0 &&
		cose_seal_mac0(f->config.device_key, COSE_REPORT, view, &out) == COSE_OK) {
		report->size = (uint16_t)out.size;
	}
}
