/*
 * What one device remembers in RAM. Only the files of core/agent read or write the members; others
 * use the calls of femto.h and see the type so that they can reserve memory for it.
 */
#ifndef FEMTO_STATE_H
#define FEMTO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "femto_config.h"
#include "femto_port.h"
#include "generated/proto.h"
#include "generated/tables.h"
#include "mqttsn/mqttsn.h"
#include "store/store.h"

#define FEMTO_DIGEST_BYTES 16u
#define FEMTO_BLOCK_DIGEST_BYTES 4u /* bytes of a digest in a block */
#define FEMTO_NAME_MAX 23u
#define FEMTO_NO_SLOT 0xffu
#define FEMTO_NO_INSTRUCTION 0xffffu
#define FEMTO_TEXT_MAX 48u /* bytes of a log line or publication of a container */
#define FEMTO_OUTGOING_MAX (FEMTO_TEXT_MAX + 1u) /* a log line has a local id before it */
#define FEMTO_PULL_BLOCKS_MAX 64u
#define FEMTO_FAULT_SPANS 6u /* the newest is not over yet */

/* One hook a container is to be attached to. */
struct femto_hook_spec {
	uint16_t hook;      /* hook id */
	uint16_t order;     /* lower runs earlier */
	uint32_t period_ms; /* timer only, else 0 */
};

/* Pause before an object is asked for again. */
struct femto_wait {
	uint64_t until_ms; /* not before; 0 = now */
	uint8_t fails;     /* pauses in a row, each twice as long as the one before */
};

/* What a document says of one container; unused bytes are 0, so that two can be compared. */
struct femto_spec {
	uint8_t digest[FEMTO_DIGEST_BYTES]; /* of the statement */
	struct femto_hook_spec hooks[FEMTO_HOOKS_PER_CONTAINER_MAX];
	int32_t parameters[FEMTO_PARAMETERS_MAX];
	uint32_t instructions_per_run; /* 0 = what the statement says */
	uint32_t min_runs;             /* runs before it can be confirmed */
	uint32_t min_ready_seconds;    /* time without fault before it can be confirmed */
	uint16_t max_faults;           /* faults that are tolerated */
	uint8_t action;                /* FAULT_ACTION_… */
	uint8_t hook_count;
	uint8_t parameter_count;
	uint8_t reserved[3];           /* 0 */
};

/* What a container really gets: grant, statement and document intersected. */
struct femto_contract {
	uint64_t helpers;          /* a bit each */
	uint32_t budget;           /* instructions of one run */
	uint32_t tenant;           /* tenant id */
	uint32_t sequence;         /* of the statement */
	uint32_t floor;            /* takes effect when confirmed; 0 = none */
	uint8_t name_size;         /* bytes of name */
	char name[FEMTO_NAME_MAX]; /* of the container */
};

/* What was given up, and is not tried again before the next desiredGeneration. */
struct femto_barred {
	uint64_t generation;  /* desiredGeneration in force at that time, 0 = nothing is barred */
	uint16_t instruction; /* index of the last fault, FEMTO_NO_INSTRUCTION = none */
	uint8_t reason;       /* REFUSAL_… */
};

/* How a generation stands; a higher one is the better one to go back to. */
#define FEMTO_STANDING_GIVEN_UP 0u
#define FEMTO_STANDING_TRIAL 1u
#define FEMTO_STANDING_CONFIRMED 2u

