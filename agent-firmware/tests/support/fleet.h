/* The other side of a device for tests: keys, and the objects that a controller would make. */
#ifndef TESTS_FLEET_H
#define TESTS_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cbor/cbor.h"

#define FLEET_OBJECTS_MAX 32u
#define FLEET_OBJECT_BYTES 2560u
#define FLEET_CONTAINERS_MAX 8u
#define FLEET_TENANT 7u
#define FLEET_OTHER_TENANT 9u /* its key is that of the stranger */

/* An object by its digest, as an image server holds it. */
struct fleet_object {
	size_t size;
	uint8_t digest[32];
	uint8_t bytes[FLEET_OBJECT_BYTES];
	bool missing;    /* answered with empty bytes */
	bool is_corrupt; /* its first byte is sent changed */
	size_t surplus;  /* bytes too many, or 0, in its last block */
};

/* What a container is made of; zero fields take what is said behind them. */
struct fleet_container {
	const char *name;
	const uint8_t *text;      /* packed instructions */
	uint16_t text_bytes;
	uint16_t text_count;
	uint8_t local_id;
	uint8_t tenant;           /* 0 = FLEET_TENANT */
	uint16_t hook;            /* 0 = timer */
	uint16_t order;
	uint64_t permissions;     /* helpers of the statement, a bit each */
	uint32_t sequence;
	uint32_t floor;           /* 0 = the statement has none */
	uint32_t instructions;    /* 0 = 1,000 */
	uint32_t limit;           /* of instructions, in the document; 0 = none */
	uint32_t max_faults;
	uint32_t action;          /* 0 = quarantine */
	uint32_t min_ready_seconds;
	uint32_t more_runs;       /* minRuns above what its hook needs */
	int32_t period_ms;        /* 0 = the default of the hook */
	bool forged;              /* signed with the key of the other tenant */
};

struct fleet {
	uint8_t root_secret[64];
	uint8_t root_key[32];
	uint8_t tenant_secret[64];
	uint8_t tenant_key[32];
	uint8_t stranger_secret[64];
	uint8_t stranger_key[32];
	uint8_t device_key[32];
	uint64_t permissions; /* of the grant */
	bool is_revoked;      /* the grant has no keys */
	bool without_grants;  /* the document names none */
	bool is_grant_forged; /* signed with the key of the other tenant */
	const struct fleet_object *statement; /* named for every container, NULL = each its own */
	uint32_t wake_interval_seconds; /* of the document */
	size_t object_count;
	struct fleet_object objects[FLEET_OBJECTS_MAX];
	uint64_t generation; /* of the last head */
	uint8_t head[64];
	size_t head_bytes;
};

void fleet_init(struct fleet *fleet);

/* Makes grant, statements, images and the document of these containers, and a newer head. */
void fleet_assign(struct fleet *fleet, const struct fleet_container *containers, size_t count);

/* Assigns one container with these bytes as its statement. */
void fleet_assign_bytes(
	struct fleet *fleet, const struct fleet_container *container, const uint8_t *statement, size_t size);

/* The statement of a container, made when there is none. */
struct fleet_object *fleet_statement(struct fleet *fleet, const struct fleet_container *container);

/* Seals a head for a document with this digest. */
void fleet_seal_head(struct fleet *fleet, uint64_t generation, const struct fleet_object *document);

/* Adds an object of any bytes; an equal one is found again. */
struct fleet_object *fleet_add(struct fleet *fleet, const uint8_t *bytes, size_t size);

/* The object whose digest begins with these 16 bytes, NULL = none. */
struct fleet_object *fleet_find(struct fleet *fleet, const uint8_t *digest);

#endif
