/*
 * The board's second flash bank: 32 MiB of two 16-bit chips side by side that speak the Intel
 * command set. It is programmed by words of 32 bits and erased by sectors of 256 KiB.
 *
 * sector | holds
 * -------|------------------------------------------
 *      0 | the factory block, at its start; read only
 *  1 – 8 | the erase units of the agent, one a sector
 *      9 | the count of boots
 */
#ifndef RVVIRT_FLASH_H
#define RVVIRT_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define RV_FLASH_SECTOR_BYTES 0x40000u
/* Erase units of the agent. */
#define RV_FLASH_UNITS 8u

/*
 * The port's functions of these names; `context` is not used. Addresses and units count from sector
 * 1 and reach the count of boots.
 */
enum femto_port_err rv_flash_read(void *context, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err rv_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err rv_flash_erase(void *context, uint32_t unit);

/* Sector 0, to be read while no other function of this file runs. */
const uint8_t *rv_flash_factory(void);

#endif
