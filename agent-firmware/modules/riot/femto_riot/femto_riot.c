#include "femto_riot.h"

#include <errno.h>
#include <string.h>

#include "luid.h"
#include "ztimer.h"
#ifdef MODULE_PERIPH_HWRNG
#include "periph/hwrng.h"
#endif

#define ERR_OFFSET -1000
#define LONGEST_WAIT_MS (3600u * 1000u) /* in microseconds just below 2^32 */
#define UNITS_MIN 2u
#define UNITS_MAX 32u
#define UNIT_BYTES_MIN 512u
#define UNIT_BYTES_MAX (1024u * 1024u)

uint64_t femto_riot_now_ms(struct femto_riot *device)
{
	/* modulo 2^32: right across the wrap, when asked once in 49 days */
	device->now_ms += (uint32_t)(ztimer_now(ZTIMER_MSEC) - (uint32_t)device->now_ms);
	return device->now_ms;
}

/* --- Port */

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	struct femto_riot *device = context;
	const ssize_t sent = sock_udp_send(&device->sock, datagram, size, &device->gateway);
	return sent < 0 ? FEMTO_PORT_FAILED : FEMTO_PORT_OK;
}

static uint32_t port_random(void *context)
{
	struct femto_riot *device = context;
#ifdef MODULE_PERIPH_HWRNG
	hwrng_read(&device->random, sizeof(device->random));
#else
	/* xorshift32; never 0, because its seed is not */
	device->random ^= device->random << 13;
	device->random ^= device->random >> 17;
	device->random ^= device->random << 5;
#endif
	return device->random;
}

static enum femto_port_err port_flash_read(
	void *context, uint32_t address, uint8_t *data, size_t size)
{
	struct femto_riot *device = context;
	return mtd_read(device->mtd, data, address, (uint32_t)size) < 0 ? FEMTO_PORT_FAILED
									: FEMTO_PORT_OK;
}

static enum femto_port_err port_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	struct femto_riot *device = context;
	return mtd_write(device->mtd, data, address, (uint32_t)size) < 0 ? FEMTO_PORT_FAILED
									 : FEMTO_PORT_OK;
}

static enum femto_port_err port_flash_erase(void *context, uint32_t unit)
{
	struct femto_riot *device = context;
	const uint32_t count = device->sectors_per_unit;
	return mtd_erase_sector(device->mtd, unit * count, count) < 0 ? FEMTO_PORT_FAILED
								      : FEMTO_PORT_OK;
}

static enum femto_port_err no_sensor(void *context, uint32_t channel, int32_t *value)
{
	(void)context;
	(void)channel;
	(void)value;
	return FEMTO_PORT_NOT_FOUND;
}

/* --- Start */

/* Groups sectors, so that units are neither too many nor too small. */
static int open_flash(struct femto_riot *device)
{
	const int error = mtd_init(device->mtd);
	if (error < 0) {
		return error;
	}
	const uint32_t sector_bytes = device->mtd->pages_per_sector * device->mtd->page_size;
	const uint32_t sectors = device->mtd->sector_count;
	uint32_t group = 1;
	while (group < sectors &&
		(sectors / group > UNITS_MAX || group * sector_bytes < UNIT_BYTES_MIN)) {
		group++;
	}
	const uint32_t units = sectors / group;
	if (units < UNITS_MIN || group * sector_bytes > UNIT_BYTES_MAX) {
		return -EINVAL;
	}
	device->sectors_per_unit = group;
	device->port.flash = (struct femto_flash_geometry){group * sector_bytes, units};
	return 0;
}

static int open_socket(struct femto_riot *device)
{
	const sock_udp_ep_t local = {
		.family = device->gateway.family, .netif = device->gateway.netif};
	return sock_udp_create(&device->sock, &local, &device->gateway, 0);
}

static void seed(struct femto_riot *device)
{
	luid_base(&device->random, sizeof(device->random));
	device->random ^= ztimer_now(ZTIMER_MSEC);
	device->random |= 1u;
}

static int start(struct femto_riot *device, const struct femto_riot_config *config)
{
	device->gateway = config->gateway;
	device->mtd = config->mtd;
	device->port.context = device;
	device->port.send = port_send;
	device->port.random = port_random;
	device->port.flash_read = port_flash_read;
	device->port.flash_program = port_flash_program;
	device->port.flash_erase = port_flash_erase;
	device->port.sensor_read = config->sensor_read != NULL ? config->sensor_read : no_sensor;
	seed(device);
	int error = open_flash(device);
	if (error == 0) {
		error = open_socket(device);
	}
	if (error != 0) {
		return error;
	}
	const enum femto_err refused = femto_init(
		&device->femto, &device->port, &config->femto, femto_riot_now_ms(device));
	return refused == FEMTO_OK ? 0 : ERR_OFFSET + (int)refused;
}

int femto_riot_run(struct femto_riot *device, const struct femto_riot_config *config)
{
	const int error = start(device, config);
	if (error != 0) {
		return error;
	}
	for (;;) {
		const uint64_t deadline_ms = femto_poll(&device->femto, femto_riot_now_ms(device));
		const uint64_t now_ms = femto_riot_now_ms(device);
		const uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
		const uint32_t wait_ms =
			left_ms < LONGEST_WAIT_MS ? (uint32_t)left_ms : LONGEST_WAIT_MS;
		uint8_t datagram[FEMTO_DATAGRAM_BYTES];
		const ssize_t size = sock_udp_recv(
			&device->sock, datagram, sizeof(datagram), wait_ms * 1000u, NULL);
		if (size > 0) {
			femto_feed(
				&device->femto, datagram, (size_t)size, femto_riot_now_ms(device));
		}
	}
}
