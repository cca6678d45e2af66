/*
 * A watchdog timer. When a turn of the event loop takes longer than its period, the process resets:
 * it executes its own program again with the same arguments and pid, and all that lived in RAM is
 * lost. How often that happened is handed on in an environment variable.
 */
#ifndef HOST_WATCHDOG_H
#define HOST_WATCHDOG_H

#include <stdint.h>

/* Resets of this process so far. `argv` is used again at a reset; `seconds` = 0 turns it off. */
uint32_t host_watchdog_open(char **argv, uint32_t seconds);

/* A turn begins: from now on it counts. */
void host_watchdog_start(void);

/* The turn has ended. */
void host_watchdog_stop(void);

#endif
