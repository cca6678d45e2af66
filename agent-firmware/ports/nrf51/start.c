#include "start.h"

#include <string.h>

#include "clock.h"
#include "reg.h"
#include "uart.h"

#define AIRCR REG(0xe000ed0cu)
#define AIRCR_RESET 0x05fa0004u

#define SYSTEM_VECTORS 16u
#define IRQ_COUNT 32u
#define STACK_PAINT 0xa5a5a5a5u

/* The note has three words and the name "GNU" before the hash. */
#define BUILD_NOTE_HEADER_BYTES 16u

/* Written before a reset, random after power came. */
#define CAUSE_MAGIC 0x46454d54u

extern uint32_t image_stack_start[], image_stack_end[];
extern uint32_t image_data_start[], image_data_end[], image_data_load[];
extern uint32_t image_bss_start[], image_bss_end[];
extern const uint8_t image_build_id[];

extern const uintptr_t vectors[];
int main(void);
_Noreturn void reset(void);

__attribute__((section(".kept"))) static volatile struct {
	uint32_t magic; /* CAUSE_MAGIC ^ cause: both are from before the reset */
	uint32_t cause; /* enum femto_reset */
} kept;

_Noreturn void start_reset(enum femto_reset cause)
{
	irq_mask();
	kept.cause = (uint32_t)cause;
	kept.magic = CAUSE_MAGIC ^ (uint32_t)cause;
	AIRCR = AIRCR_RESET;
	for (;;) {
		wait_for_interrupt();
	}
}

enum femto_reset start_take_cause(void)
{
	const bool is_watchdog =
		kept.cause == FEMTO_RESET_WATCHDOG && kept.magic == (CAUSE_MAGIC ^ kept.cause);
	kept.magic = 0;
	return is_watchdog ? FEMTO_RESET_WATCHDOG : FEMTO_RESET_OTHER;
}

void start_build_id(uint8_t build_id[8])
{
	memcpy(build_id, image_build_id + BUILD_NOTE_HEADER_BYTES, 8);
}

/* Paints the stack that it does not use itself, then makes the memory that C expects. */
_Noreturn void reset(void)
{
	uint32_t *stack = NULL;
	__asm__ volatile("mov %0, sp" : "=r"(stack));
	for (volatile uint32_t *word = image_stack_start; word < stack; word++) {
		*word = STACK_PAINT;
	}
	const uint32_t *from = image_data_load;
	for (uint32_t *word = image_data_start; word < image_data_end; word++) {
		*word = *from++;
	}
	for (uint32_t *word = image_bss_start; word < image_bss_end; word++) {
		*word = 0;
	}
	(void)main();
	start_reset(FEMTO_RESET_OTHER);
}

/*
 * The core can't go on. A call did not come back, and whoever is on trial shall have to answer for
 * it.
 */
__attribute__((used)) static void fault(void)
{
	start_reset(FEMTO_RESET_WATCHDOG);
}

/* The stack may be what the fault is about: begin with a whole one. */
__attribute__((naked)) static void on_fault(void)
{
	__asm__ volatile("ldr r0, =image_stack_end\n\tmov sp, r0\n\tbl fault\n\t.ltorg");
}

/* Of every peripheral; the core says which. */
static void on_interrupt(void)
{
	uint32_t number = 0;
	__asm__ volatile("mrs %0, ipsr" : "=r"(number));
	switch (number - SYSTEM_VECTORS) {
	case UART_IRQ:
		uart_interrupt();
		return;
	case TIMER_IRQ:
		clock_interrupt();
		return;
	default: /* any other number: nobody enabled it */
		fault();
	}
}

#define VECTOR(handler) ((uintptr_t)(handler))
#define FOUR(handler) VECTOR(handler), VECTOR(handler), VECTOR(handler), VECTOR(handler)
#define SIXTEEN(handler) FOUR(handler), FOUR(handler), FOUR(handler), FOUR(handler)

/* The stack, then reset, NMI and faults, then the interrupts. */
__attribute__((section(".vectors"), used)) const uintptr_t vectors[SYSTEM_VECTORS + IRQ_COUNT] = {
	VECTOR(image_stack_end), VECTOR(reset), VECTOR(on_fault), VECTOR(on_fault), FOUR(on_fault),
	FOUR(on_fault), FOUR(on_fault), SIXTEEN(on_interrupt), SIXTEEN(on_interrupt)};
