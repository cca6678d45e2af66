/* What the files of the agent call from one another. Not part of the API. */
#ifndef FEMTO_PARTS_H
#define FEMTO_PARTS_H

#include "femto.h"

#include "core/vm/image.h"
#include "core/vm/run.h"

/* Hooks and helpers of this firmware. */
#define FEMTO_HOOKS_OFFERED {HOOK_TIMER, HOOK_MESSAGE, HOOK_SENSOR}
#define FEMTO_HOOKS_OFFERED_COUNT 3u
#define FEMTO_HELPERS_OFFERED                                                            \
	(1u << HELPER_LOG | 1u << HELPER_NOW | 1u << HELPER_KV_GET | 1u << HELPER_KV_PUT | \
		1u << HELPER_PUBLISH | 1u << HELPER_SENSOR_READ | 1u << HELPER_PARAMETER)

/* --- table.c */

/* Adds one to a counter; saturates. */
void femto_count(struct femto *f, enum femto_counter counter);
uint64_t femto_earlier(uint64_t a, uint64_t b);
/* Slot of the container with `local_id`, FEMTO_NO_SLOT = none. */
uint8_t femto_find_container(const struct femto *f, uint32_t local_id);
/* The grant of `tenant` that the document names, NULL = none. */
struct femto_tenant *femto_find_tenant(struct femto *f, uint32_t tenant);
/* Whether the SHA-256 of `object` begins with `digest`. */
bool femto_is_named(struct cbor_view object, const uint8_t *digest, size_t digest_bytes);
/* Later again, each time twice as late. */
void femto_pause(struct femto_wait *wait, uint64_t now_ms);

/* --- transmit.c */

/* Sends what the client has to send. */
void femto_flush(struct femto *f, uint64_t now_ms);
/* Publishes with QoS 0 at once; false = it did not leave. */
bool femto_send(struct femto *f, uint8_t topic, const uint8_t *data, size_t size, uint64_t now_ms);

/* --- head.c */

void femto_on_head(struct femto *f, struct cbor_view object, uint64_t now_ms);
/* Whether a head waits for the end of what the gateway has buffered. */
bool femto_is_settling(const struct femto *f, uint64_t now_ms);

/* --- document.c */

/* Takes over a document (a view that outlives the call). 0 or a REFUSAL_…: nothing changed. */
uint8_t femto_apply_document(struct femto *f, struct cbor_view bytes, uint64_t now_ms);
/* At boot: the document of the last boot is in force until a newer head comes. */
void femto_take_over_document(struct femto *f, uint64_t now_ms);
/* Whether femto_apply_document would take it. */
uint8_t femto_check_document(struct cbor_view bytes, struct proto_document *document);

/* --- pull.c */

/*
 * Begins to fetch to f->object + `base`; an object that is being fetched already goes on. `size` 0
 * = not known. What begins overwrites the buffer.
 */
void femto_pull_begin(struct femto *f, enum femto_object object, uint8_t index,
	const uint8_t *digest, size_t base, size_t size);
void femto_pull_stop(struct femto *f);
void femto_on_block(struct femto *f, struct cbor_view payload);
/* Sends the requests that are due. */
void femto_pull_poll(struct femto *f, uint64_t now_ms);
uint64_t femto_pull_deadline(const struct femto *f);
/* The pulled bytes. */
struct cbor_view femto_pulled(const struct femto *f);
/* Forgets the bytes: they are the wrong ones. */
void femto_pull_restart(struct femto *f);

/* --- reconcile.c */

/* Takes at most one step towards the document; sets f->reconcile when there is another. */
void femto_reconcile(struct femto *f, uint64_t now_ms);
uint64_t femto_reconcile_deadline(const struct femto *f, uint64_t now_ms);

/* --- fetched.c */

/* The pull is complete: checks the digest and hands the bytes on. */
void femto_finish_pull(struct femto *f, uint64_t now_ms);
/* The object being fetched is no good, or not there: later again, each time twice as late. */
void femto_postpone(struct femto *f, uint8_t reason, uint64_t now_ms);

/* --- accept.c */

/* Checks a grant and keeps it. 0 or a REFUSAL_…. */
uint8_t femto_accept_grant(struct femto *f, uint8_t tenant_slot, struct cbor_view object);
/*
 * Checks a statement for a container that shall run with `spec` and fills f->candidate. 0 or a
 * REFUSAL_…; REFUSAL_OBJECT_UNAVAILABLE = the grant is not there yet.
 */
uint8_t femto_accept_statement(
	struct femto *f, uint8_t slot, const struct femto_spec *spec, struct cbor_view object);

/* --- install.c */

/* What an image or container was refused for. */
struct femto_refused {
	uint8_t reason;       /* 0 = accepted */
	uint16_t instruction; /* FEMTO_NO_INSTRUCTION = none */
};

