/* Keeps the last samples of channel 0 and publishes their average once a second. */
#include <femtofleet/container.h>

#define WINDOW_MAX 32

FEMTO_PARAMETER(0, "window", 10, 1, WINDOW_MAX);

static int32_t samples[WINDOW_MAX];
static uint32_t next;
static uint32_t filled;

FEMTO_INLINE void remember(int32_t sample)
{
	samples[next % WINDOW_MAX] = sample;
	next++;
	if (filled < WINDOW_MAX) {
		filled++;
	}
}

FEMTO_INLINE uint32_t window(void)
{
	const uint32_t wanted = (uint32_t)femto_parameter(0);
	return wanted < filled ? wanted : filled;
}

/* The average of the newest `count` samples, rounded towards zero. */
FEMTO_INLINE int32_t average(uint32_t count)
{
	int64_t sum = 0;
	for (uint32_t age = 1; age <= count; age++) {
		sum += samples[(next - age) % WINDOW_MAX];
	}
	/* eBPF of version 3 divides without a sign. */
	const uint64_t magnitude = (uint64_t)(sum < 0 ? -sum : sum) / count;
	return sum < 0 ? -(int32_t)magnitude : (int32_t)magnitude;
}

FEMTO_HOOK(sensor)
{
	if (context->channel == 0) {
		remember(context->value);
	}
	return 0;
}

FEMTO_HOOK(timer)
{
	const uint32_t count = window();
	if (count == 0) {
		return 0;
	}
	const int32_t value = average(count);
	return femto_publish(&value, sizeof(value), 0);
}
