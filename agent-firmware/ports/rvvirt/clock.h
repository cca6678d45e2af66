/*
 * Time, sleep and watchdog, all three by the core's one timer: a counter that runs by itself and
 * one register that it is compared with. While the program works, the register holds the time at
 * which the watchdog bites; while it sleeps, the time at which it wakes.
 *
 * So an interrupt of the timer is taken only while the program works, and is the watchdog's. A
 * program that hangs with interrupts off is not noticed: the board has no watchdog beside the core.
 */
#ifndef RVVIRT_CLOCK_H
#define RVVIRT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define RV_CLOCK_HZ 10000000u
#define RV_CLOCK_WATCHDOG_SECONDS 5u

/* Starts the watchdog and lets interrupts happen. */
void rv_clock_start(void);

/* Low half of the counter, which runs through sleep. */
uint32_t rv_clock_counter(void);

/*
 * Waits for an interrupt, `ticks` of the counter at the longest; not at all when `is_ready` says
 * true, which is asked with interrupts off, so that none comes between the question and the sleep.
 * Restarts the watchdog.
 */
void rv_clock_sleep(uint32_t ticks, bool (*is_ready)(void));

/* The program works: the watchdog bites a whole period from now. */
void rv_clock_restart_watchdog(void);

#endif
