/*
 * The main loop of a board without an operating system: datagrams in, what is due, sleep until the
 * next interrupt or deadline. Nothing in it is periodic while no container is there.
 */
#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "femto.h"

/* What a board gives the loop. All functions are called by the thread, with interrupts open. */
struct loop_board {
	void *context;       /* handed to every function below */
	uint32_t counter_hz; /* rate of the counter */

	/* A counter that counts up all the time, through sleep, from 2^32 - 1 to 0. */
	uint32_t (*counter)(void *context);

	/* Takes a received datagram of at most FEMTO_DATAGRAM_BYTES; returns its size, 0 = none. */
	size_t (*receive)(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES]);

	/*
	 * Sleeps until an interrupt, or until `ticks` of the counter have passed (at least 1). Returns
	 * at once when something waits for receive(): it looks with interrupts masked, so that none
	 * comes between the look and the sleep. May return earlier.
	 */
	void (*sleep)(void *context, uint32_t ticks);

	/* The loop turns: what feeds a watchdog. At the latest `counter` / 2 ticks after the last. */
	void (*alive)(void *context);
};

struct loop {
	const struct loop_board *board;
	struct femto *femto;
	const struct femto_port *port; /* whose sensor_read is sampled */
	uint64_t ticks;                /* of the counter since boot */
	uint32_t counted;              /* the counter when `ticks` was right */
	uint64_t next_sample_ms;       /* when the sensor hook is called next */
	uint32_t longest_ticks;        /* longest sleep */
};

/*
 * Boots the agent. `board`, `femto` and `port` outlive the loop. `longest_ms` bounds each sleep:
 * a watchdog's period, less than half of what the counter takes for all its values; 0 = that half.
 */
__attribute__((warn_unused_result)) enum femto_err loop_start(struct loop *loop,
	const struct loop_board *board, struct femto *femto, const struct femto_port *port,
	const struct femto_config *config, uint32_t longest_ms);

/* Milliseconds since loop_start. Called at least once while the counter takes all its values. */
uint64_t loop_now_ms(struct loop *loop);

/* Does everything that is due, then sleeps once. The main program calls it for ever. */
void loop_turn(struct loop *loop);

#endif
