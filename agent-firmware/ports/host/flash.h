/*
 * Flash in a file: byte n of the file is address n, nothing else is in it. The file keeps its
 * content when the process dies at any instruction: what was reported done has been handed to the
 * system. (It is not forced to the disk: a power cut of the whole machine is not covered.)
 *
 * The rules of real flash hold: an erase sets a whole unit to 0xff, and a write unit that holds
 * anything else can't be programmed. Who breaks them ends the process by abort.
 */
#ifndef HOST_FLASH_H
#define HOST_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

struct host_flash {
	int file;                             /* locked against a second process */
	struct femto_flash_geometry geometry; /* of the whole file */
};

/* Opens the file, made erased when there is none. Fails when it has another size, or is in use. */
struct host_flash host_flash_open(const char *path, struct femto_flash_geometry geometry);

/* As platform/femto_port.h says. */
enum femto_port_err host_flash_read(
	const struct host_flash *flash, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err host_flash_program(
	const struct host_flash *flash, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err host_flash_erase(const struct host_flash *flash, uint32_t unit);

#endif
