/*
 * Femtofleet agent: hosts signed eBPF containers on one device.
 *
 * The library has no heap, no mutable static and does no I/O: bytes come in by femto_feed, leave
 * by the port, and time is an argument. One `struct femto` is one device; several may live side by
 * side. Times are milliseconds since the device booted and never go back.
 *
 * call                 | may be called from | locks                     | worst stack (bytes)
 * ---------------------|--------------------|---------------------------|--------------------
 * femto_init           | thread, first      | none taken                | 2,800 + port flash
 * femto_feed           | thread             | none: caller serialises   | 3,600 + port
 * femto_poll           | thread             | none: caller serialises   | 6,200 + port
 * femto_run            | thread             | none: caller serialises   | 2,400 + port
 * femto_hook_sensor    | thread             | none: caller serialises   | 2,500 + port
 * femto_get_, femto_is | thread             | none: caller serialises   | 100
 *
 * The stack figures are sums of frames (gcc -Os -fstack-usage, x86-64) along the deepest way, with
 * the default configuration; a report alone takes 45 bytes a container.
 *
 * "Caller serialises" = one thread, or one lock around all calls for one `struct femto`. No call
 * may be made from an interrupt, or from inside a port function of the same device. An interrupt
 * stores what it has and lets the thread call.
 */
#ifndef FEMTO_H
#define FEMTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "femto_config.h"
#include "femto_port.h"

#define FEMTO_DEVICE_ID_MAX 23u
#define FEMTO_NEVER UINT64_MAX

struct femto;

/* Outcomes of the public calls: 0 is success. */
enum femto_err {
	FEMTO_OK = 0,
	FEMTO_ERR_CONFIG = -1, /* femto_init: the configuration breaks a rule below */
	FEMTO_ERR_FLASH = -2,  /* femto_init: the flash could not be read or formatted */
	FEMTO_ERR_NOT_FOUND = -3, /* no such container, or nothing attached */
};

/* What the device was reset by. */
enum femto_reset {
	FEMTO_RESET_OTHER = 0,    /* power, a button, or not known */
	FEMTO_RESET_WATCHDOG = 1, /* the program did not come back from a call in time */
};

/* Identity of one device; copied by femto_init except for what the text pointers point to. */
struct femto_config {
	char device_id[FEMTO_DEVICE_ID_MAX + 1u]; /* [a-z0-9-]{1,23}, ends with NUL */
	uint8_t device_key[32];   /* authenticates heads and reports */
	uint8_t root_key[32];     /* Ed25519 public key of the fleet root: signs grants */
	const char *firmware;     /* version of the firmware, 1 to 23 bytes; outlives the device */
	const char *board;        /* name of the board, 1 to 23 bytes; outlives the device */
	uint8_t build_id[8];      /* build of the firmware */
	uint16_t mtu_bytes;       /* largest datagram the link carries, at least 64 */
	enum femto_reset reset_cause; /* why the device boots */
};

/* What is really there of one assigned container. */
struct femto_container_info {
	uint8_t local_id;             /* 1 to 31 */
	uint8_t state;                /* PROTO_STATE_… */
	uint8_t statement_digest[16]; /* of what is attached or being fetched */
	uint32_t generation;          /* numbered install, 0 = none yet */
	uint32_t runs;                /* since attached */
	uint32_t faults;              /* that the policy counts */
	uint8_t fault_cause;          /* of the last fault, 0 = none */
	uint16_t fault_pc;            /* instruction index of the last fault */
	uint64_t instructions;        /* since attached */
	uint8_t refusal;              /* reason of the refusal, 0 = none */
	uint16_t refusal_instruction; /* instruction index, 0xffff = none */
};

/*
 * Makes `f` a device that has just booted: reads the store (and formats an empty one), attaches
 * what it holds, and connects at the first femto_poll. `f` needs no preparation, `port` outlives
 * it. On error the device must not be used.
 */
__attribute__((warn_unused_result)) enum femto_err femto_init(
	struct femto *f, const struct femto_port *port, const struct femto_config *config,
	uint64_t now_ms);

/*
 * Hands over one received datagram, whole. Whatever it holds is answered, used or counted; it is
 * not kept. May send datagrams, write flash and run containers. Call femto_poll afterwards.
 */
void femto_feed(struct femto *f, const uint8_t *datagram, size_t length, uint64_t now_ms);

/*
 * Does what is due, and returns when to call again at the latest (FEMTO_NEVER = not before the
 * next femto_feed). May send datagrams, write flash and run containers of the timer hook. One
 * step does a bounded amount of work; when more is to be done the answer is `now_ms`.
 */
uint64_t femto_poll(struct femto *f, uint64_t now_ms);

/*
 * Runs every container attached to `hook`, by order, tenant, name, with `context` (at most 32
 * bytes, as protocol/schema/hooks.ts says, little-endian) as its read-only context. `result`
 * receives r0 of the last one that ended without a fault; it may be NULL.
 * FEMTO_ERR_NOT_FOUND = nothing attached, or all faulted: `result` is untouched.
 */
enum femto_err femto_run(struct femto *f, uint16_t hook, const uint8_t *context,
	size_t context_bytes, uint64_t now_ms, int64_t *result);

/*
 * A launch pad in the firmware's own code: femto_run with the object `*context` (or an array), whose
 * bytes are the context as the hook's row says. While no container is attached to anything it costs
 * a load and a compare. `f` and `context` are evaluated more than once.
 */
#define FEMTO_HOOK(f, hook, context, now_ms, result) \
	((f)->attachment_count == 0 \
			? FEMTO_ERR_NOT_FOUND \
			: femto_run((f), (hook), (const uint8_t *)(context), sizeof(*(context)), (now_ms), (result)))

/* The firmware took a sample: runs the hook `sensor`. */
void femto_hook_sensor(struct femto *f, uint32_t channel, int32_t value, uint64_t now_ms);

/* Number of containers the accepted document names. */
size_t femto_get_container_count(const struct femto *f);

/* The `index`-th of them, by ascending local id. FEMTO_ERR_NOT_FOUND leaves `info` untouched. */
enum femto_err femto_get_container(
	const struct femto *f, size_t index, struct femto_container_info *info);

/* desiredGeneration of the accepted head, 0 before the first. */
uint64_t femto_get_accepted_generation(const struct femto *f);

/* Value of one PROTO_COUNTER_… since boot; 0 for an id that does not exist. */
uint32_t femto_get_counter(const struct femto *f, uint8_t counter_id);

/* Whether the session with the gateway stands (subscribed, not asleep). */
bool femto_is_connected(const struct femto *f);

#include "agent/state.h"

#endif
