/* QEMU's board `lx60` with one Xtensa core: addresses, and the core's special registers. */
#ifndef XTENSA_MACHINE_H
#define XTENSA_MACHINE_H

#include <stdint.h>

#define IO 0xf0000000u
#define FLASH (IO + 0x08000000u)
#define FPGA (IO + 0x0d020000u)
#define ETHERNET (IO + 0x0d030000u)
#define UART (IO + 0x0d050020u) /* 16550, one register a word */
#define PACKETS (IO + 0x0d800000u) /* memory of the Ethernet controller, by words only */

/* Interrupts of the core, as bits of its registers. */
#define INTERRUPT_ETHERNET (1u << 1)
#define INTERRUPT_TIMER (1u << 6)

/* One register of a device. */
static inline volatile uint32_t *reg32(uint32_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static inline volatile uint16_t *reg16(uint32_t address)
{
	return (volatile uint16_t *)(uintptr_t)address;
}

#define SPECIAL_READ(name, value) __asm__ volatile("rsr." #name " %0" : "=r"(value)::"memory")
#define SPECIAL_WRITE(name, value)                                                                 \
	__asm__ volatile("wsr." #name " %0\n\trsync" ::"r"((uint32_t)(value)) : "memory")

static inline void interrupts_off(void)
{
	uint32_t before;
	__asm__ volatile("rsil %0, 15" : "=r"(before)::"memory");
}

static inline void interrupts_on(void)
{
	uint32_t before;
	__asm__ volatile("rsil %0, 0" : "=r"(before)::"memory");
}

/* Opens interrupts and sleeps in one step; ends when one was taken, with interrupts open. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("waiti 0" ::: "memory");
}

#endif
