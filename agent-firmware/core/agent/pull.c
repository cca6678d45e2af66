/* Block pull: fetches one object by its digest, in any order, with few requests outstanding. */
#include "parts.h"

#include <string.h>

/* Datagram bytes around those of a block: PUBLISH, array, digest, offset, head of the string. */
#define BLOCK_OVERHEAD 18u
/*
 * Requests are QoS 0 and cost nobody a session, so they are repeated after 1 s, then every 2 s:
 * what the link loses comes back soon, and who is gone is noticed after a quarter of a minute.
 */
#define REQUEST_TRIES_MAX 8u
#define REQUEST_DOUBLINGS_MAX 1u

_Static_assert(FEMTO_OBJECT_BYTES > PROTO_GRANT_BYTES_MAX + FEMTO_DATAGRAM_BYTES,
	"a last block that is too long stays in the buffer");
_Static_assert(FEMTO_OBJECT_BYTES <= FEMTO_PULL_BLOCKS_MAX * (64u - BLOCK_OVERHEAD),
	"every block of the largest object has a bit at the least MTU");

void femto_pull_stop(struct femto *f)
{
	if (f->pull.object != FEMTO_OBJECT_NONE) {
		memcpy(f->pulled_digest, f->pull.digest, sizeof(f->pulled_digest));
	}
	memset(&f->pull, 0, sizeof(f->pull));
}

/* Greatest size of an object whose size nothing says. */
static uint16_t limit_of(enum femto_object object)
{
	return object == FEMTO_OBJECT_GRANT ? PROTO_GRANT_BYTES_MAX : PROTO_STATEMENT_BYTES_MAX;
}

void femto_pull_begin(struct femto *f, enum femto_object object, uint8_t index,
	const uint8_t *digest, size_t base, size_t size)
{
	struct femto_pull *pull = &f->pull;
	if (pull->object == object && pull->index == index &&
		memcmp(pull->digest, digest, FEMTO_DIGEST_BYTES) == 0) {
		pull->paused = false;
		return;
	}
	femto_pull_stop(f);
	if (object != FEMTO_OBJECT_IMAGE) {
		f->candidate.index = FEMTO_NO_SLOT; /* its statement is overwritten */
	}
	pull->object = object;
	pull->index = index;
	pull->base = (uint16_t)base;
	pull->size = (uint16_t)size;
	pull->size_is_given = size != 0;
	pull->limit = size == 0 ? limit_of(object) : (uint16_t)size;
	memcpy(pull->digest, digest, FEMTO_DIGEST_BYTES);
	const size_t mtu = f->config.mtu_bytes < FEMTO_DATAGRAM_BYTES ? f->config.mtu_bytes
																 : FEMTO_DATAGRAM_BYTES;
	pull->block_bytes = (uint8_t)(mtu - BLOCK_OVERHEAD);
}

/* Number of blocks, as far as is known. */
static uint8_t block_count(const struct femto_pull *pull)
{
	return (uint8_t)((pull->limit + pull->block_bytes - 1u) / pull->block_bytes);
}

static bool is_received(const struct femto_pull *pull, uint8_t block)
{
	return (pull->received >> block & 1u) != 0;
}

static struct femto_request *request_of(struct femto_pull *pull, uint8_t block)
{
	for (size_t i = 0; i < FEMTO_BLOCKS_OUTSTANDING; i++) {
		if (pull->requests[i].tries > 0 && pull->requests[i].block == block) {
			return &pull->requests[i];
		}
	}
	return NULL;
}

static size_t block_length(const struct femto_pull *pull, uint8_t block)
{
	const size_t offset = (size_t)block * pull->block_bytes;
	const size_t left = pull->limit - offset;
	/* with an unknown size a full block says that there is more */
	return pull->size != 0 && left < pull->block_bytes ? left : pull->block_bytes;
}

