/* From trial to confirmed, and what faults do. */
#include "parts.h"

#define FAULT_WINDOW_MS 600000u
#define FLASH_PAUSE_MS 10000u /* after the confirmation could not be kept */

static const struct femto_refused not_refused = {0, FEMTO_NO_INSTRUCTION};

void femto_set_state(struct femto *f, struct femto_container *container, uint8_t state,
	struct femto_refused refused, uint64_t now_ms)
{
	if (container->state == state && container->reason == refused.reason &&
		container->instruction == refused.instruction) {
		return;
	}
	container->state = state;
	container->reason = refused.reason;
	container->instruction = refused.instruction;
	femto_report_soon(f, now_ms);
}

void femto_trial_begin(struct femto_container *container, uint64_t now_ms)
{
	container->shown = false;
	container->trial_boots = 0;
	container->runs = 0;
	container->faults = 0;
	container->fault_cause = 0;
	container->fault_pc = 0;
	container->instructions = 0;
	container->healthy_since_ms = now_ms;
	container->window_since_ms = now_ms;
}

/* Time at which everything but runs and the report speaks for it. */
static uint64_t ready_ms(const struct femto_container *container)
{
	return container->healthy_since_ms + (uint64_t)container->active.min_ready_seconds * 1000u;
}

static bool is_on_trial(const struct femto_container *container)
{
	return container->attached && container->state == CONTAINER_TRIAL;
}

static bool may_confirm(const struct femto_container *container, uint64_t now_ms)
{
	return is_on_trial(container) && container->shown &&
		   container->runs >= container->active.min_runs && now_ms >= ready_ms(container);
}

static void confirm(struct femto *f, struct femto_container *container, uint64_t now_ms)
{
	container->confirmed = true;
	if (!femto_keep_mark(f, container) ||
		(container->contract.floor > 0 && !femto_keep_floor(f, &container->contract))) {
		container->confirmed = false;
		container->healthy_since_ms = now_ms + FLASH_PAUSE_MS; /* asks again later */
		return;
	}
	container->faults = 0;
	container->window_since_ms = now_ms;
	femto_set_state(f, container, CONTAINER_CONFIRMED, not_refused, now_ms);
}

void femto_trial_poll(struct femto *f, uint64_t now_ms)
{
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		struct femto_container *container = &f->containers[i];
		if (may_confirm(container, now_ms)) {
			confirm(f, container, now_ms);
		}
	}
}

uint64_t femto_trial_deadline(const struct femto *f)
{
	uint64_t next = FEMTO_NEVER;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *container = &f->containers[i];
		if (is_on_trial(container) && container->shown &&
			container->runs >= container->active.min_runs) {
			next = femto_earlier(next, ready_ms(container));
		}
	}
	return next;
}

/* Too many faults: the container stops. Going back to the other store slot has its place here. */
static void give_up(struct femto *f, struct femto_container *container, uint64_t now_ms)
{
	const struct femto_refused why = {REFUSAL_TOO_MANY_FAULTS, container->fault_pc};
	femto_detach(f, container);
	femto_set_state(f, container, CONTAINER_QUARANTINED, why, now_ms);
	(void)femto_keep_mark(f, container); /* without it, it would be tried again after a reboot */
}

void femto_on_fault(struct femto *f, struct femto_container *container, uint8_t cause, uint16_t pc,
	uint64_t now_ms)
{
	/* once confirmed, faults are counted in windows of ten minutes */
	if (container->confirmed &&
		now_ms - container->window_since_ms > FAULT_WINDOW_MS) {
		container->faults = 0;
		container->window_since_ms = now_ms;
	}
	container->faults += container->faults == UINT32_MAX ? 0 : 1u;
	container->fault_cause = cause;
	container->fault_pc = pc;
	container->healthy_since_ms = now_ms;
	if (container->active.action != FAULT_ACTION_COUNT &&
		container->faults > container->active.max_faults) {
		give_up(f, container, now_ms);
	}
}
