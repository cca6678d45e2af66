#include "sensor.h"

#define SAMPLES 100u
#define LOWEST 1900
#define STEP 4

enum femto_port_err sensor_value(uint32_t channel, uint64_t now_ms, int32_t *value)
{
	if (channel != SENSOR_CHANNEL) {
		return FEMTO_PORT_NOT_FOUND;
	}
	const uint32_t phase = (uint32_t)(now_ms / SENSOR_PERIOD_MS % SAMPLES);
	const uint32_t height = phase < SAMPLES / 2u ? phase : SAMPLES - phase;
	*value = LOWEST + STEP * (int32_t)height;
	return FEMTO_PORT_OK;
}
