/*
 * From trial to confirmed, and what speaks against a generation: faults, resets by the watchdog, a
 * link that worked before it came and does not any more.
 */
#include "parts.h"

#include <string.h>

/* Together the spans are at least the ten minutes in which faults of what is confirmed count. */
#define FAULT_SPAN_MS 120000u
#define FLASH_PAUSE_MS 10000u /* after the confirmation could not be kept */
#define RESETS_MAX 3u         /* by the watchdog; with the third a trial is over */
#define LINK_DEAD_MS 600000u  /* or so many periods of reports, whichever is longer */
#define LINK_DEAD_PERIODS 3u

_Static_assert((FEMTO_FAULT_SPANS - 1u) * FAULT_SPAN_MS >= 600000u,
	"whole spans cover ten minutes");

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

void femto_trial_begin(struct femto *f, struct femto_container *container, uint64_t now_ms)
{
	container->shown = false;
	container->runs = 0;
	container->faults = 0;
	memset(container->recent, 0, sizeof(container->recent));
	container->fault_cause = 0;
	container->fault_pc = 0;
	container->instructions = 0;
	container->healthy_since_ms = now_ms;
	container->window_since_ms = now_ms;
	if (container->link_worked) {
		f->heard_ms = now_ms; /* silence before it came does not speak against it */
	}
}

static bool is_on_trial(const struct femto_container *container)
{
	return container->attached && container->standing == FEMTO_STANDING_TRIAL;
}

/* --- confirming */

/* Time at which everything but runs and the report speaks for it. */
static uint64_t ready_ms(const struct femto_container *container)
{
	return container->healthy_since_ms + (uint64_t)container->active.min_ready_seconds * 1000u;
}

/* Only what the document wants: a generation that was gone back to stays as it was. */
static bool is_candidate(const struct femto_container *container)
{
	return is_on_trial(container) && container->state == CONTAINER_TRIAL && container->shown &&
		   container->runs >= container->active.min_runs;
}

/* The floor comes last: what it forbids to go back to must not be needed any more. */
static void confirm(struct femto *f, struct femto_container *container, uint64_t now_ms)
{
	container->standing = FEMTO_STANDING_CONFIRMED;
	if (!femto_keep_standing(f, container) ||
		(container->contract.floor > 0 && !femto_keep_floor(f, &container->contract))) {
		container->standing = FEMTO_STANDING_TRIAL;
		container->healthy_since_ms = now_ms + FLASH_PAUSE_MS; /* asks again later */
		return;
	}
	container->faults = 0;
	memset(container->recent, 0, sizeof(container->recent));
	container->window_since_ms = now_ms;
	femto_set_state(f, container, CONTAINER_CONFIRMED, not_refused, now_ms);
}

/* --- giving up */

/*
 * The generation stops for good. Back to the one before it, which runs with the next step of the
 * reconciler, without a download; or nothing runs, when there is none that has not failed itself.
 */
static void give_up(struct femto *f, struct femto_container *container,
	struct femto_refused why, bool back, uint64_t now_ms)
{
	/* an older one may fail while its successor is still on the way: then that goes on */
	const bool ends = container->state == CONTAINER_REFUSED ||
					  memcmp(&container->active, &container->wanted, sizeof(struct femto_spec)) == 0;
	const bool has_other =
		container->previous != 0 && container->previous_standing != FEMTO_STANDING_GIVEN_UP;
	femto_detach(f, container);
	container->restore = false;
	container->standing = FEMTO_STANDING_GIVEN_UP;
	if (ends) {
		container->barred =
			(struct femto_barred){f->document_generation, why.instruction, why.reason};
	}
	if (back && has_other && femto_exchange(f, container)) {
		container->restore = true;
		memset(&container->wait, 0, sizeof(container->wait));
		f->reconcile = true;
	} else {
		/* not kept, it would be tried again after a reboot */
		(void)femto_keep_standing(f, container);
	}
	if (ends) {
		femto_set_state(f, container,
			container->restore ? CONTAINER_REFUSED : CONTAINER_QUARANTINED, why, now_ms);
	}
	femto_report_soon(f, now_ms);
	f->report.gave_up = true;
}