static void send_request(
	struct femto *f, struct femto_request *request, uint8_t block, uint64_t now_ms)
{
	struct femto_pull *pull = &f->pull;
	const struct proto_block_request message = {
		.digest = {pull->digest, FEMTO_DIGEST_BYTES},
		.offset = (uint32_t)block * pull->block_bytes,
		.length = (uint32_t)block_length(pull, block),
	};
	uint8_t bytes[PROTO_BLOCK_REQUEST_ENCODED_MAX];
	struct cbor_writer writer = cbor_write(bytes, sizeof(bytes));
	if (proto_encode_block_request(&writer, &message) != CBOR_OK) {
		return;
	}
	if (femto_send(f, f->request_topic, bytes, writer.size, now_ms)) {
		request->block = block;
		const uint8_t doublings =
			request->tries < REQUEST_DOUBLINGS_MAX ? request->tries : REQUEST_DOUBLINGS_MAX;
		request->due_ms = now_ms + mqsn_backoff(&f->link, doublings);
		request->tries++;
	}
}

/* The lowest block that is neither there nor asked for, or FEMTO_PULL_BLOCKS_MAX. */
static uint8_t next_block(struct femto_pull *pull)
{
	const uint8_t count = block_count(pull);
	for (uint8_t block = 0; block < count; block++) {
		if (!is_received(pull, block) && request_of(pull, block) == NULL) {
			return block;
		}
	}
	return FEMTO_PULL_BLOCKS_MAX;
}

struct cbor_view femto_pulled(const struct femto *f)
{
	return (struct cbor_view){f->object + f->pull.base, f->pull.size};
}

/* Nothing is outstanding, and what was guessed about the end is forgotten. */
static void drop_requests(struct femto_pull *pull)
{
	memset(pull->requests, 0, sizeof(pull->requests));
	pull->limit = pull->size == 0 ? limit_of(pull->object) : pull->size;
}

void femto_pull_restart(struct femto *f)
{
	struct femto_pull *pull = &f->pull;
	pull->received = 0;
	pull->complete = false;
	pull->size = pull->size_is_given ? pull->size : 0;
	drop_requests(pull);
}

static void give_up(struct femto *f)
{
	drop_requests(&f->pull);
	f->pull.paused = true; /* until the reconciler begins it again */
	f->pull.failed = true;
	f->reconcile = true;
}

void femto_pull_poll(struct femto *f, uint64_t now_ms)
{
	struct femto_pull *pull = &f->pull;
	if (pull->object == FEMTO_OBJECT_NONE || pull->complete || pull->paused ||
		f->link.state != MQSN_STATE_ACTIVE) {
		return;
	}
	for (size_t i = 0; i < FEMTO_BLOCKS_OUTSTANDING; i++) {
		struct femto_request *request = &pull->requests[i];
		if (request->tries > 0 && now_ms < request->due_ms) {
			continue;
		}
		if (request->tries >= REQUEST_TRIES_MAX) {
			give_up(f);
			return;
		}
		const uint8_t block = request->tries > 0 ? request->block : next_block(pull);
		if (block < FEMTO_PULL_BLOCKS_MAX) {
			send_request(f, request, block, now_ms);
		}
	}
}

uint64_t femto_pull_deadline(const struct femto *f)
{
	const struct femto_pull *pull = &f->pull;
	if (pull->object == FEMTO_OBJECT_NONE || pull->complete || pull->paused ||
		f->link.state != MQSN_STATE_ACTIVE) {
		return FEMTO_NEVER;
	}
	uint64_t next = FEMTO_NEVER;
	bool asked = false;
	for (size_t i = 0; i < FEMTO_BLOCKS_OUTSTANDING; i++) {
		if (pull->requests[i].tries > 0) {
			asked = true;
			next = femto_earlier(next, pull->requests[i].due_ms);
		}
	}
	return asked ? next : 0;
}

/* All blocks up to the end are there: so the size is known, too. */
static void check_complete(struct femto *f)
{
	struct femto_pull *pull = &f->pull;
	const uint8_t count = block_count(pull);
	for (uint8_t block = 0; block < count; block++) {
		if (!is_received(pull, block)) {
			return;
		}
	}
	pull->size = pull->size == 0 ? pull->limit : pull->size;
	pull->complete = true;
	f->reconcile = true;
}

