/*
 * The board's second flash bank: 32 MiB of two 16-bit chips side by side that speak the Intel command
 * set. It is programmed by words of 32 bits and erased by sectors of 256 KiB.
 *
 * Sector 0 holds the factory block; the agent's erase units, one sector each, follow.
 */
#ifndef RVVIRT_FLASH_H
#define RVVIRT_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define RV_FLASH_SECTOR_BYTES 0x40000u
#define RV_FLASH_UNITS 8u

/* Addresses and units are the agent's, from 0. */
enum femto_port_err rv_flash_read(uint32_t address, uint8_t *data, size_t size);
enum femto_port_err rv_flash_program(uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err rv_flash_erase(uint32_t unit);

/* The factory block's sector, to be read. */
const uint8_t *rv_flash_factory(void);

#endif
