#include "timer.h"

#include "reg.h"

/* Registers of one half; the second lies behind the first. */
#define LOAD 0x00u
#define VALUE 0x04u
#define CONTROL 0x08u
#define INTERRUPT_CLEAR 0x0cu
#define WAKE TIMER_BASE
#define COUNT (TIMER_BASE + 0x20u)

#define ENABLE 0x80u
#define INTERRUPT 0x20u
#define PRESCALE_16 0x04u
#define BITS_32 0x02u
#define ONE_SHOT 0x01u

void timer_start(void)
{
	REG(WAKE + CONTROL) = 0;
	REG(WAKE + INTERRUPT_CLEAR) = 1;
	REG(COUNT + CONTROL) = 0;
	REG(COUNT + LOAD) = UINT32_MAX;
	REG(COUNT + CONTROL) = ENABLE | PRESCALE_16 | BITS_32;
	irq_enable(TIMER_IRQ);
}

uint32_t timer_counter(void)
{
	return ~REG(COUNT + VALUE); /* it counts down */
}

void timer_wake_after(uint32_t ticks)
{
	REG(WAKE + CONTROL) = 0;
	REG(WAKE + INTERRUPT_CLEAR) = 1;
	REG(WAKE + LOAD) = ticks;
	REG(WAKE + CONTROL) = ENABLE | INTERRUPT | PRESCALE_16 | BITS_32 | ONE_SHOT;
}

void timer_interrupt(void)
{
	REG(WAKE + INTERRUPT_CLEAR) = 1;
}
