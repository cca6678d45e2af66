/* Interrupts, and faults of the firmware. Called by the first instructions of a trap. */
#ifndef XTENSA_TRAP_H
#define XTENSA_TRAP_H

#include <stdint.h>

/* `cause` is the core's, `address` that of the instruction, `value` the address it wanted. */
void xt_trap(uint32_t cause, uint32_t address, uint32_t value);

/* Says what happened, and resets the board. */
_Noreturn void xt_trap_fault(uint32_t cause, uint32_t address, uint32_t value);

#endif
