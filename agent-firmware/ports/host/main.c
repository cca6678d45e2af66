/* The port `host`: one device as a Linux process. docs/reference/host-port.md says how to use it. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "femto.h"
#include "flash.h"
#include "options.h"
#include "sensor.h"
#include "ports/common/show.h"
#include "show.h"
#include "udp.h"
#include "watchdog.h"

#define FIRMWARE "host-1"
#define SENSOR_CHANNEL 0u         /* what the sensor hook is called with */
#define SENSOR_RATE_DEFAULT 10u   /* samples a second when the hook is not called */
#define DATAGRAMS_PER_TURN 32u    /* so that a flood does not keep the timers waiting */
#define POLL_MAX_MS 3600000u

struct device {
	struct host_options options;
	struct host_flash flash;
	struct host_sensor sensor;
	struct show show; /* what has been printed last */
	uint64_t booted_ms;   /* monotonic time of boot */
	uint64_t next_sample; /* number of the sample that the hook is called with next */
	int udp;              /* socket */
	int signals;          /* signalfd */
	struct femto_port port;
	struct femto femto;
};

static uint64_t monotonic_ms(void)
{
	struct timespec time;
	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) {
		host_fail("Cannot read the clock: %s", strerror(errno));
	}
	return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

static uint64_t now_ms(const struct device *device)
{
	return monotonic_ms() - device->booted_ms;
}

/* --- Port */

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	const struct device *device = context;
	host_udp_send(device->udp, datagram, size);
	return FEMTO_PORT_OK;
}

static uint32_t port_random(void *context)
{
	(void)context;
	uint32_t word = 0;
	if (getrandom(&word, sizeof(word), 0) != (ssize_t)sizeof(word)) {
		host_fail("Cannot get a random number: %s", strerror(errno));
	}
	return word;
}

static enum femto_port_err port_flash_read(
	void *context, uint32_t address, uint8_t *data, size_t size)
{
	const struct device *device = context;
	return host_flash_read(&device->flash, address, data, size);
}

static enum femto_port_err port_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	const struct device *device = context;
	return host_flash_program(&device->flash, address, data, size);
}

static enum femto_port_err port_flash_erase(void *context, uint32_t unit)
{
	const struct device *device = context;
	return host_flash_erase(&device->flash, unit);
}

static enum femto_port_err port_sensor_read(void *context, uint32_t channel, int32_t *value)
{
	const struct device *device = context;
	const uint64_t number = host_sensor_number(&device->sensor, now_ms(device));
	return host_sensor_read(&device->sensor, number, channel, value);
}

static struct femto_port port_of(struct device *device)
{
	struct femto_port port = {.context = device, .flash = device->flash.geometry};
	port.send = port_send;
	port.random = port_random;
	port.flash_read = port_flash_read;
	port.flash_program = port_flash_program;
	port.flash_erase = port_flash_erase;
	port.sensor_read = port_sensor_read;
	return port;
}

/* --- Boot */

/* FNV-1a over the program itself: another build, another id. Little endian. */
static void read_build_id(uint8_t build_id[8])
{
	FILE *program = fopen("/proc/self/exe", "re");
	if (program == NULL) {
		host_fail("Cannot read the program: %s", strerror(errno));
	}
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	uint8_t chunk[4096];
	size_t size = fread(chunk, 1, sizeof(chunk), program);
	while (size > 0) {
		for (size_t i = 0; i < size; i++) {
			hash = (hash ^ chunk[i]) * UINT64_C(0x100000001b3);
		}
		size = fread(chunk, 1, sizeof(chunk), program);
	}
	(void)fclose(program);
	for (size_t i = 0; i < 8u; i++) {
		build_id[i] = (uint8_t)(hash >> (8u * i));
	}
}

static struct femto_config config_of(const struct host_options *options)
{
	struct femto_config config = {
		.firmware = FIRMWARE,
		.board = options->board,
		.mtu_bytes = (uint16_t)options->mtu_bytes,
	};
	if (strlen(options->id) > FEMTO_DEVICE_ID_MAX) {
		host_fail("Cannot use --id %s: [a-z0-9-]{1,23} required", options->id);
	}
	memcpy(config.device_id, options->id, strlen(options->id));
	host_key_read(options->key_file, config.device_key);
	host_key_read(options->root_key_file, config.root_key);
	read_build_id(config.build_id);
	return config;
}

/* Signals come as data, between two turns; they wait until then. */
static int open_signals(void)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGUSR1);
	const int file = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (file < 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
		signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
		host_fail("Cannot receive signals: %s", strerror(errno));
	}
	return file;
}

/* Compared afterwards: the parent may have ended before the request. */
static void end_with(uint32_t parent)
{
	if (parent != 0 &&
		(prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != (pid_t)parent)) {
		host_fail("Cannot end with process %u: it is not the parent", (unsigned)parent);
	}
}

