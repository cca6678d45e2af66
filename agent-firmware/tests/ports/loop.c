/* The main loop on a board whose counter and events are written by the test. */
#include "ports/common/loop.h"

#include <string.h>

#include "harness.h"
#include "ports/common/sensor.h"
#include "tests/support/fake_flash.h"

#define HZ 1000000u

static struct {
	uint32_t counter;
	uint32_t slept;     /* ticks of the last sleep, 0 = none */
	uint32_t alive;     /* calls */
	uint32_t datagrams; /* that wait */
	uint32_t sent;
	uint32_t samples; /* of the sensor */
} state;

static uint32_t counter(void *context)
{
	(void)context;
	return state.counter;
}

static size_t receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	(void)context;
	if (state.datagrams == 0) {
		return 0;
	}
	state.datagrams--;
	datagram[0] = 0; /* no packet of MQTT-SN: it is counted */
	return 1;
}

static void sleep_ticks(void *context, uint32_t ticks)
{
	(void)context;
	state.slept = ticks;
	state.counter += ticks;
}

static void alive(void *context)
{
	(void)context;
	state.alive++;
}

static const struct loop_board board = {
	.counter_hz = HZ, .counter = counter, .receive = receive, .sleep = sleep_ticks, .alive = alive};

static enum femto_port_err count_send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	(void)datagram;
	(void)size;
	state.sent++;
	return FEMTO_PORT_OK;
}

static uint32_t no_chance(void *context)
{
	(void)context;
	return 4;
}

static enum femto_port_err count_sample(void *context, uint32_t channel, int32_t *value)
{
	(void)context;
	(void)channel;
	(void)value;
	state.samples++;
	return FEMTO_PORT_FAILED;
}

static struct fake_flash flash;
static struct femto femto;
static struct femto_port port;

/* A loop on an empty device whose counter begins at `first`. */
static struct loop start(uint32_t first, uint32_t longest_ms)
{
	memset(&state, 0, sizeof(state));
	state.counter = first;
	fake_flash_init(&flash, 4096, 4, FEMTO_FLASH_ERASED);
	port = fake_flash_port(&flash);
	port.send = count_send;
	port.random = no_chance;
	port.sensor_read = count_sample;
	const struct femto_config config = {
		.device_id = "loop-1", .firmware = "test-1", .board = "test", .mtu_bytes = 255};
	struct loop loop;
	CHECK_EQUAL(loop_start(&loop, &board, &femto, &port, &config, longest_ms), FEMTO_OK);
	return loop;
}

TEST("time goes on when the counter starts again at 0")
{
	struct loop loop = start(UINT32_MAX - 499999u, 0);
	CHECK_EQUAL(loop_now_ms(&loop), 0);
	state.counter += 499999u;
	CHECK_EQUAL(loop_now_ms(&loop), 499);
	state.counter += 1u;
	CHECK_EQUAL(loop_now_ms(&loop), 500);
	for (uint64_t turn = 1; turn <= 10u; turn++) {
		state.counter += UINT32_MAX;
		CHECK_EQUAL(loop_now_ms(&loop), (500000u + turn * UINT32_MAX) / 1000u);
	}
}

TEST("a device with nobody to talk to sleeps nearly all the time, never longer than it may")
{
	struct loop loop = start(0, 5000);
	uint32_t turns = 0;
	uint64_t end_ms = 600000u;
	while (loop_now_ms(&loop) < end_ms && turns < 10000u) {
		state.slept = 0;
		loop_turn(&loop);
		turns++;
		CHECK(state.slept <= 5u * HZ);
	}
	CHECK_EQUAL(state.alive, turns);
	CHECK(state.sent > 5u);
	CHECK_EQUAL(state.samples, 0); /* nobody would see them */
	CHECK(turns < 600u);
}

TEST("a sleep ends when the next thing is due, not before")
{
	struct loop loop = start(0, 0);
	for (uint32_t i = 0; i < 50u; i++) {
		state.slept = 0;
		const uint32_t sent = state.sent;
		loop_turn(&loop);
		const uint64_t slept_until_ms = loop_now_ms(&loop);
		/* what was due happens in the next turn: with nothing done it would sleep again */
		if (state.slept > 0 && state.slept < UINT32_MAX / 2u) {
			CHECK(femto_poll(&femto, slept_until_ms - 1u) >= slept_until_ms);
		}
		CHECK(state.sent - sent <= 2u);
	}
}

TEST("a flood does not keep a turn from its end")
{
	struct loop loop = start(0, 0);
	state.datagrams = 1000;
	loop_turn(&loop);
	CHECK_EQUAL(1000u - state.datagrams, 32);
	CHECK_EQUAL(state.sent, 1); /* the timers had their turn: it connects */
}
