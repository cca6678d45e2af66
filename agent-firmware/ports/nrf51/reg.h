/* Registers, and the few instructions that C has no word for. */
#ifndef NRF51_REG_H
#define NRF51_REG_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* Numbers of the interrupts that are used. */
#define UART_IRQ 2u
#define TIMER_IRQ 8u

static inline void irq_mask(void)
{
	__asm__ volatile("cpsid i" ::: "memory");
}

static inline void irq_unmask(void)
{
	__asm__ volatile("cpsie i" ::: "memory");
}

/* Sleeps until an interrupt is pending, even if they are masked. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb\n\twfi\n\tisb" ::: "memory");
}

/* Lets an interrupt through to its handler. */
static inline void irq_enable(uint32_t number)
{
	REG(0xe000e100u) = 1u << number;
}

#endif
