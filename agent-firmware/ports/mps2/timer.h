/* The dual timer: one half counts for ever, the other wakes the core once. */
#ifndef MPS2_TIMER_H
#define MPS2_TIMER_H

#include <stdint.h>

#include BOARD_FILE

/* The counter's rate: 45 minutes and more for all its values. */
#define TIMER_HZ (CLOCK_HZ / 16u)

void timer_start(void);

/* Counts up, from 2^32 - 1 to 0. */
uint32_t timer_counter(void);

/* An interrupt after `ticks` (at least 1), instead of one asked for before. */
void timer_wake_after(uint32_t ticks);

/* Handler of TIMER_IRQ. */
void timer_interrupt(void);

#endif
