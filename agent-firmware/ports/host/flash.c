#define _GNU_SOURCE
#include "flash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

#define PATH_BYTES 4096
#define CHUNK_BYTES 4096u

static uint32_t total_bytes(struct femto_flash_geometry geometry)
{
	return geometry.unit_bytes * geometry.unit_count;
}

static bool write_all(int file, const uint8_t *data, size_t size, uint32_t address)
{
	size_t done = 0;
	while (done < size) {
		const ssize_t count = pwrite(file, data + done, size - done, (off_t)(address + done));
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count <= 0) {
			return false;
		}
		done += (size_t)count;
	}
	return true;
}

static bool read_all(int file, uint8_t *data, size_t size, uint32_t address)
{
	size_t done = 0;
	while (done < size) {
		const ssize_t count = pread(file, data + done, size - done, (off_t)(address + done));
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count <= 0) {
			return false;
		}
		done += (size_t)count;
	}
	return true;
}

static bool fill_erased(int file, uint32_t address, uint32_t size)
{
	uint8_t erased[CHUNK_BYTES];
	memset(erased, FEMTO_FLASH_ERASED, sizeof(erased));
	while (size > 0) {
		const uint32_t part = size < CHUNK_BYTES ? size : CHUNK_BYTES;
		if (!write_all(file, erased, part, address)) {
			return false;
		}
		address += part;
		size -= part;
	}
	return true;
}

/* Under another name first: whoever is killed in here leaves no flash of half the size. */
static void create(const char *path, struct femto_flash_geometry geometry)
{
	char unfinished[PATH_BYTES];
	const int length = snprintf(unfinished, sizeof(unfinished), "%s.new", path);
	if (length < 0 || length >= PATH_BYTES) {
		host_fail("Cannot make flash %s: the path is too long", path);
	}
	const int file = open(unfinished, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || !fill_erased(file, 0, total_bytes(geometry)) || close(file) != 0 ||
		rename(unfinished, path) != 0) {
		host_fail("Cannot make flash %s: %s", path, strerror(errno));
	}
}

struct host_flash host_flash_open(const char *path, struct femto_flash_geometry geometry)
{
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		create(path, geometry);
	}
	const int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0) {
		host_fail("Cannot open flash %s: %s", path, strerror(errno));
	}
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		host_fail("Cannot open flash %s: another device uses it", path);
	}
	struct stat status;
	if (fstat(file, &status) != 0 || status.st_size != (off_t)total_bytes(geometry)) {
		host_fail("Cannot use flash %s: its size is not that of %u units of %u bytes", path,
			(unsigned)geometry.unit_count, (unsigned)geometry.unit_bytes);
	}
	return (struct host_flash){file, geometry};
}

/* Compares with the bytes left, so that no sum can overflow. */
static bool is_inside(const struct host_flash *flash, uint32_t address, size_t size)
{
	const uint32_t total = total_bytes(flash->geometry);
	return address <= total && size <= total - address;
}

enum femto_port_err host_flash_read(
	const struct host_flash *flash, uint32_t address, uint8_t *data, size_t size)
{
	if (!is_inside(flash, address, size)) {
		host_trap("Cannot read flash: %zu bytes at %u are not inside", size, (unsigned)address);
	}
	return read_all(flash->file, data, size, address) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static void require_programmable(
	const struct host_flash *flash, uint32_t address, const uint8_t *data, size_t size)
{
	const uint32_t unit_bytes = flash->geometry.unit_bytes;
	if (data == NULL || size == 0 || !is_inside(flash, address, size) ||
		address % FEMTO_FLASH_WRITE_BYTES != 0 || size % FEMTO_FLASH_WRITE_BYTES != 0 ||
		address / unit_bytes != (address + size - 1u) / unit_bytes) {
		host_trap("Cannot program flash: %zu bytes at %u are not whole write units of one "
				  "erase unit",
			size, (unsigned)address);
	}
}

enum femto_port_err host_flash_program(
	const struct host_flash *flash, uint32_t address, const uint8_t *data, size_t size)
{
	require_programmable(flash, address, data, size);
	for (size_t done = 0; done < size; done += FEMTO_FLASH_WRITE_BYTES) {
		uint8_t before[FEMTO_FLASH_WRITE_BYTES];
		if (!read_all(flash->file, before, sizeof(before), address + (uint32_t)done)) {
			return FEMTO_PORT_FAILED;
		}
		for (size_t i = 0; i < sizeof(before); i++) {
			if (before[i] != FEMTO_FLASH_ERASED) {
				host_trap("Cannot program flash: the write unit at %zu is not erased",
					address + done);
			}
		}
	}
	return write_all(flash->file, data, size, address) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

enum femto_port_err host_flash_erase(const struct host_flash *flash, uint32_t unit)
{
	if (unit >= flash->geometry.unit_count) {
		host_trap("Cannot erase flash: there is no unit %u", (unsigned)unit);
	}
	const uint32_t size = flash->geometry.unit_bytes;
	return fill_erased(flash->file, unit * size, size) ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}
