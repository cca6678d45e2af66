/*
 * The factory block: who a device is. Written once when the device is made, at the start of the
 * flash that the port keeps for it; the agent never sees it. Values may not be renumbered.
 *
 * offset | bytes | content, numbers little endian
 * -------|-------|-----------------------------------------------------------------
 *      0 |     8 | "FEMTOFAC"
 *      8 |     2 | format, 1
 *     10 |     2 | flags, 0: none is defined
 *     12 |    24 | device id [a-z0-9-]{1,23}, filled with 0
 *     36 |    32 | device key
 *     68 |    32 | Ed25519 public key of the fleet root
 *    100 |     4 | gateway's IPv4 address, as it is written; 0.0.0.0 on a serial link
 *    104 |     2 | gateway's UDP port; 0 on a serial link
 *    106 |    18 | 0
 *    124 |     4 | CRC-32 (IEEE) of all bytes before it
 *
 * A block is valid when (1) its first 8 bytes are the magic, (2) the CRC is right, (3) the format is
 * 1 and no flag is set, (4) the id has 1 to 23 of its characters and only zeros behind them, (5) all
 * reserved bytes are 0.
 */
#ifndef COMMON_FACTORY_H
#define COMMON_FACTORY_H

#include <stdint.h>

#include "femto.h"

#define FACTORY_BLOCK_BYTES 128u

/* Ordered as they are looked for: an erased flash is MISSING. */
enum factory_err {
	FACTORY_OK = 0,
	FACTORY_MISSING = -1,  /* no magic */
	FACTORY_DAMAGED = -2,  /* the CRC is wrong */
	FACTORY_FORMAT = -3,   /* of another format, or a flag or reserved byte is set */
	FACTORY_ID = -4,       /* the device id breaks its rule */
};

struct factory {
	char device_id[FEMTO_DEVICE_ID_MAX + 1u]; /* ends with NUL */
	uint8_t device_key[32];                   /* authenticates heads and reports */
	uint8_t root_key[32];                     /* signs grants */
	uint8_t gateway[4];                       /* IPv4 address, all 0 on a serial link */
	uint16_t gateway_port;                    /* UDP, 0 on a serial link */
};

/* Reads a block. `factory` is written on FACTORY_OK only. */
__attribute__((warn_unused_result)) enum factory_err factory_parse(
	const uint8_t block[FACTORY_BLOCK_BYTES], struct factory *factory);

/* Sets id and keys of `config`, nothing else. */
void factory_identify(const struct factory *factory, struct femto_config *config);

/* One line for a person who looks at the console; ends with a newline. */
const char *factory_message(enum factory_err error);

#endif
