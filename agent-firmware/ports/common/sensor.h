/*
 * A synthetic sensor with one channel, 0: a triangle between 1,900 and 2,100, sampled 10 times a
 * second, 100 samples a period, beginning at boot.
 */
#ifndef COMMON_SENSOR_H
#define COMMON_SENSOR_H

#include <stdint.h>

#include "femto_port.h"

#define SENSOR_CHANNEL 0u
#define SENSOR_PERIOD_MS 100u

/* Newest sample, `now_ms` after boot; as sensor_read of the port. */
enum femto_port_err sensor_value(uint32_t channel, uint64_t now_ms, int32_t *value);

#endif
