#include "clock.h"

#include "reg.h"
#include "start.h"

#define TIMER 0x40008000u
#define TASK_START REG(TIMER + 0x000u)
#define TASK_CAPTURE(n) REG(TIMER + 0x040u + (n) * 4u)
#define EVENT_COMPARE(n) REG(TIMER + 0x140u + (n) * 4u)
#define INTERRUPT_SET REG(TIMER + 0x304u)
#define MODE REG(TIMER + 0x504u)
#define BIT_MODE REG(TIMER + 0x508u)
#define PRESCALER REG(TIMER + 0x510u)
#define COMPARE(n) REG(TIMER + 0x540u + (n) * 4u)

#define MODE_TIMER 0u
#define BITS_32 3u
#define DIVIDE_BY_16 4u
#define COMPARE_INTERRUPT(n) (1u << (16u + (n)))

/* What each compare register is for. */
#define WAKE 0u
#define READ 1u
#define WATCHDOG 2u

#define WATCHDOG_TICKS (CLOCK_WATCHDOG_MS * (CLOCK_HZ / 1000u))

void clock_start(void)
{
	MODE = MODE_TIMER;
	BIT_MODE = BITS_32;
	PRESCALER = DIVIDE_BY_16;
	TASK_START = 1;
	clock_restart_watchdog();
	/* the counter may have met the values that the registers began with */
	EVENT_COMPARE(WAKE) = 0;
	EVENT_COMPARE(WATCHDOG) = 0;
	INTERRUPT_SET = COMPARE_INTERRUPT(WAKE) | COMPARE_INTERRUPT(WATCHDOG);
	irq_enable(TIMER_IRQ);
}

/* Read by the thread alone: an interrupt in between would leave another value in the register. */
uint32_t clock_counter(void)
{
	TASK_CAPTURE(READ) = 1;
	return COMPARE(READ);
}

void clock_sleep(uint32_t ticks, bool (*is_ready)(void))
{
	irq_mask();
	const uint32_t begin = clock_counter();
	EVENT_COMPARE(WAKE) = 0;
	COMPARE(WAKE) = begin + ticks;
	/* a time that has passed by now would not be met for 71 minutes */
	if (!is_ready() && clock_counter() - begin < ticks) {
		wait_for_interrupt();
	}
	irq_unmask();
}

void clock_restart_watchdog(void)
{
	COMPARE(WATCHDOG) = clock_counter() + WATCHDOG_TICKS;
}

void clock_interrupt(void)
{
	EVENT_COMPARE(WAKE) = 0;
	if (EVENT_COMPARE(WATCHDOG) != 0) {
		start_reset(FEMTO_RESET_WATCHDOG);
	}
}
