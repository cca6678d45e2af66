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

/* Where the stack lies, and its bytes: a power of two, of which the address is a multiple. */
uintptr_t start_stack_address(void);
uint32_t start_stack_bytes(void);

#endif
