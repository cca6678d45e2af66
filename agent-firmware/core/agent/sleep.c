/* Sleep between two wake-ups, when the document asks for it. */
#include "parts.h"

/* Added to the announced duration: time for a wake-up that needs all its tries. */
#define SLEEP_MARGIN_SECONDS 30u

/* Nothing is on its way, and nothing waits to be sent. */
static bool is_idle(const struct femto *f, uint64_t now_ms)
{
	return f->act_ms == FEMTO_NEVER && !f->reconcile && femto_report_is_idle(f) &&
		   now_ms < f->report.due_ms && !f->link.publishing && femto_outbox_is_empty(f) &&
		   (f->pull.object == FEMTO_OBJECT_NONE || f->pull.paused) &&
		   now_ms >= f->awake_until_ms;
}

void femto_sleep_poll(struct femto *f, uint64_t now_ms)
{
	const uint32_t interval = f->wake_interval_seconds;
	if (f->link.state == MQSN_STATE_ACTIVE && interval > 0 && is_idle(f, now_ms)) {
		f->wake_ms = now_ms + (uint64_t)interval * 1000u;
		mqsn_sleep(&f->link, (uint16_t)(interval + SLEEP_MARGIN_SECONDS), now_ms);
	}
	if (f->link.state != MQSN_STATE_ASLEEP) {
		return;
	}
	if (!is_idle(f, now_ms)) {
		mqsn_connect(&f->link, now_ms); /* there is something to say or to fetch */
	} else if (now_ms >= f->wake_ms) {
		f->wake_ms = now_ms + (uint64_t)interval * 1000u;
		mqsn_wake(&f->link, now_ms);
	}
}

uint64_t femto_sleep_deadline(const struct femto *f, uint64_t now_ms)
{
	if (f->link.state == MQSN_STATE_ASLEEP) {
		return femto_earlier(f->wake_ms, f->report.due_ms);
	}
	if (f->link.state != MQSN_STATE_ACTIVE || f->wake_interval_seconds == 0) {
		return FEMTO_NEVER;
	}
	if (is_idle(f, now_ms)) {
		return now_ms;
	}
	/* what else keeps it awake ends with an event, or has a deadline of its own */
	return now_ms < f->awake_until_ms ? f->awake_until_ms : FEMTO_NEVER;
}
