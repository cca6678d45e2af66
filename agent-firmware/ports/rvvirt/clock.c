#include "clock.h"

#include "machine.h"

#define COMPARE (CLINT + 0x4000u)
#define COUNTER (CLINT + 0xbff8u)
#define TICKS_PER_MS 10000u
#define LONGEST_SLEEP_MS 3600000u

static uint64_t booted_ticks;

static uint64_t read_ticks(void)
{
	for (;;) {
		const uint32_t high = *reg32(COUNTER + 4u);
		const uint32_t low = *reg32(COUNTER);
		if (high == *reg32(COUNTER + 4u)) {
			return (uint64_t)high << 32 | low;
		}
	}
}

/* High word first to the end of time, so that no value between the old and the new one fires. */
static void set_compare(uint64_t ticks)
{
	*reg32(COMPARE + 4u) = UINT32_MAX;
	*reg32(COMPARE) = (uint32_t)ticks;
	*reg32(COMPARE + 4u) = (uint32_t)(ticks >> 32);
}

void rv_clock_restart_watchdog(void)
{
	set_compare(read_ticks() + (uint64_t)RV_WATCHDOG_MS * TICKS_PER_MS);
}

void rv_clock_open(void)
{
	booted_ticks = read_ticks();
	rv_clock_restart_watchdog();
	CSR_SET(mie, MIE_TIMER | MIE_EXTERNAL);
	CSR_SET(mstatus, MSTATUS_MIE);
}

uint64_t rv_clock_ms(void)
{
	return (read_ticks() - booted_ticks) / TICKS_PER_MS;
}

void rv_clock_sleep(uint64_t deadline_ms, bool (*is_ready)(void))
{
	const uint64_t now = rv_clock_ms();
	uint64_t left_ms = deadline_ms > now ? deadline_ms - now : 0;
	left_ms = left_ms < LONGEST_SLEEP_MS ? left_ms : LONGEST_SLEEP_MS;
	CSR_CLEAR(mstatus, MSTATUS_MIE);
	if (left_ms > 0 && !is_ready()) {
		set_compare(booted_ticks + (now + left_ms) * TICKS_PER_MS);
		WFI();
	}
	rv_clock_restart_watchdog();
	CSR_SET(mstatus, MSTATUS_MIE);
}
