/*
 * A life of a whole device, in which power fails at every flash operation: at each, copies of the
 * device are cut, boot, and have to be right, while the original goes on.
 */
#ifndef TESTS_CUT_H
#define TESTS_CUT_H

#include "tests/support/peer.h"

/* What a container may be at the end of a phase. */
struct cut_end {
	uint8_t local_id;
	uint8_t state;     /* CONTAINER_… */
	uint8_t other;     /* another state that is as good, 0 = none */
};

/* What one part of a life is about. */
struct cut_phase {
	const char *row;               /* what happens */
	const struct fleet_container *containers;
	uint8_t count;
	bool is_policy;                /* nothing else changes, nor how anything stands */
	uint8_t resets;                /* by the watchdog, one after the other, on trial */
	struct cut_end ends[4];        /* what must be there at the end; local id 0 = no more */
};

/* How much is tried. */
struct cut_effort {
	uint32_t stride;   /* every so many operations is cut: 1 = all */
	uint32_t halves;   /* different ways in which one operation is done in part */
	uint32_t invisible; /* every so many of these also in the way that leaves nothing to be seen */
	uint32_t seed;
};

/* Begins a life of a device that has booted; what was saved of the last one is kept. */
void cut_begin(struct peer *peer, const struct cut_effort *effort);

/* A device boots with this flash, its boot being cut like all that follows. */
bool cut_resume(struct peer *peer, const struct fake_flash *flash, const struct fleet *fleet,
	const struct cut_effort *effort);

/* Lives one phase; false = something was not right. */
bool cut_live(struct peer *peer, const struct cut_phase *phase);

/* Flash contents that differ, of all lives so far. */
uint32_t cut_states(void);
/* Power cuts so far. */
uint32_t cut_count(void);

/*
 * The flash as it was at the `n`-th erase of all lives, before it: in the middle of a
 * compaction. False = there were not so many.
 */
bool cut_saved(size_t n, struct fake_flash *flash, struct fleet *fleet);
size_t cut_saved_count(void);

#endif
