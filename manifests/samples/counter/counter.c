/* Counts samples, keeps the number where other containers of the tenant can read it, and logs it now and then. */
#include <femtofleet/container.h>

#define KEY_SAMPLES 1
#define SAMPLES_PER_LINE 100
#define DIGITS_MAX 20

/* Logs the number with the word behind it. */
FEMTO_INLINE void tell(uint64_t samples)
{
	char line[DIGITS_MAX + 8] = "                     samples";
	uint32_t begin = DIGITS_MAX;
	do {
		begin--;
		line[begin] = (char)('0' + samples % 10);
		samples /= 10;
	} while (samples > 0 && begin > 0);
	femto_log(line + begin, sizeof(line) - begin);
}

FEMTO_HOOK(sensor)
{
	int64_t samples = 0;
	(void)context;
	femto_kv_get(FEMTO_SCOPE_TENANT, KEY_SAMPLES, &samples);
	samples++;
	femto_kv_put(FEMTO_SCOPE_TENANT, KEY_SAMPLES, samples);
	if ((uint64_t)samples % SAMPLES_PER_LINE == 0) {
		tell((uint64_t)samples);
	}
	return samples;
}
