/* Samples: when they are taken, and what they are. */
#include "ports/host/sensor.h"

#include "harness.h"

static int32_t value_of(const struct host_sensor *sensor, uint64_t number, uint32_t channel)
{
	int32_t value = INT32_MIN;
	CHECK_EQUAL(host_sensor_read(sensor, number, channel, &value), FEMTO_PORT_OK);
	return value;
}

TEST("the waveform is a function of the sample number")
{
	const struct host_sensor sensor = host_sensor_open(NULL, 10, HOST_NO_CHANNEL);
	static const struct {
		uint64_t number;
		int32_t values[3];
	} rows[] = {
		{0, {1900, 0, 0}}, {1, {1904, 1, 0}}, {49, {2096, 49, 0}}, {50, {2100, 50, 1000}},
		{99, {1904, 99, 1000}}, {100, {1900, 100, 0}}, {1000, {1900, 0, 0}},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t channel = 0; channel < 3u; channel++) {
			CHECK_EQUAL(value_of(&sensor, rows[i].number, channel), rows[i].values[channel]);
		}
	}
	int32_t value = 0;
	CHECK_EQUAL(host_sensor_read(&sensor, 0, 3, &value), FEMTO_PORT_NOT_FOUND);
}

TEST("a sample is the newest one from its time until that of the next, at any rate")
{
	static const uint32_t rates[] = {1, 3, 7, 10, 333, 1000};
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		const struct host_sensor sensor = host_sensor_open(NULL, rates[i], HOST_NO_CHANNEL);
		for (uint64_t number = 1; number < 2000u; number++) {
			const uint64_t time_ms = host_sensor_time_ms(&sensor, number);
			CHECK_EQUAL(host_sensor_number(&sensor, time_ms), number);
			CHECK_EQUAL(host_sensor_number(&sensor, time_ms - 1u), number - 1u);
		}
	}
}
