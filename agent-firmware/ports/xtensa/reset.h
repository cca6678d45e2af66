/* Reset of the board, and what is remembered of it. */
#ifndef XTENSA_RESET_H
#define XTENSA_RESET_H

#include "femto.h"

/* Why the board starts. To be asked once: a second question gets FEMTO_RESET_OTHER. */
enum femto_reset xt_reset_take_cause(void);

/*
 * Resets the board by its FPGA: core and devices start as with power, memory keeps its bytes, so
 * `cause` is there at the next start.
 */
_Noreturn void xt_reset(enum femto_reset cause);

#endif
