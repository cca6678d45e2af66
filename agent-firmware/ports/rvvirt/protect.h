/*
 * Memory protection by the core's PMP. Code and constants are closed to writing from the start, for
 * good. While a container runs, everything is but the stack and the memory of containers; devices
 * can't even be read. What is refused resets the board.
 */
#ifndef RVVIRT_PROTECT_H
#define RVVIRT_PROTECT_H

#include <stddef.h>

/* Before the first container. */
void rv_protect_start(void);

/* The port's functions of these names; `context` is not used. */
void rv_protect_begin(void *context, void *memory, size_t size);
void rv_protect_end(void *context);

#endif
