#include "flash.h"

#include "clock.h"
#include "machine.h"
#include "ports/common/cfi.h"

/* Behind the sector of the factory block. A sector of such a chip takes up to a second. */
static const struct cfi chips = {
	.first = FLASH + RV_FLASH_SECTOR_BYTES,
	.sector_bytes = RV_FLASH_SECTOR_BYTES,
	.sectors = RV_FLASH_UNITS + 1u,
	.word_bytes = 4u,
	.counter = rv_clock_counter,
	.longest_ticks = 2u * RV_CLOCK_HZ,
};

const uint8_t *rv_flash_factory(void)
{
	return (const uint8_t *)(uintptr_t)FLASH;
}

enum femto_port_err rv_flash_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	return cfi_read(&chips, address, data, size);
}

enum femto_port_err rv_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	return cfi_program(&chips, address, data, size);
}

enum femto_port_err rv_flash_erase(void *context, uint32_t unit)
{
	(void)context;
	return cfi_erase(&chips, unit);
}
