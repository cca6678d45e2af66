/* Counts samples, and keeps the number where other containers of the tenant can read it. */
#include <femtofleet/container.h>

#define KEY_SAMPLES 1

FEMTO_HOOK(sensor)
{
	int64_t samples = 0;
	(void)context;
	femto_kv_get(FEMTO_SCOPE_TENANT, KEY_SAMPLES, &samples);
	samples++;
	femto_kv_put(FEMTO_SCOPE_TENANT, KEY_SAMPLES, samples);
	return samples;
}
