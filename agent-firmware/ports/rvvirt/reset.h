/* Reset of the machine, and what is remembered of it. */
#ifndef RVVIRT_RESET_H
#define RVVIRT_RESET_H

#include "femto.h"

/* Why the machine starts. To be asked once: a second question gets FEMTO_RESET_OTHER. */
enum femto_reset rv_reset_take_cause(void);

/*
 * Resets the machine, which the board's test device does: processor and devices start as with
 * power, memory keeps its bytes, so `cause` is there at the next start.
 */
_Noreturn void rv_reset(enum femto_reset cause);

#endif
