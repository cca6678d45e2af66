/* The smallest device on Linux: ID HOST:PORT KEY-FILE ROOT-KEY-FILE FLASH-FILE */
#define _GNU_SOURCE
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "femto.h"
#include "ports/host/flash.h"
#include "ports/host/options.h"
#include "ports/host/udp.h"

static int udp; /* socket */

static enum femto_port_err board_send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	host_udp_send(udp, datagram, size);
	return FEMTO_PORT_OK;
}

static uint32_t board_random(void *context)
{
	(void)context;
	uint32_t word = 0;
	return getrandom(&word, sizeof(word), 0) < 0 ? 0 : word;
}

static enum femto_port_err board_read(void *context, uint32_t at, uint8_t *data, size_t size)
{
	return host_flash_read(context, at, data, size);
}

static enum femto_port_err board_write(void *context, uint32_t at, const uint8_t *data, size_t size)
{
	return host_flash_program(context, at, data, size);
}

static enum femto_port_err board_erase(void *context, uint32_t unit)
{
	return host_flash_erase(context, unit);
}

static enum femto_port_err board_sensor(void *context, uint32_t channel, int32_t *value)
{
	*value = context == NULL ? 0 : 20;
	return channel == 0 ? FEMTO_PORT_OK : FEMTO_PORT_NOT_FOUND;
}

static uint64_t now_ms(void)
{
	struct timespec time = {0, 0};
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

int main(int argc, char **argv)
{
	static struct femto femto;
	struct femto_config config = {.firmware = "minimal-1", .board = "linux", .mtu_bytes = 255};
	if (argc != 6 || strlen(argv[1]) > FEMTO_DEVICE_ID_MAX) {
		return 2;
	}
	memcpy(config.device_id, argv[1], strlen(argv[1]));
	host_key_read(argv[3], config.device_key);
	host_key_read(argv[4], config.root_key);
	struct host_flash flash = host_flash_open(argv[5], (struct femto_flash_geometry){4096, 16});
	udp = host_udp_open(argv[2]);
	const struct femto_port port = {.context = &flash,
		.flash = flash.geometry,
		.send = board_send,
		.random = board_random,
		.flash_read = board_read,
		.flash_program = board_write,
		.flash_erase = board_erase,
		.sensor_read = board_sensor};
	enum femto_err error = femto_init(&femto, &port, &config, now_ms());
	for (uint8_t datagram[255]; error == FEMTO_OK;) {
		const uint64_t deadline_ms = femto_poll(&femto, now_ms());
		struct pollfd wait = {udp, POLLIN, 0};
		const uint64_t left_ms = deadline_ms > now_ms() ? deadline_ms - now_ms() : 0;
		(void)poll(&wait, 1, left_ms < 60000 ? (int)left_ms : 60000);
		const ssize_t size = host_udp_receive(udp, datagram, sizeof(datagram));
		if (size >= 0) {
			femto_feed(&femto, datagram, (size_t)size, now_ms());
		}
	}
	return 1;
}
