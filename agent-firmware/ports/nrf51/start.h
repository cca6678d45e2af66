/* Start of the core, faults and resets. */
#ifndef NRF51_START_H
#define NRF51_START_H

#include <stdint.h>

#include "femto.h"

/* Resets the chip; the next boot says `cause`. */
_Noreturn void start_reset(enum femto_reset cause);

/* Why this boot was. Once: a second call says FEMTO_RESET_OTHER. */
enum femto_reset start_take_cause(void);

/* First 8 bytes of the hash that the linker made of this image. */
void start_build_id(uint8_t build_id[8]);

#endif
