#define _GNU_SOURCE
#include "sensor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#define LINE_BYTES 256
#define WAVEFORM_CHANNELS 3u
#define SEPARATORS " \t,\r\n"

/* Integers of one line; returns how many. */
static uint32_t parse_line(const char *path, char *line, int32_t row[HOST_CHANNELS_MAX])
{
	uint32_t count = 0;
	line[strcspn(line, "#")] = 0;
	char *rest = NULL;
	for (char *word = strtok_r(line, SEPARATORS, &rest); word != NULL;
		word = strtok_r(NULL, SEPARATORS, &rest)) {
		char *end = NULL;
		const long long value = strtoll(word, &end, 10);
		if (*end != 0 || value < INT32_MIN || value > INT32_MAX || count == HOST_CHANNELS_MAX) {
			host_fail("Cannot read samples %s: \"%s\", at most %u signed 32-bit integers a line "
					  "required",
				path, word, HOST_CHANNELS_MAX);
		}
		row[count++] = (int32_t)value;
	}
	return count;
}

static void append(struct host_sensor *sensor, const int32_t *row)
{
	const size_t row_bytes = sensor->channels * sizeof(*row);
	int32_t *grown = realloc(sensor->samples, (sensor->count + 1u) * row_bytes);
	if (grown == NULL) {
		host_fail("Cannot hold %zu samples: out of memory", sensor->count + 1u);
	}
	memcpy(grown + sensor->count * sensor->channels, row, row_bytes);
	sensor->samples = grown;
	sensor->count++;
}

static void load(struct host_sensor *sensor, const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		host_fail("Cannot read samples %s: %s", path, strerror(errno));
	}
	char line[LINE_BYTES];
	int32_t row[HOST_CHANNELS_MAX];
	while (fgets(line, sizeof(line), file) != NULL) {
		const uint32_t columns = parse_line(path, line, row);
		if (columns == 0) {
			continue;
		}
		if (sensor->count > 0 && columns != sensor->channels) {
			host_fail("Cannot read samples %s: %u columns in line %zu, as many as before required",
				path, (unsigned)columns, sensor->count + 1u);
		}
		sensor->channels = columns;
		append(sensor, row);
	}
	(void)fclose(file);
	if (sensor->count == 0) {
		host_fail("Cannot read samples %s: it holds none", path);
	}
}

struct host_sensor host_sensor_open(const char *path, uint32_t rate, uint32_t hang_channel)
{
	struct host_sensor sensor = {
		.rate = rate, .channels = WAVEFORM_CHANNELS, .hang_channel = hang_channel};
	if (path != NULL) {
		load(&sensor, path);
	}
	return sensor;
}

uint64_t host_sensor_number(const struct host_sensor *sensor, uint64_t now_ms)
{
	return now_ms * sensor->rate / 1000u;
}

uint64_t host_sensor_time_ms(const struct host_sensor *sensor, uint64_t number)
{
	return (number * 1000u + sensor->rate - 1u) / sensor->rate;
}

static int32_t waveform(uint64_t number, uint32_t channel)
{
	const int32_t phase = (int32_t)(number % 100u);
	if (channel == 0) {
		return phase < 50 ? 1900 + 4 * phase : 2300 - 4 * phase;
	}
	if (channel == 1u) {
		return (int32_t)(number % 1000u);
	}
	return phase < 50 ? 0 : 1000;
}

enum femto_port_err host_sensor_read(
	const struct host_sensor *sensor, uint64_t number, uint32_t channel, int32_t *value)
{
	while (channel == sensor->hang_channel) {
		(void)pause(); /* the conversion never ends; only the watchdog gets out of here */
	}
	if (channel >= sensor->channels) {
		return FEMTO_PORT_NOT_FOUND;
	}
	*value = sensor->count == 0
				 ? waveform(number, channel)
				 : sensor->samples[(size_t)(number % sensor->count) * sensor->channels + channel];
	return FEMTO_PORT_OK;
}
