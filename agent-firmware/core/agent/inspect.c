/* What others may read. */
#include "parts.h"

#include <string.h>

size_t femto_get_container_count(const struct femto *f)
{
	size_t count = 0;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		count += f->containers[i].local_id != 0 ? 1u : 0;
	}
	return count;
}

/* Slot of the container that has `index` others with a smaller local id. */
static uint8_t nth_slot(const struct femto *f, size_t index)
{
	for (uint32_t id = 1; id <= PROTO_CONTAINERS_MAX; id++) {
		const uint8_t slot = femto_find_container(f, id);
		if (slot != FEMTO_NO_SLOT && index-- == 0) {
			return slot;
		}
	}
	return FEMTO_NO_SLOT;
}

enum femto_err femto_get_container(
	const struct femto *f, size_t index, struct femto_container_info *info)
{
	const uint8_t slot = nth_slot(f, index);
	if (slot == FEMTO_NO_SLOT) {
		return FEMTO_ERR_NOT_FOUND;
	}
	const struct femto_container *container = &f->containers[slot];
	*info = (struct femto_container_info){
		.local_id = container->local_id,
		.state = container->state,
		.generation = container->generation,
		.runs = container->runs,
		.faults = container->faults,
		.fault_cause = container->fault_cause,
		.fault_pc = container->fault_pc,
		.instructions = container->instructions,
		.refusal = container->reason,
		.refusal_instruction = container->instruction,
	};
	const struct femto_spec *spec = container->attached ? &container->active : &container->wanted;
	memcpy(info->statement_digest, spec->digest, FEMTO_DIGEST_BYTES);
	return FEMTO_OK;
}

uint64_t femto_get_accepted_generation(const struct femto *f)
{
	return f->accepted_generation;
}

uint32_t femto_get_counter(const struct femto *f, uint8_t counter_id)
{
	return counter_id <= COUNTER_MAX ? f->counters[counter_id] : 0;
}

bool femto_is_connected(const struct femto *f)
{
	return f->link.state == MQSN_STATE_ACTIVE;
}