void femto_quarantine(struct femto *f, struct femto_container *container, uint64_t now_ms)
{
	const struct femto_refused why = {container->barred.reason, container->barred.instruction};
	container->standing = FEMTO_STANDING_GIVEN_UP;
	/* the report shows what failed first */
	if (!femto_exchange(f, container)) {
		(void)femto_keep_standing(f, container);
	}
	femto_set_state(f, container, CONTAINER_QUARANTINED, why, now_ms);
}

/*
 * Nobody can tell which of several trials froze the device or its link: RAM is lost, or nothing was
 * seen. All go back, so that what runs has been confirmed; the innocent are tried again with the
 * next desiredGeneration.
 */
static void give_up_all(struct femto *f, uint8_t reason, uint64_t now_ms)
{
	const struct femto_refused why = {reason, FEMTO_NO_INSTRUCTION};
	femto_report_drop(f); /* half told since the link died: the next one says more */
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		if (is_on_trial(&f->containers[i]) && f->containers[i].link_worked) {
			give_up(f, &f->containers[i], why, true, now_ms);
		}
	}
}

void femto_on_watchdog_reset(struct femto *f, uint64_t now_ms)
{
	const struct femto_refused why = {REFUSAL_WATCHDOG_RESETS, FEMTO_NO_INSTRUCTION};
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		struct femto_container *container = &f->containers[i];
		if (!container->restore || container->standing != FEMTO_STANDING_TRIAL) {
			continue;
		}
		container->resets++;
		if (container->resets >= RESETS_MAX) {
			give_up(f, container, why, true, now_ms);
		} else {
			(void)femto_keep_standing(f, container); /* else the trial takes a reset more */
		}
	}
}

/* When silence is too long; FEMTO_NEVER = it speaks against nothing. */
static uint64_t dead_ms(const struct femto *f)
{
	const uint64_t periods = (uint64_t)femto_report_period(f) * 1000u * LINK_DEAD_PERIODS;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		if (is_on_trial(&f->containers[i]) && f->containers[i].link_worked) {
			return f->heard_ms + (periods > LINK_DEAD_MS ? periods : LINK_DEAD_MS);
		}
	}
	return FEMTO_NEVER;
}

/* --- what is called */

void femto_trial_poll(struct femto *f, uint64_t now_ms)
{
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		struct femto_container *container = &f->containers[i];
		if (is_candidate(container) && now_ms >= ready_ms(container)) {
			confirm(f, container, now_ms);
		}
	}
	if (now_ms >= dead_ms(f)) {
		give_up_all(f, REFUSAL_LINK_DEAD, now_ms);
	}
}

uint64_t femto_trial_deadline(const struct femto *f)
{
	uint64_t next = dead_ms(f);
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		const struct femto_container *container = &f->containers[i];
		if (is_candidate(container)) {
			next = femto_earlier(next, ready_ms(container));
		}
	}
	return next;
}

/* Makes the newest span the one that holds `now_ms`. */
static void move_spans(struct femto_container *container, uint64_t now_ms)
{
	uint64_t spans = (now_ms - container->window_since_ms) / FAULT_SPAN_MS;
	container->window_since_ms += spans * FAULT_SPAN_MS;
	for (; spans > 0 && container->faults > 0; spans--) {
		container->faults -= container->recent[FEMTO_FAULT_SPANS - 1u];
		memmove(container->recent + 1, container->recent,
			sizeof(container->recent) - sizeof(container->recent[0]));
		container->recent[0] = 0;
	}
}

void femto_on_fault(struct femto *f, struct femto_container *container, uint8_t cause, uint16_t pc,
	uint64_t now_ms)
{
	/* on trial all count, once confirmed those of the last ten minutes */
	if (container->standing != FEMTO_STANDING_CONFIRMED) {
		container->faults += container->faults == UINT32_MAX ? 0 : 1u;
	} else {
		move_spans(container, now_ms);
		const uint16_t more = container->recent[0] < UINT16_MAX ? 1u : 0u;
		container->recent[0] = (uint16_t)(container->recent[0] + more);
		container->faults += more;
	}
	container->fault_cause = cause;
	container->fault_pc = pc;
	container->healthy_since_ms = now_ms;
	if (container->active.action != FAULT_ACTION_COUNT &&
		container->faults > container->active.max_faults) {
		const struct femto_refused why = {REFUSAL_TOO_MANY_FAULTS, pc};
		give_up(f, container, why, container->active.action == FAULT_ACTION_REVERT, now_ms);
	}
}
