/* What the command line says. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdint.h>

struct host_options {
	const char *id;            /* [a-z0-9-]{1,23}; checked by femto_init */
	const char *bridge;        /* HOST:PORT */
	const char *board;         /* 1 to 23 bytes; checked by femto_init */
	const char *key_file;      /* device key */
	const char *root_key_file; /* public key of the fleet root */
	const char *flash_file;    /* made when there is none */
	const char *sensor_file;   /* NULL = waveform */
	uint32_t flash_units;      /* erase units of the flash */
	uint32_t flash_unit_bytes; /* bytes of one */
	uint32_t mtu_bytes;        /* largest datagram, both ways */
	uint32_t sensor_hz;        /* calls of the sensor hook a second, 0 = none */
	uint32_t hang_channel;     /* reading it never returns; HOST_NO_CHANNEL = none */
	uint32_t watchdog_seconds; /* 0 = none */
	uint32_t parent;           /* pid of the process to end with, 0 = none */
};

/* Reads the options. Prints the mistake, or the help, and exits, when there is one. */
struct host_options host_options_read(int argc, char **argv);

/* Reads a file of one line of 64 hex digits; fails when it is none. */
void host_key_read(const char *path, uint8_t key[32]);

#endif
