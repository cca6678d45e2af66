/* Hooks: which containers run, in which order, with which context. */
#include "parts.h"

#include <string.h>

#include "core/vm/bytes.h"

/* An attachment is a container slot and the position of the hook in its spec. */
#define ATTACHMENT(slot, hook) ((uint8_t)((slot) << 4 | (hook)))
#define SLOT_OF(attachment) ((uint8_t)((attachment) >> 4))
#define HOOK_OF(attachment) ((uint8_t)((attachment)&0x0fu))

_Static_assert(FEMTO_CONTAINERS_MAX <= 16 && FEMTO_HOOKS_PER_CONTAINER_MAX <= 16,
	"an attachment is one byte");

/* What a hook hands to the containers attached to it. */
struct firing {
	const uint8_t *context;
	size_t context_bytes;
	const uint8_t *lent; /* NULL = nothing is lent */
	size_t lent_bytes;
	uint64_t now_ms;
};

/* Whether `a` runs before `b`: by order, tenant, name. */
static bool runs_before(const struct femto *f, uint8_t a, uint8_t b)
{
	const struct femto_container *left = &f->containers[SLOT_OF(a)];
	const struct femto_container *right = &f->containers[SLOT_OF(b)];
	const uint16_t left_order = left->active.hooks[HOOK_OF(a)].order;
	const uint16_t right_order = right->active.hooks[HOOK_OF(b)].order;
	if (left_order != right_order) {
		return left_order < right_order;
	}
	if (left->contract.tenant != right->contract.tenant) {
		return left->contract.tenant < right->contract.tenant;
	}
	/* names are padded with zeros */
	return memcmp(left->contract.name, right->contract.name, FEMTO_NAME_MAX) < 0;
}

static void insert_attachment(struct femto *f, uint8_t attachment)
{
	uint8_t at = f->attachment_count++;
	while (at > 0 && runs_before(f, attachment, f->attachments[at - 1u])) {
		f->attachments[at] = f->attachments[at - 1u];
		at--;
	}
	f->attachments[at] = attachment;
}

void femto_sort_attachments(struct femto *f)
{
	f->attachment_count = 0;
	for (uint8_t slot = 0; slot < FEMTO_CONTAINERS_MAX; slot++) {
		const struct femto_container *container = &f->containers[slot];
		const uint8_t hooks = container->attached ? container->active.hook_count : 0;
		for (uint8_t hook = 0; hook < hooks; hook++) {
			insert_attachment(f, ATTACHMENT(slot, hook));
		}
	}
}

static struct bpf_program program_of(struct femto *f, const struct femto_container *container)
{
	uint8_t *text = femto_arena_bytes(f, container->arena_at);
	uint8_t *rodata = text + (size_t)container->text_count * BPF_SLOT_SIZE;
	return (struct bpf_program){
		.text = text,
		.rodata = rodata,
		.data = rodata + container->rodata_bytes,
		.helpers = container->contract.helpers,
		.text_count = container->text_count,
		.rodata_size = container->rodata_bytes,
		.data_size = container->data_bytes,
		.stack_size = container->stack_bytes,
	};
}

/* Maps bytes that the container may only read: the region type has one pointer for both. */
static void map_read_only(struct bpf_vm *vm, uint32_t region, const uint8_t *bytes, size_t size)
{
	bpf_map(vm, region, (uint8_t *)(uintptr_t)bytes, (uint32_t)size, false);
}

_Static_assert(offsetof(struct femto, arena) - offsetof(struct femto, stack) == FEMTO_STACK_BYTES,
	"the memory of containers is in one piece");

void femto_protect_begin(struct femto *f)
{
	if (f->port->protect_begin != NULL) {
		f->port->protect_begin(f->port->context, f->stack, sizeof(f->stack) + sizeof(f->arena));
	}
}

void femto_protect_end(const struct femto *f)
{
	if (f->port->protect_end != NULL) {
		f->port->protect_end(f->port->context);
	}
}

/* Runs one container once; true = it ended without a fault and `result` holds its r0. */
static bool run_once(struct femto *f, struct femto_container *container, uint8_t hook,
	const struct firing *firing, uint64_t *result)
{
	const struct bpf_program program = program_of(f, container);
	struct bpf_vm vm;
	bpf_vm_init(&vm, &program, (uint8_t *)f->stack);
	struct femto_call call = {f, container, &vm, firing->now_ms};
	vm.call = femto_call;
	vm.context = &call;
	vm.budget = container->contract.budget;
	map_read_only(&vm, BPF_REGION_CONTEXT, firing->context, firing->context_bytes);
	if (firing->lent_bytes > 0) {
		map_read_only(&vm, BPF_REGION_LENT, firing->lent, firing->lent_bytes);
	}
	femto_protect_begin(f);
	const enum bpf_status status = bpf_run(&vm, container->entries[hook], result);
	femto_protect_end(f);
	container->instructions += container->contract.budget - vm.budget;
	if (status != BPF_DONE) {
		femto_on_fault(f, container, (uint8_t)status, (uint16_t)vm.pc, firing->now_ms);
		return false;
	}
	container->runs += container->runs == UINT32_MAX ? 0 : 1u;
	return true;
}

