/*
 * The port `rvvirt`: one device on QEMU's RISC-V board `virt`, RV32IMAC. docs/reference/ports.md
 * says how to start it.
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
#include "protect.h"
#include "reset.h"
#include "trap.h"

#define FIRMWARE "rvvirt-1"
#define BOARD "rvvirt"

/* Of the linker script: the note that names this build, behind a header of 16 bytes. */
extern const uint8_t rv_build_note[];
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
	.flash = {RV_FLASH_SECTOR_BYTES, RV_FLASH_UNITS},
	.send = port_send,
	.random = port_random,
	.flash_read = rv_flash_read,
	.flash_program = rv_flash_program,
	.flash_erase = rv_flash_erase,
	.sensor_read = port_sensor_read,
	.protect_begin = rv_protect_begin,
	.protect_end = rv_protect_end,
};

/* --- Board */

static uint32_t board_counter(void *context)
{
	(void)context;
	return rv_clock_counter();
}

/* Passes over frames that are none for the agent, so that one behind them does not wait. */
static size_t board_receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	(void)context;
	size_t size = 0;
	while (size == 0 && rv_ethernet_is_ready()) {
		const struct rv_frame frame = rv_ethernet_receive();
		const struct net_datagram got = net_receive(&net, frame.bytes, frame.size);
		if (got.data != NULL && got.size <= FEMTO_DATAGRAM_BYTES) {
			memcpy(datagram, got.data, got.size);
			size = got.size;
		}
		rv_ethernet_release();
	}
	return size;
}

static void board_sleep(void *context, uint32_t ticks)
{
	(void)context;
	show_changes(&show, &femto);
	rv_clock_sleep(ticks, rv_ethernet_is_ready);
}

static void board_alive(void *context)
{
	(void)context;
	rv_clock_restart_watchdog();
}

static const struct loop_board board = {
	.counter_hz = RV_CLOCK_HZ,
	.counter = board_counter,
	.receive = board_receive,
	.sleep = board_sleep,
	.alive = board_alive,
};

/* --- Boot */

/* Says why the device can't work, and stays quiet: a repair is a new factory block and a reset. */
static _Noreturn void stop(const char *message)
{
	rv_console_text(message);
	for (;;) {
		rv_clock_sleep(UINT32_MAX, rv_ethernet_is_ready);
	}
}

static void start_net(const struct factory *factory)
{
	struct net_address address = net_user_address(factory->gateway, factory->gateway_port);
	if (!rv_ethernet_open(address.mac)) {
		stop("Cannot start: there is no virtio network card with legacy registers\n");
	}
	rv_trap_enable(rv_ethernet_interrupt_number());
	net_start(&net, (struct net_link){rv_ethernet_send, NULL}, &address);
}

int main(void)
{
	rv_protect_start();
	show.text = rv_console_text;
	rv_clock_start();
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = BOARD,
		.mtu_bytes = FEMTO_DATAGRAM_BYTES,
		.reset_cause = rv_reset_take_cause(),
	};
	struct factory factory;
	const enum factory_err error = factory_parse(rv_flash_factory(), &factory);
	if (error != FACTORY_OK) {
		stop(factory_message(error));
	}
	factory_identify(&factory, &config);
	memcpy(config.build_id, rv_build_note + BUILD_NOTE_HEADER_BYTES, sizeof(config.build_id));
	const uint32_t boot = boots_count(&port);
	random_words = random_seed(config.device_id, boot, rv_clock_counter());
	start_net(&factory);
	if (loop_start(&loop, &board, &femto, &port, &config, 0) != FEMTO_OK) {
		stop("Cannot start: the agent can't use the flash\n");
	}
	show_start(&show, &femto, &config, boot);
	for (;;) {
		loop_turn(&loop);
	}
}
