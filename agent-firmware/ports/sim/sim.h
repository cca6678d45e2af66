/*
 * The simulated device: the agent as a WebAssembly module that holds many devices at once. This
 * file is the contract with its host; scripts/generate/sim.ts reads it and writes
 * simulator/generated/sim.ts. So each declaration is one macro call, with its comment before it.
 *
 * The host allocates sim_device_bytes() bytes for each device, aligned to 16, behind __heap_base,
 * and names a device to the module by their address, and the module names it to the host by the
 * number given at sim_boot. Every call returns before the next one begins, and no import may call
 * an export. Times are whole milliseconds since the device booted, as doubles: exact to 2^53.
 * Addresses, sizes and u32 results cross as 32 bits; JavaScript sees them signed.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdint.h>

#define SIM_EXPORT(type, name, parameters) \
	__attribute__((export_name(#name))) type name parameters
#define SIM_IMPORT(type, name, parameters) \
	__attribute__((import_module("femto"), import_name(#name))) extern type name parameters

/* Fields that the host writes, from the start of a device's memory: bytes. Texts end with 0. */
#define SIM_FIELDS(FIELD) \
	FIELD(id, 24) \
	FIELD(firmware, 24) \
	FIELD(board, 24) \
	FIELD(build_id, 8) \
	FIELD(device_key, 32) \
	FIELD(root_key, 32) \
	FIELD(datagram, 256)

/* Fields of sim_container. */
#define SIM_CONTAINER_LOCAL_ID 0
#define SIM_CONTAINER_STATE 1
#define SIM_CONTAINER_GENERATION 2
#define SIM_CONTAINER_RUNS 3
#define SIM_CONTAINER_FAULTS 4
#define SIM_CONTAINER_INSTRUCTIONS 5
#define SIM_CONTAINER_REFUSAL 6
#define SIM_CONTAINER_FAULT_CAUSE 7
/* First 6 bytes of the statement's digest as one number, the first byte the highest. */
#define SIM_CONTAINER_DIGEST 8

/* Bytes of memory one device takes. */
SIM_EXPORT(uint32_t, sim_device_bytes, (void));

/*
 * Boots: the fields but `datagram` are filled, the flash has the content of the last run, and
 * `reset_cause` is an enum femto_reset. Returns an enum femto_err; the device may only be used
 * after 0. Boots again in the same memory.
 */
SIM_EXPORT(int32_t, sim_boot, (uint8_t *device, uint32_t number, uint32_t mtu_bytes,
	uint32_t unit_bytes, uint32_t unit_count, uint32_t reset_cause, double now_ms));

/* Hands over the first `size` bytes of the field `datagram`. */
SIM_EXPORT(void, sim_feed, (uint8_t *device, uint32_t size, double now_ms));

/* Does what is due; returns when to call again, infinity = not before the next sim_feed. */
SIM_EXPORT(double, sim_poll, (uint8_t *device, double now_ms));

/* The firmware took a sample: runs the hook `sensor`. */
SIM_EXPORT(void, sim_sample, (uint8_t *device, uint32_t channel, int32_t value, double now_ms));

/* Number of containers that the accepted document names. */
SIM_EXPORT(uint32_t, sim_container_count, (uint8_t *device));

/* A SIM_CONTAINER_ field of the `index`-th container; -1 if there is none. */
SIM_EXPORT(double, sim_container, (uint8_t *device, uint32_t index, uint32_t field));

/* desiredGeneration of the accepted head, 0 before the first. */
SIM_EXPORT(double, sim_accepted_generation, (uint8_t *device));

/* A counter since boot, by its number in the protocol. */
SIM_EXPORT(uint32_t, sim_counter, (uint8_t *device, uint32_t id));

/* 1 while the session with the gateway stands. */
SIM_EXPORT(uint32_t, sim_is_connected, (uint8_t *device));

/* A datagram leaves; the bytes are valid during the call. */
SIM_IMPORT(void, sim_send, (uint32_t number, const uint8_t *data, uint32_t size));

/* Uniform random word. */
SIM_IMPORT(uint32_t, sim_random, (uint32_t number));

/* Flash; each returns an enum femto_port_err, under the rules of platform/femto_port.h. */
SIM_IMPORT(int32_t, sim_flash_read,
	(uint32_t number, uint32_t address, uint8_t *data, uint32_t size));
SIM_IMPORT(int32_t, sim_flash_program,
	(uint32_t number, uint32_t address, const uint8_t *data, uint32_t size));
SIM_IMPORT(int32_t, sim_flash_erase, (uint32_t number, uint32_t unit));

/* Writes the newest sample of a channel to `value`; returns an enum femto_port_err. */
SIM_IMPORT(int32_t, sim_sensor_read, (uint32_t number, uint32_t channel, int32_t *value));

#endif
