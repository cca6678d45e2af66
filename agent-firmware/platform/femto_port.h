/*
 * What a port gives the agent. One `struct femto_port` belongs to one device, is filled before
 * femto_init and not changed while the device lives. All functions are called by the agent from the
 * thread that is inside a femto_… call, never from an interrupt and never two at a time; none may
 * call the agent back. Every function receives `context` as its first argument.
 */
#ifndef FEMTO_PORT_H
#define FEMTO_PORT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are programmed at a time: address, data and size of a program call are multiples. */
#define FEMTO_FLASH_WRITE_BYTES 8u

/* What a byte of flash reads after an erase. */
#define FEMTO_FLASH_ERASED 0xffu

/* Outcomes of port functions. The agent treats any other value as FEMTO_PORT_FAILED. */
enum femto_port_err {
	FEMTO_PORT_OK = 0,
	FEMTO_PORT_FAILED = -1,    /* the hardware refused; may be tried again later */
	FEMTO_PORT_NOT_FOUND = -2, /* sensor_read: no such channel */
};

/* Flash that the agent owns alone: `unit_count` erase units, one behind another from address 0. */
struct femto_flash_geometry {
	uint32_t unit_bytes; /* 512 to 1 MiB, a multiple of 8; small pages are grouped by the port */
	uint32_t unit_count; /* erase units, 2 to 32 */
};

struct femto_port {
	void *context;                     /* handed to every function below */
	struct femto_flash_geometry flash; /* constant over the life of the stored data */

	/*
	 * Sends one datagram of `size` bytes (1 to the MTU of the configuration) to the gateway. Does
	 * not wait; the bytes are the agent's again when it returns. A lost datagram is success:
	 * FEMTO_PORT_FAILED says only that it certainly did not leave.
	 */
	enum femto_port_err (*send)(void *context, const uint8_t *datagram, size_t size);

	/*
	 * Uniform random word, for jitter and message ids; not for keys. Must differ between devices
	 * and boots.
	 */
	uint32_t (*random)(void *context);

	/*
	 * Reads `size` bytes from `address`; any alignment, inside the flash. May read bytes that a
	 * power failure left half programmed: whatever they hold, the call succeeds.
	 */
	enum femto_port_err (*flash_read)(
		void *context, uint32_t address, uint8_t *data, size_t size);

	/*
	 * Programs `size` bytes at `address`, both multiples of FEMTO_FLASH_WRITE_BYTES, inside one
	 * erase unit, erased before and not programmed since (the agent keeps to it, and reads back).
	 * `data` has no alignment. When power fails, any of the write units may hold any bits.
	 * Returns when the bytes are durable.
	 */
	enum femto_port_err (*flash_program)(
		void *context, uint32_t address, const uint8_t *data, size_t size);

	/*
	 * Erases one unit to FEMTO_FLASH_ERASED. When power fails, its bytes may be anything. Returns
	 * when done; may take milliseconds.
	 */
	enum femto_port_err (*flash_erase)(void *context, uint32_t unit);

	/*
	 * Newest sample of sensor `channel`, in the unit that the firmware documents. Does not wait for
	 * a conversion. `value` is written on FEMTO_PORT_OK only.
	 */
	enum femto_port_err (*sensor_read)(void *context, uint32_t channel, int32_t *value);

	/*
	 * Optional, NULL = the core has no memory protection. From protect_begin to protect_end a
	 * container runs, and the agent writes to its stack and to the `size` bytes at `memory`, which
	 * all containers share and which stay where they are: a port may refuse every other write. The
	 * functions above are called outside of such a span only.
	 */
	void (*protect_begin)(void *context, void *memory, size_t size);

	/* Optional, together with protect_begin. */
	void (*protect_end)(void *context);
};

#endif
