/* Flash in a file: its content over runs, and what ends the process. */
#define _GNU_SOURCE
#include "ports/host/flash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static const struct femto_flash_geometry geometry = {512, 4};
static const uint8_t word[8] = {1, 2, 3, 4, 5, 6, 7, 8};

/* A new path in a folder of its own; remove_flash deletes both. */
static char folder[32];
static char path[64];

static void make_path(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/femto-flash-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		abort();
	}
	(void)snprintf(path, sizeof(path), "%s/flash", folder);
}

static void remove_flash(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
}

/* Wait status of a process of its own that does this with a flash that is open. */
static int status_of(void (*action)(const struct host_flash *), const struct host_flash *flash)
{
	(void)fflush(stdout);
	const pid_t child = fork();
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL) {
			_exit(2);
		}
		action(flash);
		_exit(0);
	}
	int status = 0;
	return waitpid(child, &status, 0) == child ? status : -1;
}

static bool is_abort(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

TEST("a flash that did not exist is erased, and of full size")
{
	make_path();
	const struct host_flash flash = host_flash_open(path, geometry);
	uint8_t bytes[2048];
	uint8_t erased[2048];
	memset(erased, 0xff, sizeof(erased));
	CHECK_EQUAL(host_flash_read(&flash, 0, bytes, sizeof(bytes)), FEMTO_PORT_OK);
	CHECK_BYTES(bytes, erased, sizeof(bytes));
	struct stat status;
	CHECK_EQUAL(stat(path, &status), 0);
	CHECK_EQUAL(status.st_size, 2048);
	(void)close(flash.file);
	remove_flash();
}

static void program_and_die(const struct host_flash *flash)
{
	(void)host_flash_program(flash, 520, word, sizeof(word));
	(void)host_flash_erase(flash, 0);
	(void)kill(getpid(), SIGKILL);
}

TEST("what was programmed and erased is there after SIGKILL, and nothing else has changed")
{
	make_path();
	const struct host_flash flash = host_flash_open(path, geometry);
	CHECK_EQUAL(host_flash_program(&flash, 0, word, sizeof(word)), FEMTO_PORT_OK);
	const int status = status_of(program_and_die, &flash);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	(void)close(flash.file);
	const struct host_flash again = host_flash_open(path, geometry);
	uint8_t bytes[2048];
	uint8_t expected[2048];
	memset(expected, 0xff, sizeof(expected));
	memcpy(expected + 520, word, sizeof(word));
	CHECK_EQUAL(host_flash_read(&again, 0, bytes, sizeof(bytes)), FEMTO_PORT_OK);
	CHECK_BYTES(bytes, expected, sizeof(bytes));
	(void)close(again.file);
	remove_flash();
}

TEST("an erased write unit can be programmed once more")
{
	make_path();
	const struct host_flash flash = host_flash_open(path, geometry);
	CHECK_EQUAL(host_flash_program(&flash, 504, word, sizeof(word)), FEMTO_PORT_OK);
	CHECK_EQUAL(host_flash_erase(&flash, 0), FEMTO_PORT_OK);
	CHECK_EQUAL(host_flash_program(&flash, 504, word, sizeof(word)), FEMTO_PORT_OK);
	(void)close(flash.file);
	remove_flash();
}

static void program_again(const struct host_flash *flash)
{
	(void)host_flash_program(flash, 8, word, sizeof(word));
}

static void program_unaligned(const struct host_flash *flash)
{
	(void)host_flash_program(flash, 20, word, sizeof(word));
}

static void program_part(const struct host_flash *flash)
{
	(void)host_flash_program(flash, 16, word, 4);
}

static void program_across(const struct host_flash *flash)
{
	const uint8_t two[16] = {0};
	(void)host_flash_program(flash, 504, two, sizeof(two));
}

static void program_outside(const struct host_flash *flash)
{
	(void)host_flash_program(flash, 2048, word, sizeof(word));
}

static void erase_outside(const struct host_flash *flash)
{
	(void)host_flash_erase(flash, 4);
}

static void read_outside(const struct host_flash *flash)
{
	uint8_t bytes[8];
	(void)host_flash_read(flash, 2044, bytes, sizeof(bytes));
}

TEST("breaking a rule of flash ends the process by abort")
{
	static const struct {
		const char *name;
		void (*action)(const struct host_flash *);
	} rows[] = {
		{"a write unit programmed again", program_again},
		{"an address between write units", program_unaligned},
		{"a part of a write unit", program_part},
		{"two erase units in one call", program_across},
		{"programming behind the end", program_outside},
		{"erasing behind the end", erase_outside},
		{"reading over the end", read_outside},
	};
	make_path();
	const struct host_flash flash = host_flash_open(path, geometry);
	CHECK_EQUAL(host_flash_program(&flash, 8, word, sizeof(word)), FEMTO_PORT_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row(rows[i].name);
		CHECK(is_abort(status_of(rows[i].action, &flash)));
	}
	(void)close(flash.file);
	remove_flash();
}
