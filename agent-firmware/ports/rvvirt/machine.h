/* QEMU's board `virt` with one RV32IMAC core: addresses, and the core's control registers. */
#ifndef RVVIRT_MACHINE_H
#define RVVIRT_MACHINE_H

#include <stdint.h>

#define TEST_DEVICE 0x00100000u /* ends or resets the machine */
#define CLINT 0x02000000u /* timer */
#define PLIC 0x0c000000u /* interrupts of devices */
#define UART 0x10000000u /* 16550 */
#define VIRTIO 0x10001000u /* first of VIRTIO_SLOTS, VIRTIO_STRIDE apart; interrupt = slot + 1 */
#define VIRTIO_SLOTS 8u
#define VIRTIO_STRIDE 0x1000u
#define FLASH 0x22000000u /* second bank */
#define MEMORY 0x80000000u
#define MEMORY_BYTES 0x01000000u

/* One register of a device. */
static inline volatile uint32_t *reg32(uint32_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static inline volatile uint8_t *reg8(uint32_t address)
{
	return (volatile uint8_t *)(uintptr_t)address;
}

/* Orders what is written to memory with what a device sees. */
#define FENCE() __asm__ volatile("fence" ::: "memory")
#define WFI() __asm__ volatile("wfi" ::: "memory")

#define CSR_WRITE(name, value)                                                                     \
	__asm__ volatile("csrw " #name ", %0" ::"r"((uint32_t)(value)) : "memory")
#define CSR_SET(name, bits)                                                                        \
	__asm__ volatile("csrs " #name ", %0" ::"r"((uint32_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits)                                                                      \
	__asm__ volatile("csrc " #name ", %0" ::"r"((uint32_t)(bits)) : "memory")

#define MSTATUS_MIE (1u << 3) /* interrupts are taken */
#define MSTATUS_MPP (3u << 11) /* mode before the trap: 0 = user */
#define MSTATUS_MPRV (1u << 17) /* loads and stores are those of that mode */
#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)

#endif
