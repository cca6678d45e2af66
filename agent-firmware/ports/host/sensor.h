/*
 * The sensor: a waveform that is the same on each boot, or a file of samples. Sample number 0 is
 * that of boot, and `rate` of them are taken a second.
 *
 * waveform | channel 0: triangle between 1,900 and 2,100, 100 samples a period
 *          | channel 1: saw tooth from 0 to 999, one up each sample
 *          | channel 2: square, 50 samples 0 then 50 samples 1,000
 * file     | one sample a line, a column of integers per channel (at most 8), separated by blanks
 *          | or commas; # begins a comment; after the last line it begins anew
 */
#ifndef HOST_SENSOR_H
#define HOST_SENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define HOST_CHANNELS_MAX 8u
#define HOST_NO_CHANNEL UINT32_MAX

struct host_sensor {
	uint32_t rate;         /* samples a second, at least 1 */
	uint32_t channels;     /* columns of the file, or channels of the waveform */
	uint32_t hang_channel; /* reading it never returns; HOST_NO_CHANNEL = none */
	size_t count;          /* samples of the file, 0 = waveform */
	int32_t *samples;      /* `count` rows of `channels` */
};

/* `path` = NULL for the waveform. Fails when the file can't be read. */
struct host_sensor host_sensor_open(const char *path, uint32_t rate, uint32_t hang_channel);

/* Number of the newest sample, `now_ms` after boot. */
uint64_t host_sensor_number(const struct host_sensor *sensor, uint64_t now_ms);

/* When sample `number` is taken, in ms since boot. */
uint64_t host_sensor_time_ms(const struct host_sensor *sensor, uint64_t number);

/* Value of sample `number`. FEMTO_PORT_NOT_FOUND = no such channel. */
enum femto_port_err host_sensor_read(
	const struct host_sensor *sensor, uint64_t number, uint32_t channel, int32_t *value);

#endif