/*
 * Checks the image of f->candidate, behind the statement in the object buffer, keeps it as a new
 * generation and attaches it, on trial, in place of what its container ran. On refusal what ran
 * before goes on, unless it had to make room.
 */
struct femto_refused femto_install_new(
	struct femto *f, const struct femto_spec *spec, size_t image_bytes, uint64_t now_ms);

/*
 * Reads a generation from the store, checks it again and attaches it. `generation` must be the
 * current or the previous one of the container. Its standing stays when nothing about it changes,
 * else it goes on trial. REFUSAL_DIGEST_MISMATCH = it is not there, or not what `spec` names;
 * REFUSAL_OBJECT_UNAVAILABLE = its grant is not there yet.
 */
struct femto_refused femto_install_stored(struct femto *f, uint8_t slot,
	const struct femto_spec *spec, uint32_t generation, uint64_t now_ms);

/* --- load.c */

/* An image in the arena that is not attached yet. */
struct femto_loaded {
	uint16_t arena_at;
	uint16_t arena_bytes;
	uint16_t text_count;
	uint16_t rodata_bytes;
	uint16_t data_bytes;
	uint16_t stack_bytes;
	uint8_t parameter_count;
	uint16_t entries[FEMTO_HOOKS_PER_CONTAINER_MAX];
	int32_t parameters[FEMTO_PARAMETERS_MAX];
};

/* Checks an image against f->candidate and `spec`, expands it into the arena, verifies it. */
struct femto_refused femto_load(struct femto *f, const struct femto_spec *spec,
	struct cbor_view image, struct femto_loaded *loaded);

/* --- arena.c */

/* Offset of `size` bytes, a multiple of 8; -1 = no room. */
int32_t femto_arena_take(struct femto *f, size_t size);
/* Gives back bytes; what lies behind moves down. */
void femto_arena_give(struct femto *f, uint16_t at, uint16_t size);
uint8_t *femto_arena_bytes(struct femto *f, uint16_t at);
uint32_t femto_arena_free(const struct femto *f);
/* Stops a container and frees its memory. */
void femto_detach(struct femto *f, struct femto_container *container);

/* --- engine.c */

/* Sorts the attachments by order, tenant, name. */
void femto_sort_attachments(struct femto *f);
void femto_run_timers(struct femto *f, uint64_t now_ms);
uint64_t femto_timers_deadline(const struct femto *f);
/* A message for a container: first byte = local id. */
void femto_on_input(struct femto *f, struct cbor_view payload, uint64_t now_ms);
/* Around what only a container does; a helper ends the span of its port, and begins it again. */
void femto_protect_begin(struct femto *f);
void femto_protect_end(const struct femto *f);

/* --- helpers.c */

/* Context of the helpers of one run. */
struct femto_call {
	struct femto *f;
	struct femto_container *container;
	struct bpf_vm *vm;
	uint64_t now_ms;
};

enum bpf_status femto_call(
	void *context, uint32_t number, uint64_t arguments[5], uint64_t *result);

/* --- kv.c */

int32_t femto_kv_get(const struct femto *f, const struct femto_container *container,
	uint64_t scope, uint32_t key, int64_t *value);
int32_t femto_kv_put(struct femto *f, const struct femto_container *container, uint64_t scope,
	uint32_t key, int64_t value);
/* Forgets the local numbers of a container. */
void femto_kv_forget(struct femto *f, uint8_t local_id);

/* --- outbox.c */

/* Keeps a publication until the link takes it; false = no room, or no link. */
bool femto_outbox_put(
	struct femto *f, uint8_t topic, uint8_t qos, const uint8_t *data, size_t size);
void femto_outbox_poll(struct femto *f, uint64_t now_ms);
bool femto_outbox_is_empty(const struct femto *f);
/* Forgets what waits for a topic. */
void femto_outbox_forget(struct femto *f, uint8_t topic);

/* --- report.c, report_build.c */

/* Something changed: the next report is due at once. */
void femto_report_soon(struct femto *f, uint64_t now_ms);
void femto_report_poll(struct femto *f, uint64_t now_ms);
/* The slice in flight has arrived. */
void femto_report_acknowledged(struct femto *f, uint64_t now_ms);
/* Gives up the report that is being sent; the next one comes when it is due. */
void femto_report_drop(struct femto *f);
/* Everything that changed has been reported. */
bool femto_report_is_idle(const struct femto *f);
uint64_t femto_report_deadline(const struct femto *f);
/* Seconds until the next report when nothing changes. */
uint32_t femto_report_period(const struct femto *f);
/* Builds the next report in the buffer; `is_news` = a container has changed. */
void femto_report_build(struct femto *f, bool is_news);
/* Whether the last inventory the controller has is out of date, for longer than a moment. */
bool femto_report_owes_inventory(const struct femto *f);

/* --- keep.c, mark.c: what survives a reboot */

