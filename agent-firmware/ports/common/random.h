/*
 * Random words for jitter and message ids, not for keys: xorshift64 from a seed that mixes what a
 * device has of its own with what differs from boot to boot. No key goes into it.
 */
#ifndef COMMON_RANDOM_H
#define COMMON_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* never 0 */
};

/* Seeds from the device's id, the number of this boot and a counter that runs since power came. */
struct random random_seed(const char *device_id, uint32_t boot, uint32_t counter);

/* Uniform over all words. */
uint32_t random_next(struct random *random);

#endif
