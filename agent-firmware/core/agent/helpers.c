/* The native functions that containers call; protocol/schema/helpers.ts says what each does. */
#include "parts.h"

#include <string.h>

#include "core/vm/bytes.h"

/* Instructions that a helper costs, so that calls are not free. */
#define COST_CALL 8u
#define COST_SEND 64u

/* What a container names; NULL = it may not read all of it. */
static const uint8_t *lent(struct femto_call *call, uint64_t address, uint64_t size)
{
	static const uint8_t nothing[1] = {0};
	return size == 0 ? nothing : bpf_access(call->vm, address, size, false);
}

static enum bpf_status put_out(struct femto_call *call, uint8_t topic, uint8_t qos,
	const uint8_t *bytes, size_t size, uint64_t *result)
{
	bpf_charge(call->vm, COST_SEND);
	*result = 0;
	if (!femto_outbox_put(call->f, topic, qos, bytes, size)) {
		femto_count(call->f, COUNTER_PUBLISH_DROPPED);
		*result = (uint64_t)(int64_t)HELPER_ERR_NOT_SENT;
	}
	return BPF_DONE;
}

/* A line goes out behind the local id of its container: all of a device share one topic. */
static enum bpf_status help_log(struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	const size_t used = args[1] < FEMTO_TEXT_MAX ? (size_t)args[1] : FEMTO_TEXT_MAX;
	const uint8_t *text = lent(call, args[0], args[1]);
	if (text == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	uint8_t line[FEMTO_OUTGOING_MAX];
	line[0] = call->container->local_id;
	memcpy(line + 1, text, used);
	return put_out(call, call->f->log_topic, 0, line, used + 1u, result);
}

static enum bpf_status help_publish(
	struct femto_call *call, const uint64_t *args, uint64_t *result)
{
	if (args[1] > FEMTO_TEXT_MAX || args[2] > 1u) {
		*result = (uint64_t)(int64_t)HELPER_ERR_INVALID;
		return BPF_DONE;
	}
	const uint8_t *bytes = lent(call, args[0], args[1]);
	if (bytes == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	const size_t slot = (size_t)(call->container - call->f->containers);
	const uint8_t topic = (uint8_t)(call->f->container_topics + slot);
	return put_out(call, topic, (uint8_t)args[2], bytes, (size_t)args[1], result);
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

static enum bpf_status help(
	struct femto_call *call, uint32_t number, uint64_t arguments[5], uint64_t *result)
{
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

enum bpf_status femto_call(void *context, uint32_t number, uint64_t arguments[5], uint64_t *result)
{
	struct femto_call *call = context;
	femto_protect_end(call->f);
	const enum bpf_status status = help(call, number, arguments, result);
	femto_protect_begin(call->f);
	return status;
}
