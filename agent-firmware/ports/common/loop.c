#include "loop.h"

#include "sensor.h"

/* So that a flood does not keep the timers waiting. */
#define DATAGRAMS_PER_TURN 32u

#define MS_PER_SECOND 1000u

uint64_t loop_now_ms(struct loop *loop)
{
	const uint32_t counter = loop->board->counter(loop->board->context);
	loop->ticks += counter - loop->counted; /* modulo 2^32: right across the wrap */
	loop->counted = counter;
	/* no overflow: 2^64 / 1000 ticks are 23 years at 25 MHz */
	return loop->ticks * MS_PER_SECOND / loop->board->counter_hz;
}

enum femto_err loop_start(struct loop *loop, const struct loop_board *board, struct femto *femto,
	const struct femto_port *port, const struct femto_config *config, uint32_t longest_ms)
{
	*loop = (struct loop){.board = board, .femto = femto, .port = port};
	loop->counted = board->counter(board->context);
	const uint64_t longest = (uint64_t)longest_ms * board->counter_hz / MS_PER_SECOND;
	loop->longest_ticks =
		longest == 0 || longest > UINT32_MAX / 2u ? UINT32_MAX / 2u : (uint32_t)longest;
	return femto_init(femto, port, config, loop_now_ms(loop));
}

static void receive(struct loop *loop)
{
	uint8_t datagram[FEMTO_DATAGRAM_BYTES];
	for (uint32_t i = 0; i < DATAGRAMS_PER_TURN; i++) {
		const size_t size = loop->board->receive(loop->board->context, datagram);
		if (size == 0) {
			return;
		}
		femto_feed(loop->femto, datagram, size, loop_now_ms(loop));
	}
}

/* Calls the sensor hook when it is due; what was missed is skipped. Returns when it is due next. */
static uint64_t sample(struct loop *loop)
{
	if (femto_get_container_count(loop->femto) == 0) {
		return FEMTO_NEVER;
	}
	const uint64_t now_ms = loop_now_ms(loop);
	if (loop->next_sample_ms <= now_ms) {
		int32_t value = 0;
		const enum femto_port_err outcome =
			loop->port->sensor_read(loop->port->context, SENSOR_CHANNEL, &value);
		if (outcome == FEMTO_PORT_OK) {
			femto_hook_sensor(loop->femto, SENSOR_CHANNEL, value, now_ms);
		}
		loop->next_sample_ms = (now_ms / SENSOR_PERIOD_MS + 1u) * SENSOR_PERIOD_MS;
	}
	return loop->next_sample_ms;
}

/* Ticks until a time, rounded up: one that wakes too early turns for nothing. */
static uint32_t ticks_until(struct loop *loop, uint64_t deadline_ms)
{
	const uint64_t now_ms = loop_now_ms(loop);
	if (deadline_ms <= now_ms) {
		return 0;
	}
	const uint64_t left_ms = deadline_ms - now_ms;
	if (left_ms > UINT32_MAX) {
		return loop->longest_ticks;
	}
	/* no overflow: both factors are below 2^32 */
	const uint64_t ticks =
		(left_ms * loop->board->counter_hz + MS_PER_SECOND - 1u) / MS_PER_SECOND;
	return ticks < loop->longest_ticks ? (uint32_t)ticks : loop->longest_ticks;
}

void loop_turn(struct loop *loop)
{
	const struct loop_board *board = loop->board;
	board->alive(board->context);
	receive(loop);
	const uint64_t sample_ms = sample(loop);
	const uint64_t deadline_ms = femto_poll(loop->femto, loop_now_ms(loop));
	const uint32_t ticks = ticks_until(loop, sample_ms < deadline_ms ? sample_ms : deadline_ms);
	if (ticks > 0) {
		board->sleep(board->context, ticks);
	}
}
