/*
 * The upper 72 KiB of the flash, behind the NVMC: the factory block, the agent's units, and one in
 * which boots are counted. A unit is four pages of the chip. Offsets in the flash:
 *
 *     0x2e000  factory block
 *     0x2f000  units of the agent
 *     0x3f000  boots
 */
#ifndef NRF51_FLASH_H
#define NRF51_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define FLASH_UNIT_BYTES 4096u
#define FLASH_AGENT_UNITS 16u

/* Erases every unit that is all zeros: QEMU's flash begins so, and nothing that is kept looks so. */
void flash_start(void);

const uint8_t *flash_factory(void);

/* As in struct femto_port; unit FLASH_AGENT_UNITS is that of the boots. */
enum femto_port_err flash_read(void *context, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err flash_erase(void *context, uint32_t unit);

#endif
