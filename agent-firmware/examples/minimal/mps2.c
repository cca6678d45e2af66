/* The smallest device on a board MPS2, on the drivers of ports/mps2. */
#include <stdbool.h>
#include <string.h>

#include "ports/common/factory.h"
#include "ports/common/net.h"
#include "ports/common/random.h"
#include BOARD_FILE
#include "ports/mps2/flash.h"
#include "ports/mps2/lan.h"
#include "ports/mps2/reg.h"
#include "ports/mps2/timer.h"

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

static const struct femto_port port = {.flash = {FLASH_UNIT_BYTES, FLASH_AGENT_UNITS},
	.send = board_send,
	.random = board_random,
	.flash_read = flash_read,
	.flash_program = flash_program,
	.flash_erase = flash_erase,
	.sensor_read = board_sensor};

/* Called at least once in the 45 minutes in which the counter takes all its values. */
static uint64_t now_ms(void)
{
	static uint64_t ticks;
	ticks += (uint32_t)(timer_counter() - (uint32_t)ticks);
	return ticks * 1000u / TIMER_HZ;
}

/* Sleeps until a frame or the deadline, and hands over what came. */
static void wait_until(uint64_t deadline_ms)
{
	const uint64_t now = now_ms();
	irq_mask();
	if (deadline_ms > now && lan_is_empty()) {
		const uint64_t left_ms = deadline_ms - now < 60000 ? deadline_ms - now : 60000;
		timer_wake_after((uint32_t)left_ms * (TIMER_HZ / 1000u));
		wait_for_interrupt();
	}
	irq_unmask();
	uint8_t frame[NET_FRAME_BYTES];
	for (size_t size = lan_receive(frame, sizeof(frame)); size > 0;
		size = lan_receive(frame, sizeof(frame))) {
		const struct net_datagram datagram = net_receive(&net, frame, size);
		if (datagram.size > 0) {
			femto_feed(&femto, datagram.data, datagram.size, now_ms());
		}
	}
}

int main(void)
{
	timer_start();
	struct femto_config config = {
		.firmware = "minimal-1", .board = BOARD_NAME, .mtu_bytes = 255};
	struct net_address address = {.ip = {10, 0, 2, 15}, .router = {10, 0, 2, 2}};
	struct factory factory;
	if (factory_parse(flash_factory(), &factory) != FACTORY_OK || !lan_start(address.mac)) {
		return 1;
	}
	factory_identify(&factory, &config);
	random_words = random_seed(config.device_id, 0, timer_counter());
	memcpy(address.gateway, factory.gateway, sizeof(address.gateway));
	address.gateway_port = factory.gateway_port;
	net_start(&net, (struct net_link){lan_send, NULL}, &address);
	for (bool runs = femto_init(&femto, &port, &config, now_ms()) == FEMTO_OK; runs;) {
		wait_until(femto_poll(&femto, now_ms()));
	}
	return 1;
}
