#include "sim.h"

#include <string.h>

#include "femto.h"

#define MEMBER(name, size) uint8_t name[size];

/* One device as it lies in memory; the host knows the offsets of the fields before `number`. */
struct sim_device {
	SIM_FIELDS(MEMBER)
	uint32_t number;        /* what the host calls it */
	struct femto_port port; /* context = this device */
	struct femto femto;
};

_Static_assert(sizeof(struct femto) <= 16384, "a simulated device takes at most 16 KiB");
_Static_assert(sizeof(((struct sim_device *)0)->datagram) >= FEMTO_DATAGRAM_BYTES,
	"the field holds every datagram");

/* The host allocates with the alignment of the struct. */
static struct sim_device *device_at(uint8_t *memory)
{
	return (struct sim_device *)(void *)memory;
}

/* Times are whole and below 2^53. */
static uint64_t to_ms(double now_ms)
{
	return (uint64_t)now_ms;
}

/* Any value outside the contract of a port is a failure. */
static enum femto_port_err outcome(int32_t result)
{
	if (result == FEMTO_PORT_OK) {
		return FEMTO_PORT_OK;
	}
	return result == FEMTO_PORT_NOT_FOUND ? FEMTO_PORT_NOT_FOUND : FEMTO_PORT_FAILED;
}

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	const struct sim_device *device = context;
	sim_send(device->number, datagram, (uint32_t)size);
	return FEMTO_PORT_OK;
}

static uint32_t port_random(void *context)
{
	const struct sim_device *device = context;
	return sim_random(device->number);
}

static enum femto_port_err port_flash_read(
	void *context, uint32_t address, uint8_t *data, size_t size)
{
	const struct sim_device *device = context;
	return outcome(sim_flash_read(device->number, address, data, (uint32_t)size));
}

static enum femto_port_err port_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	const struct sim_device *device = context;
	return outcome(sim_flash_program(device->number, address, data, (uint32_t)size));
}

static enum femto_port_err port_flash_erase(void *context, uint32_t unit)
{
	const struct sim_device *device = context;
	return outcome(sim_flash_erase(device->number, unit));
}

static enum femto_port_err port_sensor_read(void *context, uint32_t channel, int32_t *value)
{
	const struct sim_device *device = context;
	return outcome(sim_sensor_read(device->number, channel, value));
}

static struct femto_port port_of(
	struct sim_device *device, uint32_t unit_bytes, uint32_t unit_count)
{
	struct femto_port port = {.context = device, .flash = {unit_bytes, unit_count}};
	port.send = port_send;
	port.random = port_random;
	port.flash_read = port_flash_read;
	port.flash_program = port_flash_program;
	port.flash_erase = port_flash_erase;
	port.sensor_read = port_sensor_read;
	return port;
}

uint32_t sim_device_bytes(void)
{
	return sizeof(struct sim_device);
}

int32_t sim_boot(uint8_t *device, uint32_t number, uint32_t mtu_bytes, uint32_t unit_bytes,
	uint32_t unit_count, uint32_t reset_cause, double now_ms)
{
	struct sim_device *it = device_at(device);
	struct femto_config config = {.mtu_bytes = (uint16_t)mtu_bytes};
	config.reset_cause =
		reset_cause == FEMTO_RESET_WATCHDOG ? FEMTO_RESET_WATCHDOG : FEMTO_RESET_OTHER;
	it->number = number;
	it->port = port_of(it, unit_bytes, unit_count);
	memcpy(config.device_id, it->id, sizeof config.device_id);
	memcpy(config.device_key, it->device_key, sizeof config.device_key);
	memcpy(config.root_key, it->root_key, sizeof config.root_key);
	memcpy(config.build_id, it->build_id, sizeof config.build_id);
	config.firmware = (const char *)it->firmware;
	config.board = (const char *)it->board;
	return femto_init(&it->femto, &it->port, &config, to_ms(now_ms));
}

void sim_feed(uint8_t *device, uint32_t size, double now_ms)
{
	struct sim_device *it = device_at(device);
	femto_feed(&it->femto, it->datagram, size, to_ms(now_ms));
}

double sim_poll(uint8_t *device, double now_ms)
{
	uint64_t deadline = femto_poll(&device_at(device)->femto, to_ms(now_ms));
	return deadline == FEMTO_NEVER ? (double)__builtin_inf() : (double)deadline;
}

void sim_sample(uint8_t *device, uint32_t channel, int32_t value, double now_ms)
{
	femto_hook_sensor(&device_at(device)->femto, channel, value, to_ms(now_ms));
}

uint32_t sim_container_count(uint8_t *device)
{
	return (uint32_t)femto_get_container_count(&device_at(device)->femto);
}

/* A double holds 6 bytes exactly. */
static double start_of_digest(const uint8_t *digest)
{
	double value = 0;
	for (size_t i = 0; i < 6; i++) {
		value = value * 256 + digest[i];
	}
	return value;
}

double sim_container(uint8_t *device, uint32_t index, uint32_t field)
{
	struct femto_container_info info;
	if (femto_get_container(&device_at(device)->femto, index, &info) != FEMTO_OK) {
		return -1;
	}
	switch (field) {
	case SIM_CONTAINER_LOCAL_ID:
		return info.local_id;
	case SIM_CONTAINER_STATE:
		return info.state;
	case SIM_CONTAINER_GENERATION:
		return info.generation;
	case SIM_CONTAINER_RUNS:
		return info.runs;
	case SIM_CONTAINER_FAULTS:
		return info.faults;
	case SIM_CONTAINER_INSTRUCTIONS:
		return (double)info.instructions;
	case SIM_CONTAINER_REFUSAL:
		return info.refusal;
	case SIM_CONTAINER_FAULT_CAUSE:
		return info.fault_cause;
	case SIM_CONTAINER_DIGEST:
		return start_of_digest(info.statement_digest);
	}
	return -1;
}

double sim_accepted_generation(uint8_t *device)
{
	return (double)femto_get_accepted_generation(&device_at(device)->femto);
}

uint32_t sim_counter(uint8_t *device, uint32_t id)
{
	return id > UINT8_MAX ? 0 : femto_get_counter(&device_at(device)->femto, (uint8_t)id);
}

uint32_t sim_is_connected(uint8_t *device)
{
	return femto_is_connected(&device_at(device)->femto) ? 1 : 0;
}