enum femto_err femto_run(struct femto *f, uint16_t hook, const uint8_t *context,
	size_t context_bytes, uint64_t now_ms, int64_t *result)
{
	const struct firing firing = {context, context_bytes, NULL, 0, now_ms};
	enum femto_err outcome = FEMTO_ERR_NOT_FOUND;
	for (uint8_t i = 0; i < f->attachment_count; i++) {
		struct femto_container *container = &f->containers[SLOT_OF(f->attachments[i])];
		const uint8_t at = HOOK_OF(f->attachments[i]);
		uint64_t value = 0;
		if (container->attached && container->active.hooks[at].hook == hook &&
			run_once(f, container, at, &firing, &value)) {
			outcome = FEMTO_OK;
			if (result != NULL) {
				*result = (int64_t)value;
			}
		}
	}
	return outcome;
}

void femto_hook_sensor(struct femto *f, uint32_t channel, int32_t value, uint64_t now_ms)
{
	uint8_t context[HOOK_SENSOR_CONTEXT_BYTES];
	bpf_store64(context + HOOK_SENSOR_CONTEXT_NOW_MS, now_ms);
	bpf_store32(context + HOOK_SENSOR_CONTEXT_CHANNEL, channel);
	bpf_store32(context + HOOK_SENSOR_CONTEXT_VALUE, (uint32_t)value);
	(void)femto_run(f, HOOK_SENSOR, context, sizeof(context), now_ms, NULL);
	femto_outbox_poll(f, now_ms);
	femto_flush(f, now_ms);
}

static void run_timer(
	struct femto *f, struct femto_container *container, uint8_t at, uint64_t now_ms)
{
	uint8_t context[HOOK_TIMER_CONTEXT_BYTES];
	bpf_store64(context + HOOK_TIMER_CONTEXT_NOW_MS, now_ms);
	const struct firing firing = {context, sizeof(context), NULL, 0, now_ms};
	const uint32_t period_ms = container->active.hooks[at].period_ms;
	container->due_ms[at] += period_ms;
	if (container->due_ms[at] <= now_ms) {
		container->due_ms[at] = now_ms + period_ms; /* missed ones are not made up for */
	}
	uint64_t ignored = 0;
	(void)run_once(f, container, at, &firing, &ignored);
}

static bool is_timer(const struct femto_container *container, uint8_t at)
{
	return container->attached && container->active.hooks[at].hook == HOOK_TIMER;
}

void femto_run_timers(struct femto *f, uint64_t now_ms)
{
	for (uint8_t i = 0; i < f->attachment_count; i++) {
		struct femto_container *container = &f->containers[SLOT_OF(f->attachments[i])];
		const uint8_t at = HOOK_OF(f->attachments[i]);
		if (is_timer(container, at) && now_ms >= container->due_ms[at]) {
			run_timer(f, container, at, now_ms);
		}
	}
}

uint64_t femto_timers_deadline(const struct femto *f)
{
	uint64_t next = FEMTO_NEVER;
	for (uint8_t i = 0; i < f->attachment_count; i++) {
		const struct femto_container *container = &f->containers[SLOT_OF(f->attachments[i])];
		const uint8_t at = HOOK_OF(f->attachments[i]);
		if (is_timer(container, at)) {
			next = femto_earlier(next, container->due_ms[at]);
		}
	}
	return next;
}

/* Position of the message hook in the spec, FEMTO_NO_SLOT = not attached to it. */
static uint8_t message_hook(const struct femto_container *container)
{
	const uint8_t hooks = container->attached ? container->active.hook_count : 0;
	for (uint8_t at = 0; at < hooks; at++) {
		if (container->active.hooks[at].hook == HOOK_MESSAGE) {
			return at;
		}
	}
	return FEMTO_NO_SLOT;
}

void femto_on_input(struct femto *f, struct cbor_view payload, uint64_t now_ms)
{
	const uint8_t slot =
		payload.size == 0 ? FEMTO_NO_SLOT : femto_find_container(f, payload.data[0]);
	const uint8_t at = slot == FEMTO_NO_SLOT ? slot : message_hook(&f->containers[slot]);
	if (at == FEMTO_NO_SLOT) {
		femto_count(f, COUNTER_MESSAGE_UNROUTABLE);
		return;
	}
	const size_t size = payload.size - 1u;
	uint8_t context[HOOK_MESSAGE_CONTEXT_BYTES] = {0};
	bpf_store64(context + HOOK_MESSAGE_CONTEXT_DATA, (uint64_t)BPF_REGION_LENT << 28);
	bpf_store32(context + HOOK_MESSAGE_CONTEXT_LENGTH, (uint32_t)size);
	const struct firing firing = {context, sizeof(context), payload.data + 1, size, now_ms};
	uint64_t ignored = 0;
	(void)run_once(f, &f->containers[slot], at, &firing, &ignored);
}
