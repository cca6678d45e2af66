/*
 * The port `nrf51`: one device on a chip with 16 KiB of RAM, its datagrams in frames on the UART.
 * docs/reference/nrf51-port.md says how to start it. The UART is the link, so there is no console.
 */
#include "clock.h"
#include "femto.h"
#include "flash.h"
#include "noise.h"
#include "ports/common/boots.h"
#include "ports/common/factory.h"
#include "ports/common/loop.h"
#include "ports/common/random.h"
#include "ports/common/sensor.h"
#include "reg.h"
#include "start.h"
#include "uart.h"

#define FIRMWARE "nrf51-1"
#define BOARD "nrf51"

static struct random random_words;
static struct loop loop;
static struct femto femto;

/* --- Port */

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	return uart_send(datagram, size) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static uint32_t port_random(void *context)
{
	(void)context;
	return random_next(&random_words);
}

static enum femto_port_err port_sensor_read(void *context, uint32_t channel, int32_t *value)
{
	(void)context;
	return sensor_value(channel, loop_now_ms(&loop), value);
}

static const struct femto_port port = {
	.flash = {FLASH_UNIT_BYTES, FLASH_AGENT_UNITS},
	.send = port_send,
	.random = port_random,
	.flash_read = flash_read,
	.flash_program = flash_program,
	.flash_erase = flash_erase,
	.sensor_read = port_sensor_read,
};

/* --- Board of the loop */

static uint32_t board_counter(void *context)
{
	(void)context;
	return clock_counter();
}

static size_t board_receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	(void)context;
	return uart_receive(datagram, FEMTO_DATAGRAM_BYTES);
}

static void board_sleep(void *context, uint32_t ticks)
{
	(void)context;
	clock_sleep(ticks, uart_is_ready);
}

static void board_alive(void *context)
{
	(void)context;
	clock_restart_watchdog();
}

static const struct loop_board board = {
	.counter_hz = CLOCK_HZ,
	.counter = board_counter,
	.receive = board_receive,
	.sleep = board_sleep,
	.alive = board_alive,
};

/* --- Boot */

/* Waits with the core asleep: a repair is a new factory block and a reset. */
static _Noreturn void stop(void)
{
	irq_mask();
	for (;;) {
		wait_for_interrupt();
	}
}

/* What only the boot needs, so that it leaves the stack before the loop begins. */
static __attribute__((noinline)) void start(void)
{
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = BOARD,
		.mtu_bytes = FEMTO_DATAGRAM_BYTES,
		.reset_cause = start_take_cause(),
	};
	struct factory factory;
	if (factory_parse(flash_factory(), &factory) != FACTORY_OK) {
		stop();
	}
	factory_identify(&factory, &config);
	start_build_id(config.build_id);
	flash_start();
	clock_start();
	uart_start();
	random_words = random_seed(config.device_id, boots_count(&port), noise_word());
	if (loop_start(&loop, &board, &femto, &port, &config, CLOCK_WATCHDOG_MS / 2u) != FEMTO_OK) {
		stop();
	}
}

int main(void)
{
	start();
	for (;;) {
		loop_turn(&loop);
	}
}
