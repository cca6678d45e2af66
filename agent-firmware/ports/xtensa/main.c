/*
 * The port `xtensa`: one device on QEMU's Xtensa board `lx60`. docs/reference/ports.md says how to
 * start it.
 */
#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "console.h"
#include "ethernet.h"
#include "femto.h"
#include "flash.h"
#include "ports/common/boots.h"
#include "ports/common/factory.h"
#include "ports/common/loop.h"
#include "ports/common/net.h"
#include "ports/common/random.h"
#include "ports/common/sensor.h"
#include "ports/common/show.h"
#include "reset.h"

#define FIRMWARE "xtensa-1"
#define BOARD "xtensa-lx60"

/* Of the linker script: the note that names this build, behind a header of 16 bytes. */
extern const uint8_t xt_build_note[];
#define BUILD_NOTE_HEADER_BYTES 16u

static struct net net;
static struct random random_words;
static struct loop loop;
static struct show show;
static struct femto femto;

/* --- Port */

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	return net_send(&net, datagram, size) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
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
	.flash = {XT_FLASH_SECTOR_BYTES, XT_FLASH_UNITS},
	.send = port_send,
	.random = port_random,
	.flash_read = xt_flash_read,
	.flash_program = xt_flash_program,
	.flash_erase = xt_flash_erase,
	.sensor_read = port_sensor_read,
};

/* --- Board */

static uint32_t board_counter(void *context)
{
	(void)context;
	return xt_clock_counter();
}

/* Passes over frames that are none for the agent, so that one behind them does not wait. */
static size_t board_receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	(void)context;
	uint8_t frame[NET_FRAME_BYTES];
	size_t size = xt_ethernet_receive(frame);
	while (size > 0) {
		const struct net_datagram got = net_receive(&net, frame, size);
		if (got.size > 0 && got.size <= FEMTO_DATAGRAM_BYTES) {
			memcpy(datagram, got.data, got.size);
			return got.size;
		}
		size = xt_ethernet_receive(frame);
	}
	return 0;
}

static void board_sleep(void *context, uint32_t ticks)
{
	(void)context;
	show_changes(&show, &femto);
	xt_clock_sleep(ticks, xt_ethernet_is_ready);
}

static void board_alive(void *context)
{
	(void)context;
	xt_clock_restart_watchdog();
}

static const struct loop_board board = {
	.counter_hz = XT_CLOCK_HZ,
	.counter = board_counter,
	.receive = board_receive,
	.sleep = board_sleep,
	.alive = board_alive,
};

/* --- Boot */

/* Says why the device can't work, and stays quiet: a repair is a new factory block and a reset. */
static _Noreturn void stop(const char *message)
{
	xt_console_text(message);
	for (;;) {
		xt_clock_sleep(UINT32_MAX, xt_ethernet_is_ready);
	}
}

/* The controller has none of its own: one that the device keeps, of those that anybody may give. */
static void make_mac(const char *device_id, uint8_t mac[6])
{
	struct random words = random_seed(device_id, 0, 0);
	const uint32_t low = random_next(&words);
	mac[0] = 2;
	mac[1] = (uint8_t)random_next(&words);
	for (uint32_t i = 0; i < 4u; i++) {
		mac[2u + i] = (uint8_t)(low >> 8u * i);
	}
}

static void start_net(const struct factory *factory)
{
	struct net_address address = net_user_address(factory->gateway, factory->gateway_port);
	make_mac(factory->device_id, address.mac);
	xt_ethernet_start(address.mac);
	net_start(&net, (struct net_link){xt_ethernet_send, NULL}, &address);
}

int main(void)
{
	xt_console_start();
	show.text = xt_console_text;
	xt_clock_start();
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = BOARD,
		.mtu_bytes = FEMTO_DATAGRAM_BYTES,
		.reset_cause = xt_reset_take_cause(),
	};
	struct factory factory;
	const enum factory_err error = factory_parse(xt_flash_factory(), &factory);
	if (error != FACTORY_OK) {
		stop(factory_message(error));
	}
	factory_identify(&factory, &config);
	memcpy(config.build_id, xt_build_note + BUILD_NOTE_HEADER_BYTES, sizeof(config.build_id));
	const uint32_t boot = boots_count(&port);
	random_words = random_seed(config.device_id, boot, xt_clock_counter());
	start_net(&factory);
	if (loop_start(&loop, &board, &femto, &port, &config, 0) != FEMTO_OK) {
		stop("Cannot start: the agent can't use the flash\n");
	}
	show_start(&show, &femto, &config, boot);
	for (;;) {
		loop_turn(&loop);
	}
}
