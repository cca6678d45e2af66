/*
 * One device with its flash, and a scripted peer: gateway, controller and image server in one. Time
 * is virtual and jumps from deadline to deadline.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include "femto.h"
#include "tests/support/fake_flash.h"
#include "tests/support/fleet.h"

#define PEER_QUEUE 64u
#define PEER_UNIT_BYTES 4096u
#define PEER_UNITS 8u
#define PEER_REPORT_BYTES 2048u
#define PEER_CONTAINERS 8u

/* What a datagram is about. */
enum peer_air {
	PEER_AIR_HEAD,
	PEER_AIR_BLOCK,
	PEER_AIR_REPORT,
	PEER_AIR_OTHER,
};
#define PEER_AIR_KINDS 4u

/* The newest report that arrived whole. */
struct peer_report {
	uint32_t count; /* whole reports so far */
	uint32_t sequence;
	uint64_t accepted_generation;
	uint32_t next_report_seconds;
	bool has_inventory;
	uint32_t containers;
	uint8_t state[32];             /* by local id, 0 = not in the report */
	uint8_t digest_byte[32];       /* first byte of the statement digest */
	uint8_t reason[32];            /* by local id */
	uint16_t instruction[32];      /* by local id */
};

struct peer_datagram {
	uint8_t bytes[255];
	size_t size;
	uint64_t at_ms; /* when it arrives at the device */
};

struct peer {
	struct fleet fleet;
	struct femto femto;
	struct femto_port port;
	uint64_t now_ms;
	struct fake_flash flash;
	enum femto_reset reset_cause; /* of the next boot */
	/* link */
	struct peer_datagram queue[PEER_QUEUE];
	size_t queued;
	uint32_t lose_every;  /* every n-th datagram of both ways is lost; 0 = none */
	uint32_t passed;      /* datagrams since the start */
	uint32_t sent;        /* datagrams of the device */
	uint32_t air[PEER_AIR_KINDS]; /* bytes of datagrams both ways, acknowledgements with them */
	bool without_ids;     /* the gateway knows no predefined ids */
	bool keeps_pubacks;   /* the gateway acknowledges no publication */
	bool is_down;         /* the gateway says nothing */
	bool is_asleep;       /* the device is: it gets nothing but answers */
	uint32_t sleep_seconds; /* that it announced last */
	uint16_t registered;  /* last normal id */
	char names[16][32];   /* topics by normal id */
	bool head_pending;    /* the head is to be delivered, until acknowledged */
	uint64_t head_due_ms;
	uint16_t message_id;
	/* what arrived */
	uint8_t slices[PEER_REPORT_BYTES];
	uint32_t slice_report;
	uint64_t slice_seen;
	size_t slice_bytes;
	struct peer_report report;
	uint8_t published[64]; /* last publication of a container or log line */
	size_t published_bytes;
	uint32_t publications;
	uint32_t blocks_served;
};

void peer_init(struct peer *peer);
/* The same with a flash of `units` erase units of `unit_bytes`, in which each byte reads `fill`. */
void peer_init_flash(struct peer *peer, uint32_t unit_bytes, uint32_t units, uint8_t fill);
/* A device that boots with this flash. */
void peer_boot(struct peer *peer);
/* Delivers the fleet's head, again until it is acknowledged. */
void peer_publish_head(struct peer *peer);
/* A message for f/<device>/i. */
void peer_send_input(struct peer *peer, const uint8_t *data, size_t size);
/* Any datagram. */
void peer_send_raw(struct peer *peer, const uint8_t *data, size_t size);
/* Lets time pass. */
void peer_run(struct peer *peer, uint64_t milliseconds);
/* Lets time pass until the newest report shows this state; false = not within the time. */
bool peer_run_until(struct peer *peer, uint8_t local_id, uint8_t state, uint64_t milliseconds);

#endif
