/*
 * Time, sleep and watchdog, all three by the core's one timer: a counter of 10 MHz that runs by
 * itself and one register that it is compared with. While the program works, the register holds
 * the time at which the watchdog bites; while it sleeps, the time at which it wakes.
 */
#ifndef RVVIRT_CLOCK_H
#define RVVIRT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the time of rv_clock_ms at 0 and the watchdog, and lets interrupts happen. */
void rv_clock_open(void);

/* Milliseconds since rv_clock_open. */
uint64_t rv_clock_ms(void);

/*
 * Waits until `deadline_ms` or an interrupt, whichever is first; at once when `is_ready` says true,
 * which is asked with interrupts off, so that none is missed between the question and the sleep.
 * Restarts the watchdog.
 */
void rv_clock_sleep(uint64_t deadline_ms, bool (*is_ready)(void));

/* The program works: the watchdog bites a whole period from now. */
void rv_clock_restart_watchdog(void);

/*
 * An interrupt of the timer is taken only while the program works, hence the watchdog's. A program
 * that hangs with interrupts off is not noticed: the board has no watchdog beside the core.
 */
#define RV_WATCHDOG_MS 5000u

#endif