/* The object ends at `limit` or before: requests beyond it are void. */
static void lower_limit(struct femto_pull *pull, size_t limit)
{
	pull->limit = (uint16_t)limit;
	const uint8_t count = block_count(pull);
	for (size_t i = 0; i < FEMTO_BLOCKS_OUTSTANDING; i++) {
		if (pull->requests[i].block >= count) {
			pull->requests[i].tries = 0;
		}
	}
}

/*
 * Empty bytes: not available now; or, when the size is not known, a block behind the end. Should
 * that guess be wrong, the digest tells.
 */
static void on_empty(struct femto *f, uint8_t block)
{
	struct femto_pull *pull = &f->pull;
	if (pull->size == 0 && block > 0) {
		lower_limit(pull, (size_t)block * pull->block_bytes);
		check_complete(f);
		return;
	}
	give_up(f);
}

static void take_block(struct femto *f, const struct proto_block *message, uint8_t block)
{
	struct femto_pull *pull = &f->pull;
	memcpy(f->object + pull->base + message->offset, message->bytes.data, message->bytes.size);
	pull->received |= (uint64_t)1u << block;
	if (pull->size == 0 && message->bytes.size < block_length(pull, block)) {
		pull->size = (uint16_t)(message->offset + message->bytes.size);
		lower_limit(pull, pull->size);
	}
	check_complete(f);
}

/* Whether the block is one that was asked for, with the length it was asked for. */
static bool is_wanted(struct femto_pull *pull, const struct proto_block *message, uint8_t *block)
{
	if (pull->object == FEMTO_OBJECT_NONE || pull->complete ||
		memcmp(message->digest.data, pull->digest, FEMTO_BLOCK_DIGEST_BYTES) != 0 ||
		message->offset % pull->block_bytes != 0 || message->offset >= pull->limit) {
		return false;
	}
	const size_t number = message->offset / pull->block_bytes;
	if (is_received(pull, (uint8_t)number)) {
		return false;
	}
	*block = (uint8_t)number;
	const size_t length = block_length(pull, *block);
	return message->bytes.size == length || message->bytes.size == 0 ||
		   (pull->size == 0 && message->bytes.size < length);
}

/*
 * What honest servers send, and nobody waits for any more: a second answer to a request that was
 * repeated, one from behind an end that was learnt meanwhile, the rest of the last object.
 */
static bool is_late(const struct femto *f, const struct proto_block *message)
{
	const struct femto_pull *pull = &f->pull;
	const uint8_t *digest = message->digest.data;
	if (pull->object == FEMTO_OBJECT_NONE ||
		memcmp(digest, pull->digest, FEMTO_BLOCK_DIGEST_BYTES) != 0) {
		return memcmp(digest, f->pulled_digest, FEMTO_BLOCK_DIGEST_BYTES) == 0;
	}
	if (message->offset % pull->block_bytes != 0) {
		return false;
	}
	const size_t block = message->offset / pull->block_bytes;
	if (message->offset >= pull->limit) {
		return !pull->size_is_given && block < FEMTO_PULL_BLOCKS_MAX;
	}
	const size_t length = block_length(pull, (uint8_t)block);
	return is_received(pull, (uint8_t)block) || message->bytes.size == 0 ||
		   message->bytes.size == length ||
		   (!pull->size_is_given && message->bytes.size < length);
}

void femto_on_block(struct femto *f, struct cbor_view payload)
{
	struct proto_block message;
	if (proto_decode_block(payload.data, payload.size, &message) != CBOR_OK) {
		femto_count(f, COUNTER_BLOCK_MALFORMED);
		return;
	}
	uint8_t block = 0;
	struct femto_request *request = NULL;
	if (is_wanted(&f->pull, &message, &block)) {
		request = request_of(&f->pull, block);
	}
	if (request == NULL) {
		if (!is_late(f, &message)) {
			femto_count(f, COUNTER_BLOCK_UNEXPECTED);
		}
		return;
	}
	request->tries = 0;
	if (message.bytes.size == 0) {
		on_empty(f, block);
	} else {
		take_block(f, &message, block);
	}
}
