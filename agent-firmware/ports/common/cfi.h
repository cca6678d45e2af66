/*
 * Flash chips with the common flash interface and the Intel command set, mapped into memory: read
 * as memory, programmed by words, erased by sectors.
 */
#ifndef COMMON_CFI_H
#define COMMON_CFI_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

struct cfi {
	uintptr_t first;             /* address of the first sector */
	uint32_t sector_bytes;       /* of one erase */
	uint32_t sectors;            /* from `first` on that may be used */
	uint32_t word_bytes;         /* 2 = one chip of 16 bits; 4 = two side by side, told alike */
	uint32_t (*counter)(void);   /* counts up all the time */
	uint32_t longest_ticks;      /* of it that one command may take */
};

/* As the functions of struct femto_port; addresses and units count from the first sector. */
enum femto_port_err cfi_read(const struct cfi *flash, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err cfi_program(
	const struct cfi *flash, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err cfi_erase(const struct cfi *flash, uint32_t unit);

#endif