static void print(const char *text)
{
	(void)fputs(text, stdout);
}

static void boot(struct device *device, int argc, char **argv)
{
	device->signals = open_signals();
	const struct host_options options = host_options_read(argc, argv);
	end_with(options.parent);
	const uint32_t resets = host_watchdog_open(argv, options.watchdog_seconds);
	const struct femto_flash_geometry geometry = {options.flash_unit_bytes, options.flash_units};
	struct femto_config config = config_of(&options);
	/* only the watchdog executes the program again, so every start after the first is its doing */
	config.reset_cause = resets > 0 ? FEMTO_RESET_WATCHDOG : FEMTO_RESET_OTHER;
	device->options = options;
	device->udp = host_udp_open(options.bridge);
	device->flash = host_flash_open(options.flash_file, geometry);
	device->sensor = host_sensor_open(options.sensor_file,
		options.sensor_hz == 0 ? SENSOR_RATE_DEFAULT : options.sensor_hz, options.hang_channel);
	device->port = port_of(device);
	device->booted_ms = monotonic_ms();
	host_watchdog_start();
	const enum femto_err error = femto_init(&device->femto, &device->port, &config, 0);
	host_watchdog_stop();
	if (error != FEMTO_OK) {
		host_fail("Cannot boot: femto_init returned %d (%s)", (int)error,
			error == FEMTO_ERR_CONFIG ? "id or board breaks its rule" : "flash");
	}
	(void)printf("start id=%s pid=%ld board=%s firmware=%s mtu=%u watchdogResets=%u "
				 "accepted=%" PRIu64 "\n",
		options.id, (long)getpid(), options.board, FIRMWARE, (unsigned)options.mtu_bytes,
		(unsigned)resets, femto_get_accepted_generation(&device->femto));
	device->show.text = print;
	device->show.generation = femto_get_accepted_generation(&device->femto);
}

/* --- Event loop */

static void receive(struct device *device)
{
	uint8_t datagram[FEMTO_DATAGRAM_BYTES];
	for (uint32_t i = 0; i < DATAGRAMS_PER_TURN; i++) {
		const ssize_t size =
			host_udp_receive(device->udp, datagram, device->options.mtu_bytes);
		if (size < 0) {
			return;
		}
		femto_feed(&device->femto, datagram, (size_t)size, now_ms(device));
	}
}

/* Calls the sensor hook when it is due; what was missed is skipped. Returns when it is due next. */
static uint64_t sample(struct device *device)
{
	if (device->options.sensor_hz == 0) {
		return FEMTO_NEVER;
	}
	const uint64_t now = now_ms(device);
	if (host_sensor_time_ms(&device->sensor, device->next_sample) <= now) {
		const uint64_t number = host_sensor_number(&device->sensor, now);
		int32_t value = 0;
		if (host_sensor_read(&device->sensor, number, SENSOR_CHANNEL, &value) == FEMTO_PORT_OK) {
			femto_hook_sensor(&device->femto, SENSOR_CHANNEL, value, now);
		}
		device->next_sample = number + 1u;
	}
	return host_sensor_time_ms(&device->sensor, device->next_sample);
}

/* Everything that is due. Returns when the next turn is due at the latest. */
static uint64_t turn(struct device *device)
{
	host_watchdog_start();
	receive(device);
	const uint64_t sample_ms = sample(device);
	const uint64_t deadline_ms = femto_poll(&device->femto, now_ms(device));
	show_changes(&device->show, &device->femto);
	host_watchdog_stop();
	return sample_ms < deadline_ms ? sample_ms : deadline_ms;
}

static void wait_until(const struct device *device, uint64_t deadline_ms)
{
	struct pollfd files[] = {
		{.fd = device->udp, .events = POLLIN},
		{.fd = device->signals, .events = POLLIN},
	};
	const uint64_t now = now_ms(device);
	uint64_t left_ms = deadline_ms > now ? deadline_ms - now : 0;
	left_ms = left_ms < POLL_MAX_MS ? left_ms : POLL_MAX_MS;
	if (poll(files, sizeof(files) / sizeof(files[0]), (int)left_ms) < 0 && errno != EINTR) {
		host_fail("Cannot wait: %s", strerror(errno));
	}
}

/* Returns false when the process shall end. */
static bool take_signals(const struct device *device)
{
	struct signalfd_siginfo info;
	while (read(device->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGUSR1) {
			return false;
		}
		host_show_assignment(device->options.id, &device->femto);
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct device device;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	boot(&device, argc, argv);
	do {
		wait_until(&device, turn(&device));
	} while (take_signals(&device));
	(void)puts("stop");
	return EXIT_SUCCESS;
}
