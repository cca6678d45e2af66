/* The port `rvvirt`: one device on QEMU's RISC-V board `virt`, RV32IMAC. docs/reference/rvvirt-port.md. */
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
#include "reset.h"
#include "trap.h"

#define FIRMWARE "rvvirt-1"
#define BOARD "rvvirt"

/* What the emulator's network gives a device, and its own address there. */
static const uint8_t device_ip[4] = {10, 0, 2, 15};
static const uint8_t router_ip[4] = {10, 0, 2, 2};

/* Of the linker script: the note that names this build, behind a header of 16 bytes. */
extern const uint8_t rv_build_note[];
#define BUILD_NOTE_HEADER_BYTES 16u

struct device {
	struct net net;
	struct random random;
	struct femto_port port;
	struct loop loop;
	struct femto femto;
};

/* --- Port */

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	struct device *device = context;
	return net_send(&device->net, datagram, size) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static uint32_t port_random(void *context)
{
	struct device *device = context;
	return random_next(&device->random);
}

static enum femto_port_err port_flash_read(
	void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	return rv_flash_read(address, data, size);
}

static enum femto_port_err port_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	return rv_flash_program(address, data, size);
}

static enum femto_port_err port_flash_erase(void *context, uint32_t unit)
{
	(void)context;
	return rv_flash_erase(unit);
}

static enum femto_port_err port_sensor_read(void *context, uint32_t channel, int32_t *value)
{
	struct device *device = context;
	return sensor_value(channel, loop_now_ms(&device->loop), value);
}

static struct femto_port port_of(struct device *device)
{
	struct femto_port port = {
		.context = device, .flash = {RV_FLASH_SECTOR_BYTES, RV_FLASH_UNITS}};
	port.send = port_send;
	port.random = port_random;
	port.flash_read = port_flash_read;
	port.flash_program = port_flash_program;
	port.flash_erase = port_flash_erase;
	port.sensor_read = port_sensor_read;
	return port;
}

/* --- Board */

static uint32_t board_counter(void *context)
{
	(void)context;
	return rv_clock_counter();
}

/* Passes over frames that are none for the agent, so that one behind them does not wait. */
static size_t board_receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	struct device *device = context;
	size_t size = 0;
	while (size == 0 && rv_ethernet_is_ready()) {
		const struct rv_frame frame = rv_ethernet_receive();
		const struct net_datagram got = net_receive(&device->net, frame.bytes, frame.size);
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
	rv_clock_sleep(ticks, rv_ethernet_is_ready);
}

static void board_alive(void *context)
{
	(void)context;
	rv_clock_restart_watchdog();
}

/* --- Start */

/* Without a factory block or a card there is nothing to do, and a reset would not help. */
static _Noreturn void stop(const char *line)
{
	rv_console_write(line);
	for (;;) {
		rv_clock_sleep(UINT32_MAX, rv_ethernet_is_ready);
	}
}

static bool net_link_send(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	return rv_ethernet_send(frame, size);
}

static void open_network(struct device *device, const struct factory *factory)
{
	struct net_address address = {.gateway_port = factory->gateway_port};
	memcpy(address.ip, device_ip, sizeof(address.ip));
	memcpy(address.router, router_ip, sizeof(address.router));
	memcpy(address.gateway, factory->gateway, sizeof(address.gateway));
	if (!rv_ethernet_open(address.mac)) {
		stop("Cannot start: the board has no virtio network card with legacy registers\n");
	}
	rv_trap_enable(rv_ethernet_interrupt_number());
	net_start(&device->net, (struct net_link){.send = net_link_send}, &address);
}

static struct factory read_factory(void)
{
	struct factory factory = {.gateway_port = 0};
	const enum factory_err error = factory_parse(rv_flash_factory(), &factory);
	if (error != FACTORY_OK) {
		stop(factory_message(error));
	}
	return factory;
}

static enum femto_err boot(struct device *device, struct loop_board *board)
{
	const struct factory factory = read_factory();
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = BOARD,
		.mtu_bytes = FEMTO_DATAGRAM_BYTES,
		.reset_cause = rv_reset_take_cause(),
	};
	factory_identify(&factory, &config);
	memcpy(config.build_id, rv_build_note + BUILD_NOTE_HEADER_BYTES, sizeof(config.build_id));
	device->port = port_of(device);
	device->random = random_seed(
		factory.device_id, boots_count(&device->port), rv_clock_counter());
	open_network(device, &factory);
	*board = (struct loop_board){
		.context = device,
		.counter_hz = RV_CLOCK_HZ,
		.counter = board_counter,
		.receive = board_receive,
		.sleep = board_sleep,
		.alive = board_alive,
	};
	return loop_start(&device->loop, board, &device->femto, &device->port, &config, 0);
}

int main(void)
{
	static struct device device;
	static struct loop_board board;
	rv_trap_protect_code();
	rv_clock_open();
	const enum femto_err error = boot(&device, &board);
	if (error != FEMTO_OK) {
		stop(error == FEMTO_ERR_FLASH ? "Cannot start: the flash could not be read or formatted\n"
									  : "Cannot start: the configuration breaks a rule\n");
	}
	rv_console_write("start board=" BOARD " firmware=" FIRMWARE "\n");
	for (;;) {
		loop_turn(&device.loop);
	}
}
