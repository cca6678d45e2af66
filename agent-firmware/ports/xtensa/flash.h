/*
 * The board's flash: 4 MiB of one 16-bit chip that speaks the Intel command set. It is programmed by
 * words of 16 bits and erased by sectors of 64 KiB.
 *
 * sector | holds
 * -------|------------------------------------------
 *      0 | the factory block, at its start; read only
 *  1 – 8 | the erase units of the agent, one a sector
 *      9 | the count of boots
 */
#ifndef XTENSA_FLASH_H
#define XTENSA_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define XT_FLASH_SECTOR_BYTES 0x10000u
/* Erase units of the agent. */
#define XT_FLASH_UNITS 8u

/*
 * The port's functions of these names; `context` is not used. Addresses and units count from sector
 * 1 and reach the count of boots.
 */
enum femto_port_err xt_flash_read(void *context, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err xt_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err xt_flash_erase(void *context, uint32_t unit);

/* Sector 0, to be read while no other function of this file runs. */
const uint8_t *xt_flash_factory(void);

#endif
