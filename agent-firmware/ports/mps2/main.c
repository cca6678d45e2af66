/* The port `mps2`: one device on a board MPS2. docs/reference/ports.md says how to start it. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include BOARD_FILE
#include "console.h"
#include "femto.h"
#include "flash.h"
#include "lan.h"
#include "mpu.h"
#include "ports/common/boots.h"
#include "ports/common/factory.h"
#include "ports/common/loop.h"
#include "ports/common/net.h"
#include "ports/common/random.h"
#include "ports/common/sensor.h"
#include "ports/common/show.h"
#include "reg.h"
#include "start.h"
#include "timer.h"
#include "watchdog.h"

#define FIRMWARE "mps2-1"

/* The longest sleep: the watchdog is fed in time. */
#define SLEEP_MAX_MS (WATCHDOG_SECONDS * 1000u / 2u)

static struct net net;
static struct random random_words;
static struct loop loop;

/* The memory of containers begins where the memory protection can tell it from the rest. */
#define FEMTO_PADDING (MPU_ALIGNMENT - offsetof(struct femto, stack) % MPU_ALIGNMENT)
__attribute__((aligned(MPU_ALIGNMENT))) static struct {
	uint8_t padding[FEMTO_PADDING];
	struct femto femto;
} agent;
static struct show show;

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
	.flash = {FLASH_UNIT_BYTES, FLASH_AGENT_UNITS},
	.send = port_send,
	.random = port_random,
	.flash_read = flash_read,
	.flash_program = flash_program,
	.flash_erase = flash_erase,
	.sensor_read = port_sensor_read,
	.protect_begin = mpu_close,
	.protect_end = mpu_open,
};

/* --- Board of the loop */

static uint32_t board_counter(void *context)
{
	(void)context;
	return timer_counter();
}

static size_t board_receive(void *context, uint8_t datagram[FEMTO_DATAGRAM_BYTES])
{
	(void)context;
	uint8_t frame[NET_FRAME_BYTES];
	size_t size = lan_receive(frame, sizeof(frame));
	while (size > 0) {
		const struct net_datagram received = net_receive(&net, frame, size);
		if (received.size > 0) {
			memcpy(datagram, received.data, received.size);
			return received.size;
		}
		size = lan_receive(frame, sizeof(frame));
	}
	return 0;
}

static void board_sleep(void *context, uint32_t ticks)
{
	(void)context;
	irq_mask();
	if (lan_is_empty()) {
		timer_wake_after(ticks);
		wait_for_interrupt();
	}
	irq_unmask();
}

static void board_alive(void *context)
{
	(void)context;
	watchdog_feed();
	show_changes(&show, &agent.femto);
}

static const struct loop_board board = {
	.counter_hz = TIMER_HZ,
	.counter = board_counter,
	.receive = board_receive,
	.sleep = board_sleep,
	.alive = board_alive,
};

/* --- Boot */

/* Says why the device can't work, and stays quiet: a repair is a new factory block and a reset. */
static _Noreturn void stop(const char *message)
{
	console_text(message);
	for (;;) {
		irq_mask();
		wait_for_interrupt();
	}
}

static void start_net(const struct factory *factory)
{
	struct net_address address = net_user_address(factory->gateway, factory->gateway_port);
	if (!lan_start(address.mac)) {
		stop("Cannot start: the Ethernet controller does not answer\n");
	}
	net_start(&net, (struct net_link){lan_send, NULL}, &address);
}

int main(void)
{
	console_start();
	show.text = console_text;
	timer_start();
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = BOARD_NAME,
		.mtu_bytes = FEMTO_DATAGRAM_BYTES,
		.reset_cause = start_take_cause(),
	};
	struct factory factory;
	const enum factory_err error = factory_parse(flash_factory(), &factory);
	if (error != FACTORY_OK) {
		stop(factory_message(error));
	}
	factory_identify(&factory, &config);
	start_build_id(config.build_id);
	watchdog_start();
	if (!mpu_start((uintptr_t)agent.femto.stack, sizeof(agent.femto.stack) + sizeof(agent.femto.arena))) {
		stop("Cannot start: the memory of containers can't be protected\n");
	}
	const uint32_t boot = boots_count(&port);
	random_words = random_seed(config.device_id, boot, timer_counter());
	start_net(&factory);
	if (loop_start(&loop, &board, &agent.femto, &port, &config, SLEEP_MAX_MS) != FEMTO_OK) {
		stop("Cannot start: the agent can't use the flash\n");
	}
	show_start(&show, &agent.femto, &config, boot);
	for (;;) {
		loop_turn(&loop);
	}
}