/* One container that the document names, or a free slot. Never moves while it is assigned. */
struct femto_container {
	uint8_t local_id;    /* 1 to 31, 0 = free slot */
	uint8_t state;       /* CONTAINER_… */
	uint8_t reason;      /* of the refusal, 0 = none */
	bool attached;       /* its hooks run it; `active`, `contract` and the code are valid */
	bool restore;        /* `generation` is to be attached again as it was, from the store */
	bool shown;          /* a report that shows this trial is acknowledged in full */
	bool link_worked;    /* when `generation` was activated */
	uint8_t standing;    /* of `generation`, FEMTO_STANDING_… */
	uint8_t previous_standing; /* of `previous` */
	uint8_t resets;      /* by the watchdog while it was on trial */
	uint16_t instruction;           /* of the refusal, FEMTO_NO_INSTRUCTION = none */
	uint16_t arena_at;              /* first byte in the arena: text, rodata, data, bss */
	uint16_t arena_bytes;           /* 0 = holds no memory */
	uint16_t text_count;            /* instructions */
	uint16_t rodata_bytes;
	uint16_t data_bytes;            /* data and bss */
	uint16_t stack_bytes;
	uint16_t entries[FEMTO_HOOKS_PER_CONTAINER_MAX]; /* first instruction per active hook */
	uint8_t parameter_count;        /* parameters the image has */
	uint8_t fault_cause;            /* of the last fault, 0 = none */
	uint16_t fault_pc;              /* of the last fault */
	uint32_t generation;            /* numbered install that `active` names, 0 = none yet */
	uint32_t previous;              /* the one before it, also in the store; 0 = none */
	uint32_t runs;                  /* without a fault, since attached; saturates */
	uint32_t faults;                /* that the policy counts */
	uint64_t instructions;          /* since attached */
	uint64_t healthy_since_ms;      /* activation or last fault */
	uint64_t window_since_ms;       /* begin of the newest span of `recent` */
	uint16_t recent[FEMTO_FAULT_SPANS]; /* faults by span of time since confirmed, newest first */
	uint64_t due_ms[FEMTO_HOOKS_PER_CONTAINER_MAX]; /* next run, timer hooks only */
	int32_t parameters[FEMTO_PARAMETERS_MAX];       /* values in force */
	uint8_t previous_digest[FEMTO_DIGEST_BYTES]; /* statement of `previous` */
	uint8_t grant_digest[FEMTO_DIGEST_BYTES]; /* grant the contract comes from */
	struct femto_contract contract;
	struct femto_spec wanted; /* of the newest document */
	struct femto_spec active; /* of the generation that is attached, or was when it ran wild */
	struct femto_wait wait;   /* for its statement or image */
	struct femto_barred barred;
};

/* One grant that the document names. */
struct femto_tenant {
	uint32_t tenant;
	uint8_t digest[FEMTO_DIGEST_BYTES];
	uint8_t reason;      /* why it is refused, 0 = not refused */
	bool held;           /* checked, and in the store */
	uint16_t keys;       /* keys its key-value stores may hold */
	struct femto_wait wait;
};

/* What is being fetched. */
enum femto_object {
	FEMTO_OBJECT_NONE = 0,
	FEMTO_OBJECT_DOCUMENT,
	FEMTO_OBJECT_GRANT,
	FEMTO_OBJECT_STATEMENT,
	FEMTO_OBJECT_IMAGE,
};

/* A block request without an answer yet. */
struct femto_request {
	uint64_t due_ms; /* when it is sent again */
	uint8_t block;   /* number of the block, valid when tries > 0 */
	uint8_t tries;   /* 0 = this entry is free */
};

/* The one object that is being fetched into the object buffer. */
struct femto_pull {
	enum femto_object object;
	uint8_t index;                      /* container or tenant slot it belongs to */
	uint8_t digest[FEMTO_DIGEST_BYTES];
	uint16_t base;                      /* where it begins in the object buffer */
	uint16_t size;                      /* bytes, 0 = not known yet */
	uint16_t limit;                     /* it ends there or before */
	bool size_is_given;                 /* by what named it, not learnt from a block */
	uint8_t block_bytes;                /* of every block but the last */
	bool complete;                      /* all bytes are there */
	bool paused;                        /* nothing is asked for now */
	bool failed;                        /* and that is news: nobody answers, or has it */
	uint64_t received;                  /* a bit per block */
	struct femto_request requests[FEMTO_BLOCKS_OUTSTANDING];
};

/*
 * A statement that was accepted. While its image is on the way the statement stands at the
 * begin of the object buffer, and the image comes behind it.
 */
struct femto_candidate {
	uint8_t index;            /* container slot, FEMTO_NO_SLOT = none */
	uint8_t hook_count;
	uint16_t statement_bytes; /* at the begin of the object buffer */
	uint16_t hooks[PROTO_HOOKS_PER_STATEMENT_MAX];
	uint16_t image_bytes;
	uint16_t stack_bytes;
	uint16_t data_bytes;
	uint8_t digest[FEMTO_DIGEST_BYTES];       /* of the statement */
	uint8_t image_digest[32];
	uint8_t grant_digest[FEMTO_DIGEST_BYTES];
	struct femto_contract contract;
};

