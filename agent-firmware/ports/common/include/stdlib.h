/* The part of the standard header that libsodium uses, for a target without a C library. */
#ifndef COMMON_STDLIB_H
#define COMMON_STDLIB_H

#include <stddef.h>

/* Traps: the port's handler of faults sees it, the host of a simulated device too. */
_Noreturn void abort(void);

#endif
