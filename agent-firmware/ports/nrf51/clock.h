/*
 * TIMER0, the one timer of 32 bits: it counts for ever, wakes the core, and is the watchdog. The
 * chip's own watchdog is not used, since nobody could try it: QEMU does not model it.
 */
#ifndef NRF51_CLOCK_H
#define NRF51_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* 16 MHz divided by 16: 71 minutes for all values of the counter. */
#define CLOCK_HZ 1000000u

/* The program comes back from every call in this time, or the chip is reset. */
#define CLOCK_WATCHDOG_MS 8000u

/* Starts counter and watchdog. */
void clock_start(void);

/* Counts up, from 2^32 - 1 to 0. */
uint32_t clock_counter(void);

/*
 * Sleeps until an interrupt, or until `ticks` (at least 1) have passed. Returns at once when
 * `is_ready` says so: it looks with interrupts masked.
 */
void clock_sleep(uint32_t ticks, bool (*is_ready)(void));

/* The program is alive. */
void clock_restart_watchdog(void);

/* Handler of TIMER_IRQ. */
void clock_interrupt(void);

#endif
