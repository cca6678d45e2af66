/* The smallest device on QEMU's RISC-V board `virt`, on the drivers of ports/rvvirt. */
#include <stdbool.h>
#include <string.h>

#include "ports/common/factory.h"
#include "ports/common/net.h"
#include "ports/common/random.h"
#include "ports/rvvirt/clock.h"
#include "ports/rvvirt/ethernet.h"
#include "ports/rvvirt/flash.h"
#include "ports/rvvirt/trap.h"

#define TICKS_PER_MS (RV_CLOCK_HZ / 1000u)

static struct net net;
static struct random random_words;
static struct femto femto;

static enum femto_port_err board_send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	return net_send(&net, datagram, size) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static uint32_t board_random(void *context)
{
	(void)context;
	return random_next(&random_words);
}

static enum femto_port_err board_sensor(void *context, uint32_t channel, int32_t *value)
{
	*value = context == NULL ? 20 : 0;
	return channel == 0 ? FEMTO_PORT_OK : FEMTO_PORT_NOT_FOUND;
}

static const struct femto_port port = {.flash = {RV_FLASH_SECTOR_BYTES, RV_FLASH_UNITS},
	.send = board_send,
	.random = board_random,
	.flash_read = rv_flash_read,
	.flash_program = rv_flash_program,
	.flash_erase = rv_flash_erase,
	.sensor_read = board_sensor};

/* Called at least once in 400 seconds, in which the counter takes all its values. */
static uint64_t now_ms(void)
{
	static uint64_t ticks;
	ticks += (uint32_t)(rv_clock_counter() - (uint32_t)ticks);
	return ticks / TICKS_PER_MS;
}

/* Sleeps until a frame or the deadline, and hands over what came. */
static void wait_until(uint64_t deadline_ms)
{
	const uint64_t now = now_ms();
	if (deadline_ms > now) {
		const uint64_t left_ms = deadline_ms - now < 60000 ? deadline_ms - now : 60000;
		rv_clock_sleep((uint32_t)left_ms * TICKS_PER_MS, rv_ethernet_is_ready);
	}
	while (rv_ethernet_is_ready()) {
		const struct rv_frame frame = rv_ethernet_receive();
		const struct net_datagram datagram = net_receive(&net, frame.bytes, frame.size);
		if (datagram.size > 0) {
			femto_feed(&femto, datagram.data, datagram.size, now_ms());
		}
		rv_ethernet_release();
	}
}

int main(void)
{
	rv_clock_start();
	struct femto_config config = {.firmware = "minimal-1", .board = "rvvirt", .mtu_bytes = 255};
	struct net_address address = {.ip = {10, 0, 2, 15}, .router = {10, 0, 2, 2}};
	struct factory factory;
	if (factory_parse(rv_flash_factory(), &factory) != FACTORY_OK ||
		!rv_ethernet_open(address.mac)) {
		return 1;
	}
	factory_identify(&factory, &config);
	random_words = random_seed(config.device_id, 0, rv_clock_counter());
	memcpy(address.gateway, factory.gateway, sizeof(address.gateway));
	address.gateway_port = factory.gateway_port;
	rv_trap_enable(rv_ethernet_interrupt_number());
	net_start(&net, (struct net_link){rv_ethernet_send, NULL}, &address);
	for (bool runs = femto_init(&femto, &port, &config, now_ms()) == FEMTO_OK; runs;) {
		wait_until(femto_poll(&femto, now_ms()));
	}
	return 1;
}
