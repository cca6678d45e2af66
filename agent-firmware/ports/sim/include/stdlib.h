/* The part of the standard header that libsodium uses, for a target without a C library. */
#ifndef SIM_STDLIB_H
#define SIM_STDLIB_H

#include <stddef.h>

/* Traps: the host sees a device that failed. */
_Noreturn void abort(void);

#endif
