/*
 * Time, sleep and watchdog, all three by the core's cycle counter and the one register that it is
 * compared with. While the program works, the register holds the time at which the watchdog bites;
 * while it sleeps, the time at which it wakes. A program that hangs with interrupts off is not
 * noticed: the board has no watchdog beside the core.
 */
#ifndef XTENSA_CLOCK_H
#define XTENSA_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define XT_CLOCK_HZ 15625000u
#define XT_CLOCK_WATCHDOG_SECONDS 5u

/* Starts the watchdog and lets interrupts happen. */
void xt_clock_start(void);

/* The counter, which runs through sleep and wraps after 275 s. */
uint32_t xt_clock_counter(void);

/*
 * Waits for an interrupt, `ticks` of the counter at the longest; not at all when `is_ready` says
 * true, which is asked with interrupts off, so that none comes between the question and the sleep.
 * Restarts the watchdog.
 */
void xt_clock_sleep(uint32_t ticks, bool (*is_ready)(void));

/* The program works: the watchdog bites a whole period from now. */
void xt_clock_restart_watchdog(void);

/* Called by the handler of interrupts when the timer fires. False = it is the watchdog that bites. */
bool xt_clock_take_alarm(void);

#endif
