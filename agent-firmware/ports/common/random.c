#include "random.h"

/* FNV-1a. */
#define START UINT64_C(0xcbf29ce484222325)
#define PRIME UINT64_C(0x100000001b3)

static uint64_t mix(uint64_t hash, uint8_t byte)
{
	return (hash ^ byte) * PRIME;
}

static uint64_t mix_u32(uint64_t hash, uint32_t value)
{
	for (uint32_t i = 0; i < 4u; i++) {
		hash = mix(hash, (uint8_t)(value >> 8u * i));
	}
	return hash;
}

struct random random_seed(const char *device_id, uint32_t boot, uint32_t counter)
{
	uint64_t hash = START;
	for (; *device_id != '\0'; device_id++) {
		hash = mix(hash, (uint8_t)*device_id);
	}
	hash = mix_u32(mix_u32(hash, boot), counter);
	struct random random = {hash == 0 ? START : hash};
	/* the last bytes have not reached all bits yet */
	for (uint32_t i = 0; i < 8u; i++) {
		(void)random_next(&random);
	}
	return random;
}

uint32_t random_next(struct random *random)
{
	uint64_t state = random->state;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	random->state = state;
	return (uint32_t)(state >> 32);
}
