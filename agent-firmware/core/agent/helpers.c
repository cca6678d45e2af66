/* The native functions that containers call; protocol/schema/helpers.ts says what each does. */
#include "parts.h"

#include <string.h>

#include "core/vm/bytes.h"

/* Instructions that a helper costs, so that calls are not free. */
#define COST_CALL 8u
#define COST_SEND 64u

static enum bpf_status put_out(struct femto_call *call, uint64_t address, uint64_t size,
	uint64_t used, uint8_t topic, uint8_t qos, uint64_t *result)
{
	static const uint8_t nothing[1] = {0};
	const uint8_t *bytes = bpf_access(call->vm, address, size, false);
	if (size == 0) {
		bytes = nothing;
	}
	if (bytes == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	bpf_charge(call->vm, COST_SEND);
	*result = 0;
	if (!femto_outbox_put(call->f, topic, qos, bytes, (size_t)used)) {
		femto_count(call->f, COUNTER_PUBLISH_DROPPED);
		*result = (uint64_t)(int64_t)HELPER_ERR_NOT_SENT;
	}
	return BPF_DONE;
}

static enum bpf_status help_log(struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	const uint64_t used = args[1] < FEMTO_TEXT_MAX ? args[1] : FEMTO_TEXT_MAX;
	return put_out(call, args[0], args[1], used, call->f->log_topic, 0, result);
}

static enum bpf_status help_publish(
	struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	if (args[1] > FEMTO_TEXT_MAX || args[2] > 1u) {
		*result = (uint64_t)(int64_t)HELPER_ERR_INVALID;
		return BPF_DONE;
	}
	const size_t slot = (size_t)(call->container - call->f->containers);
	const uint8_t topic = (uint8_t)(call->f->container_topics + slot);
	return put_out(call, args[0], args[1], args[1], topic, (uint8_t)args[2], result);
}

static enum bpf_status help_kv_get(struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	uint8_t *out = bpf_access(call->vm, args[2], sizeof(uint64_t), true);
	if (out == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	int64_t value = 0;
	const int32_t outcome =
		femto_kv_get(call->f, call->container, args[0], (uint32_t)args[1], &value);
	if (outcome == 0) {
		bpf_store64(out, (uint64_t)value);
	}
	*result = (uint64_t)(int64_t)outcome;
	return BPF_DONE;
}

static enum bpf_status help_sensor_read(
	struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	uint8_t *out = bpf_access(call->vm, args[1], sizeof(uint32_t), true);
	if (out == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	const struct femto_port *port = call->f->port;
	int32_t value = 0;
	if (port->sensor_read(port->context, (uint32_t)args[0], &value) != FEMTO_PORT_OK) {
		*result = (uint64_t)(int64_t)HELPER_ERR_NOT_FOUND;
		return BPF_DONE;
	}
	bpf_store32(out, (uint32_t)value);
	*result = 0;
	return BPF_DONE;
}

static uint64_t parameter(const struct femto_container *container, uint64_t index)
{
	if (index >= container->parameter_count) {
		return 0;
	}
	return (uint64_t)(int64_t)container->parameters[index];
}

enum bpf_status femto_call(void *context, uint32_t number, uint64_t arguments[5], uint64_t *result)
{
	struct femto_call *call = context;
	if (number >= 64u || (call->container->contract.helpers >> number & 1u) == 0) {
		return BPF_FAULT_HELPER_DENIED;
	}
	bpf_charge(call->vm, COST_CALL);
	switch (number) {
	case HELPER_LOG:
		return help_log(call, arguments, result);
	case HELPER_NOW:
		*result = call->now_ms;
		return BPF_DONE;
	case HELPER_KV_GET:
		return help_kv_get(call, arguments, result);
	case HELPER_KV_PUT:
		*result = (uint64_t)(int64_t)femto_kv_put(call->f, call->container, arguments[0],
			(uint32_t)arguments[1], (int64_t)arguments[2]);
		return BPF_DONE;
	case HELPER_PUBLISH:
		return help_publish(call, arguments, result);
	case HELPER_SENSOR_READ:
		return help_sensor_read(call, arguments, result);
	case HELPER_PARAMETER:
		*result = parameter(call->container, arguments[0]);
		return BPF_DONE;
	default:
		return BPF_FAULT_HELPER_UNKNOWN;
	}
}
