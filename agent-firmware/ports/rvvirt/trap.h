/* Interrupts, and faults of the firmware. */
#ifndef RVVIRT_TRAP_H
#define RVVIRT_TRAP_H

#include <stdint.h>

/* Lets interrupt `number` of the board reach the core. */
void rv_trap_enable(uint32_t number);

/* Called by the first instructions of a trap, on its own stack. */
void rv_trap(uint32_t cause, uint32_t address, uint32_t value);

#endif
