/* Registers, and the few instructions that C has no word for. */
#ifndef MPS2_REG_H
#define MPS2_REG_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

static inline void irq_mask(void)
{
	__asm__ volatile("cpsid i" ::: "memory");
}

static inline void irq_unmask(void)
{
	__asm__ volatile("cpsie i" ::: "memory");
}

/* Everything written before is done, and what was fetched is fetched anew. */
static inline void barrier(void)
{
	__asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* Sleeps until an interrupt is pending, even if they are masked. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb\n\twfi\n\tisb" ::: "memory");
}

/* Lets an interrupt through to its handler. */
static inline void irq_enable(uint32_t number)
{
	REG(0xe000e100u + number / 32u * 4u) = 1u << number % 32u;
}

#endif
