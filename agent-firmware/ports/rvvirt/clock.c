#include "clock.h"

#include "machine.h"

#define COMPARE (CLINT + 0x4000u)
#define COUNTER (CLINT + 0xbff8u)
#define WATCHDOG_TICKS (RV_CLOCK_WATCHDOG_SECONDS * RV_CLOCK_HZ)

static uint64_t read_counter(void)
{
	for (;;) {
		const uint32_t high = *reg32(COUNTER + 4u);
		const uint32_t low = *reg32(COUNTER);
		if (high == *reg32(COUNTER + 4u)) {
			return (uint64_t)high << 32 | low;
		}
	}
}

/* The high half goes through the end of time, so that nothing between old and new fires. */
static void compare_after(uint32_t ticks)
{
	const uint64_t time = read_counter() + ticks;
	*reg32(COMPARE + 4u) = UINT32_MAX;
	*reg32(COMPARE) = (uint32_t)time;
	*reg32(COMPARE + 4u) = (uint32_t)(time >> 32);
}

uint32_t rv_clock_counter(void)
{
	return *reg32(COUNTER);
}

void rv_clock_restart_watchdog(void)
{
	compare_after(WATCHDOG_TICKS);
}

void rv_clock_start(void)
{
	rv_clock_restart_watchdog();
	CSR_SET(mie, MIE_TIMER | MIE_EXTERNAL);
	CSR_SET(mstatus, MSTATUS_MIE);
}

void rv_clock_sleep(uint32_t ticks, bool (*is_ready)(void))
{
	CSR_CLEAR(mstatus, MSTATUS_MIE);
	if (!is_ready()) {
		compare_after(ticks);
		WFI();
	}
	rv_clock_restart_watchdog();
	CSR_SET(mstatus, MSTATUS_MIE);
}