/* Opens the store and counts the boot. False = the flash does not work. */
bool femto_keep_open(struct femto *f);
/*
 * Makes the joined parts the value of `key`, at the cost of the spare document when there is no
 * room. A store that fails is counted; a full one is an ordinary outcome.
 */
bool femto_keep(
	struct femto *f, const struct store_key *key, const struct store_part *parts, size_t count);
/* Flash that something new may take. */
uint32_t femto_free_flash(const struct femto *f);
/* The place of a document that is not in force: a new one goes there. */
uint8_t femto_spare_place(const struct femto *f);
/* Keeps the document together with the accepted generation: the one in this place is in force. */
bool femto_keep_document(struct femto *f, uint8_t place, struct cbor_view document);
/*
 * Reads the document of a place and its generation into the object buffer; without bytes, and 0,
 * when there is none.
 */
struct cbor_view femto_read_document(struct femto *f, uint8_t place, uint64_t *generation);
bool femto_keep_grant(struct femto *f, uint32_t tenant, struct cbor_view grant);
/* Bytes of a grant in `out`, 0 = none. */
size_t femto_read_grant(struct femto *f, uint32_t tenant, uint8_t *out, size_t capacity);
bool femto_keep_install(struct femto *f, uint8_t local_id, uint32_t generation,
	struct cbor_view statement, struct cbor_view image);
/* Reads an install into the object buffer, statement first; false = there is none. */
bool femto_read_install(struct femto *f, uint8_t local_id, uint32_t generation,
	size_t *statement_bytes, size_t *image_bytes);
void femto_forget_install(struct femto *f, uint8_t local_id, uint32_t generation);
/* One generation as the store remembers it. */
struct femto_kept {
	uint32_t generation; /* 0 = none */
	uint8_t standing;    /* FEMTO_STANDING_… */
	struct femto_spec spec;
};

/* Which generation of a container runs, how it stands, and what there is to go back to. */
struct femto_mark {
	struct femto_kept current;
	struct femto_kept previous; /* may have the number of `current`, with another spec */
	struct femto_barred barred;
	uint8_t resets;
	bool link_worked;
};

bool femto_keep_mark(struct femto *f, uint8_t local_id, const struct femto_mark *mark);
/* False = there is none, or it can't be read. */
bool femto_read_mark(struct femto *f, uint8_t local_id, struct femto_mark *mark);
/* Removes everything about a container but its floor. */
void femto_forget_container(struct femto *f, const struct femto_container *container);
uint32_t femto_read_floor(struct femto *f, const struct femto_contract *contract);
bool femto_keep_floor(struct femto *f, const struct femto_contract *contract);

/* --- generation.c: which generations of a container there are */

/*
 * Makes (`generation`, `spec`, `standing`) the current one of the container, in the store first and
 * then in RAM. Of what it had before, the better one stays to go back to. False = the store did not
 * take it: nothing has changed.
 */
bool femto_take_generation(struct femto *f, struct femto_container *container,
	uint32_t generation, const struct femto_spec *spec, uint8_t standing);
/* Keeps standing, resets and what is barred of a container. */
bool femto_keep_standing(struct femto *f, const struct femto_container *container);
/*
 * When all that is wanted of the current generation is another fault policy, or other runs or time
 * before it is confirmed: these hold from now on, also after a reboot. What runs is not touched: it
 * stays confirmed, or on the same trial. A generation that was given up stays as it was.
 */
void femto_take_policy(struct femto *f, struct femto_container *container);
/* Exchanges current and previous generation; false = there is no previous one. */
bool femto_exchange(struct femto *f, struct femto_container *container);
/* Fills what is kept of a container; nothing there leaves generation 0. */
void femto_recall(struct femto *f, struct femto_container *container);
/* Drops what a power failure left in the store and nothing refers to. */
void femto_sweep(struct femto *f);

/* --- trial.c */

void femto_trial_begin(struct femto *f, struct femto_container *container, uint64_t now_ms);
/* Confirms every trial that has earned it, gives up those that a dead link speaks against. */
void femto_trial_poll(struct femto *f, uint64_t now_ms);
uint64_t femto_trial_deadline(const struct femto *f);
/* A run ended with a fault; may detach the container. */
void femto_on_fault(struct femto *f, struct femto_container *container, uint8_t cause,
	uint16_t pc, uint64_t now_ms);
/* The watchdog has reset the device: counts that for all on trial. */
void femto_on_watchdog_reset(struct femto *f, uint64_t now_ms);
/* What a container went back to is not allowed to run either: it stops. */
void femto_quarantine(struct femto *f, struct femto_container *container, uint64_t now_ms);
/* Changes the state and what the report says of a refusal; reports soon when they differ. */
void femto_set_state(struct femto *f, struct femto_container *container, uint8_t state,
	struct femto_refused refused, uint64_t now_ms);

/* --- sleep.c */

void femto_sleep_poll(struct femto *f, uint64_t now_ms);
uint64_t femto_sleep_deadline(const struct femto *f, uint64_t now_ms);

#endif
