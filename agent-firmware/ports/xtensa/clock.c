#include "clock.h"

#include "machine.h"

#define WATCHDOG_TICKS (XT_CLOCK_WATCHDOG_SECONDS * XT_CLOCK_HZ)
/* Added at each try to set an alarm that has passed meanwhile. */
#define MARGIN_TICKS 200u

static volatile bool is_asleep;

uint32_t xt_clock_counter(void)
{
	uint32_t counter;
	SPECIAL_READ(ccount, counter);
	return counter;
}

static bool is_alarm_pending(void)
{
	uint32_t pending;
	SPECIAL_READ(interrupt, pending);
	return (pending & INTERRUPT_TIMER) != 0;
}

/*
 * The timer fires when both registers are equal, never when the counter is past: an alarm that was
 * set too late would come a whole turn of the counter later. To write it takes an old alarm back.
 */
static void alarm_after(uint32_t ticks)
{
	for (uint32_t after = ticks;; after += MARGIN_TICKS) {
		const uint32_t now = xt_clock_counter();
		SPECIAL_WRITE(ccompare0, now + after);
		if (xt_clock_counter() - now < after || is_alarm_pending()) {
			return;
		}
	}
}

void xt_clock_restart_watchdog(void)
{
	alarm_after(WATCHDOG_TICKS);
}

void xt_clock_start(void)
{
	xt_clock_restart_watchdog();
	SPECIAL_WRITE(intenable, INTERRUPT_TIMER | INTERRUPT_ETHERNET);
	interrupts_on();
}

void xt_clock_sleep(uint32_t ticks, bool (*is_ready)(void))
{
	interrupts_off();
	if (!is_ready()) {
		is_asleep = true;
		alarm_after(ticks);
		wait_for_interrupt();
		interrupts_off();
		is_asleep = false;
	}
	xt_clock_restart_watchdog();
	interrupts_on();
}

bool xt_clock_take_alarm(void)
{
	xt_clock_restart_watchdog();
	return is_asleep;
}
