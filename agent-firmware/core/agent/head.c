/* Heads: which document this device shall follow. */
#include "parts.h"

#include <string.h>

#include "core/suit/cose.h"

static bool is_same(const struct femto *f, const struct proto_head *head)
{
	return head->desired_generation == f->accepted_generation &&
		   head->document_bytes == f->head_bytes &&
		   memcmp(head->document_digest.data, f->head_digest, FEMTO_DIGEST_BYTES) == 0;
}

/* The head is kept together with its document, as soon as that is there. */
static void accept(struct femto *f, const struct proto_head *head, uint64_t now_ms)
{
	f->accepted_generation = head->desired_generation;
	f->head_bytes = (uint16_t)head->document_bytes;
	memcpy(f->head_digest, head->document_digest.data, FEMTO_DIGEST_BYTES);
	memset(&f->document_wait, 0, sizeof(f->document_wait));
	f->document_reason = 0;
	f->document_refused = false;
	f->act_ms = now_ms + FEMTO_SILENCE_MS;
	mqsn_ping(&f->link, now_ms); /* PINGRESP comes behind everything that is on its way */
}

void femto_on_head(struct femto *f, struct cbor_view object, uint64_t now_ms)
{
	struct cbor_view payload;
	const enum cose_err opened =
		cose_open_mac0(f->config.device_key, COSE_HEAD, object, &payload);
	if (opened != COSE_OK) {
		femto_count(f, opened == COSE_ERR_MAC ? COUNTER_HEAD_MAC : COUNTER_HEAD_MALFORMED);
		return;
	}
	struct proto_head head;
	if (proto_decode_head(payload.data, payload.size, &head) != CBOR_OK) {
		femto_count(f, COUNTER_HEAD_MALFORMED);
		return;
	}
	if (is_same(f, &head)) {
		return;
	}
	if (head.desired_generation <= f->accepted_generation) {
		femto_count(f, COUNTER_HEAD_STALE);
		return;
	}
	accept(f, &head, now_ms);
}

bool femto_is_settling(const struct femto *f, uint64_t now_ms)
{
	return f->act_ms != FEMTO_NEVER && now_ms < f->act_ms;
}
