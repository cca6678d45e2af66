/* libsodium includes this header; the functions that are used need nothing of it. */
#ifndef SIM_STDLIB_H
#define SIM_STDLIB_H

#include <stddef.h>

#endif