/* One number of the key-value stores. */
struct femto_kv_entry {
	int64_t value;
	uint32_t owner; /* local id, tenant id, or 0 */
	uint32_t key;
	uint32_t tenant; /* whose quota it counts against; global: 0 */
	uint8_t scope;  /* KV_… */
	bool used;
};

/* A publication of a container that waits for the link. */
struct femto_outgoing {
	uint8_t topic;  /* of the client */
	uint8_t qos;    /* 0 or 1 */
	uint8_t length; /* bytes; 0 is allowed */
	bool used;
	uint8_t bytes[FEMTO_OUTGOING_MAX];
};

/* The report that is being sent, and when the next one is due. */
struct femto_report {
	uint32_t sequence;      /* number of the last report */
	uint32_t shown;         /* bit per slot: the report shows the trial of that slot */
	uint64_t due_ms;        /* when the next one is due */
	uint64_t inventory_generation; /* reported beside the last inventory */
	uint32_t inventory_ram; /* free RAM of the last inventory */
	uint32_t counters_sum;  /* of the counters last sent */
	uint16_t size;          /* bytes of the object in the buffer, 0 = nothing to send */
	uint8_t part;           /* slice in flight, or next */
	bool in_flight;         /* that slice was handed to the client */
	bool changed;           /* since the report in the buffer was built */
	bool gave_up;           /* of these changes, one is that a generation was given up */
	bool has_inventory;     /* the report carries it */
	bool inventory_sent;    /* acknowledged in this boot */
};

struct femto {
	struct femto_config config;
	const struct femto_port *port;
	struct mqsn_client link;
	struct store store;
	uint32_t boot;                /* number of boots */
	uint32_t links_lost;          /* of the client, that are counted already */
	uint64_t accepted_generation; /* of the head, 0 = none */
	uint8_t head_digest[FEMTO_DIGEST_BYTES];     /* of the document it names */
	uint16_t head_bytes;                         /* size of that document */
	uint64_t document_generation; /* that came with the document in force, 0 = none */
	uint8_t document_place;       /* in the store, of the document in force: 0 or 1 */
	uint8_t document_reason;      /* what keeps the newest document from being followed, 0 = none */
	bool document_refused;        /* for good: only another one helps */
	struct femto_wait document_wait;
	uint8_t input_topic;          /* indices of the client's topics */
	uint8_t head_topic;
	uint8_t block_topic;
	uint8_t request_topic;
	uint8_t report_topic;
	uint8_t log_topic;
	uint8_t container_topics;     /* of slot 0; the others follow */
	uint32_t report_period_seconds;
	uint32_t wake_interval_seconds;
	uint64_t heard_ms;            /* last answer of the gateway; boot before the first */
	uint64_t act_ms;              /* a new head waits until then; FEMTO_NEVER = none waits */
	uint64_t wake_ms;             /* asleep: when to wake */
	uint64_t awake_until_ms;      /* connected: not asleep before */
	bool reconcile;               /* there is a step to take now */
	uint8_t tenant_count;
	uint8_t attachment_count;
	uint16_t arena_used;
	uint8_t attachments[FEMTO_CONTAINERS_MAX * FEMTO_HOOKS_PER_CONTAINER_MAX]; /* in order */
	struct femto_tenant tenants[FEMTO_TENANTS_MAX];
	struct femto_container containers[FEMTO_CONTAINERS_MAX];
	struct femto_candidate candidate;
	struct femto_pull pull;
	uint8_t pulled_digest[FEMTO_BLOCK_DIGEST_BYTES]; /* begin of the digest of the last pull */
	struct femto_report report;
	struct femto_outgoing outbox[FEMTO_OUTBOX_ENTRIES];
	struct femto_kv_entry kv[FEMTO_KV_ENTRIES];
	uint32_t counters[COUNTER_MAX + 1];
	uint64_t stack[FEMTO_STACK_BYTES / 8u];
	uint64_t arena[FEMTO_ARENA_BYTES / 8u];
	uint8_t report_buffer[FEMTO_REPORT_BYTES];
	uint8_t object[FEMTO_OBJECT_BYTES];
};

#endif
