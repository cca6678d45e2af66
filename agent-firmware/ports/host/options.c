#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "femto_config.h"
#include "femto_port.h"
#include "sensor.h"

#define KEY_BYTES 32u
#define KEY_DIGITS (2u * KEY_BYTES)

struct text_option {
	const char *name;
	size_t offset; /* of a const char * in struct host_options */
	bool required;
};

struct number_option {
	const char *name;
	size_t offset; /* of a uint32_t in struct host_options */
	uint32_t min;
	uint32_t max;
};

#define AT(member) offsetof(struct host_options, member)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct text_option texts[] = {
	{"--id", AT(id), true},
	{"--bridge", AT(bridge), true},
	{"--key-file", AT(key_file), true},
	{"--root-key-file", AT(root_key_file), true},
	{"--flash", AT(flash_file), true},
	{"--board", AT(board), true},
	{"--sensor-file", AT(sensor_file), false},
};

static const struct number_option numbers[] = {
	{"--flash-units", AT(flash_units), 2, 32},
	{"--flash-unit-bytes", AT(flash_unit_bytes), 512, 1u << 20},
	{"--mtu", AT(mtu_bytes), 64, FEMTO_DATAGRAM_BYTES},
	{"--sensor-hz", AT(sensor_hz), 0, 1000},
	{"--hang-channel", AT(hang_channel), 0, HOST_NO_CHANNEL - 1u},
	{"--watchdog", AT(watchdog_seconds), 0, 3600},
	{"--parent", AT(parent), 1, INT32_MAX},
};

static const struct host_options defaults = {
	.board = "linux",
	.flash_units = 16,
	.flash_unit_bytes = 4096,
	.mtu_bytes = FEMTO_DATAGRAM_BYTES,
	.hang_channel = HOST_NO_CHANNEL,
	.watchdog_seconds = 5,
};

static const char help[] =
	"femto-device: one device as a process of its own\n"
	"\n"
	"  --id ID                 [a-z0-9-]{1,23} (required)\n"
	"  --bridge HOST:PORT      the MQTT-SN gateway (required)\n"
	"  --key-file FILE         device key, 64 hex digits (required)\n"
	"  --root-key-file FILE    public key of the fleet root, 64 hex digits (required)\n"
	"  --flash FILE            made erased when there is none (required)\n"
	"  --flash-units N         erase units, 2 to 32 (default 16)\n"
	"  --flash-unit-bytes N    bytes of one, 512 to 1048576, a multiple of 8 (default 4096)\n"
	"  --mtu BYTES             largest datagram, 64 to 255 (default 255)\n"
	"  --sensor-hz N           calls of the sensor hook a second, 0 to 1000 (default 0)\n"
	"  --sensor-file FILE      samples, a line each (default: a waveform)\n"
	"  --hang-channel N        reading that sensor channel never returns\n"
	"  --board NAME            as the device reports it (default linux)\n"
	"  --watchdog SECONDS      reset when a turn takes longer, 0 = never (default 5)\n"
	"  --parent PID            end when that process, which started this one, has ended\n"
	"\n"
	"SIGUSR1 prints the device's own assignment as a line of JSON; SIGTERM and SIGINT end it.\n";

static uint32_t parse_number(const struct number_option *option, const char *text)
{
	char *end = NULL;
	errno = 0;
	const unsigned long long value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != 0 || errno != 0 || value < option->min ||
		value > option->max) {
		host_fail("Cannot use %s %s: an integer from %u to %u required", option->name, text,
			(unsigned)option->min, (unsigned)option->max);
	}
	return (uint32_t)value;
}

static const char **text_at(struct host_options *options, size_t offset)
{
	return (const char **)(void *)((uint8_t *)options + offset);
}

static void take(struct host_options *options, const char *name, const char *value)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (strcmp(name, texts[i].name) == 0) {
			*text_at(options, texts[i].offset) = value;
			return;
		}
	}
	for (size_t i = 0; i < COUNT(numbers); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			const uint32_t number = parse_number(&numbers[i], value);
			memcpy((uint8_t *)options + numbers[i].offset, &number, sizeof(number));
			return;
		}
	}
	host_fail("Cannot use %s: there is no such option; --help lists them", name);
}

struct host_options host_options_read(int argc, char **argv)
{
	struct host_options options = defaults;
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0) {
			(void)fputs(help, stdout);
			exit(EXIT_SUCCESS);
		}
		if (i + 1 == argc) {
			host_fail("Cannot use %s: a value required", argv[i]);
		}
		take(&options, argv[i], argv[i + 1]);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (texts[i].required && *text_at(&options, texts[i].offset) == NULL) {
			host_fail("Cannot start without %s; --help lists the options", texts[i].name);
		}
	}
	if (options.flash_unit_bytes % FEMTO_FLASH_WRITE_BYTES != 0) {
		host_fail("Cannot use --flash-unit-bytes %u: a multiple of %u required",
			(unsigned)options.flash_unit_bytes, FEMTO_FLASH_WRITE_BYTES);
	}
	return options;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_key(const char *text, uint8_t key[KEY_BYTES])
{
	for (size_t i = 0; i < KEY_BYTES; i++) {
		const int high = digit_value(text[2u * i]);
		const int low = digit_value(text[2u * i + 1u]);
		if (high < 0 || low < 0) {
			return false;
		}
		key[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

void host_key_read(const char *path, uint8_t key[KEY_BYTES])
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		host_fail("Cannot read key %s: %s", path, strerror(errno));
	}
	char text[KEY_DIGITS + 2u]; /* one more than a line, so that a longer one shows */
	const size_t size = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	const bool is_line =
		size == KEY_DIGITS || (size == KEY_DIGITS + 1u && text[KEY_DIGITS] == '\n');
	if (!is_line || !parse_key(text, key)) {
		host_fail("Cannot read key %s: one line of 64 hex digits in lower case required", path);
	}
}
