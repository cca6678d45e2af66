/* Start of the core, faults and resets. */
#ifndef MPS2_START_H
#define MPS2_START_H

#include <stdint.h>

#include "femto.h"

/* Resets the board; the next boot says `cause`. */
_Noreturn void start_reset(enum femto_reset cause);

/* Why this boot was. Once: a second call says FEMTO_RESET_OTHER. */
enum femto_reset start_take_cause(void);

/* First 8 bytes of the hash that the linker made of this image. */
void start_build_id(uint8_t build_id[8]);

/* Most bytes of the stack that were ever in use, and how many there are. */
uint32_t start_stack_used(void);
uint32_t start_stack_bytes(void);

#endif
