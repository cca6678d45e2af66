/* Log lines and publications of containers on their way to the link. */
#include "parts.h"

#include <string.h>

bool femto_outbox_put(struct femto *f, uint8_t topic, uint8_t qos, const uint8_t *data, size_t size)
{
	if (f->link.state != MQSN_STATE_ACTIVE || size > FEMTO_OUTGOING_MAX) {
		return false;
	}
	for (size_t i = 0; i < FEMTO_OUTBOX_ENTRIES; i++) {
		struct femto_outgoing *entry = &f->outbox[i];
		if (!entry->used) {
			entry->used = true;
			entry->topic = topic;
			entry->qos = qos;
			entry->length = (uint8_t)size;
			memcpy(entry->bytes, data, size);
			return true;
		}
	}
	return false;
}

/* Whether the link has taken it. */
static bool hand_over(struct femto *f, const struct femto_outgoing *entry, uint64_t now_ms)
{
	if (entry->qos == 0) {
		return femto_send(f, entry->topic, entry->bytes, entry->length, now_ms);
	}
	return mqsn_publish(&f->link, entry->topic, entry->bytes, entry->length, now_ms) ==
		   MQSN_ACCEPTED;
}

void femto_outbox_poll(struct femto *f, uint64_t now_ms)
{
	for (size_t i = 0; i < FEMTO_OUTBOX_ENTRIES; i++) {
		struct femto_outgoing *entry = &f->outbox[i];
		if (entry->used && hand_over(f, entry, now_ms)) {
			entry->used = false;
		}
	}
}

bool femto_outbox_is_empty(const struct femto *f)
{
	for (size_t i = 0; i < FEMTO_OUTBOX_ENTRIES; i++) {
		if (f->outbox[i].used) {
			return false;
		}
	}
	return true;
}

void femto_outbox_forget(struct femto *f, uint8_t topic)
{
	for (size_t i = 0; i < FEMTO_OUTBOX_ENTRIES; i++) {
		if (f->outbox[i].topic == topic) {
			f->outbox[i].used = false;
		}
	}
}
