/* The calls of femto.h: what arrives, and what is due. */
#include "parts.h"

#include <string.h>

/* Time awake after a connection, in which what the gateway keeps for us arrives. */
#define AWAKE_MS 2000u
#define MTU_MIN 64u
#define TEXT_MAX 23u

static bool is_text(const char *text)
{
	return text != NULL && text[0] != 0 && mqsn_text_size(text) <= TEXT_MAX;
}

static bool is_device_id(const char *id)
{
	size_t length = 0;
	while (length <= FEMTO_DEVICE_ID_MAX && id[length] != 0) {
		const char c = id[length];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
			return false;
		}
		length++;
	}
	return length >= 1u && length <= FEMTO_DEVICE_ID_MAX;
}

static void add_topics(struct femto *f)
{
	struct mqsn_client *link = &f->link;
	f->head_topic = mqsn_add_topic(link, PROTO_TOPIC_HEAD_SUFFIX, PROTO_TOPIC_HEAD_ID, 2);
	f->block_topic = mqsn_add_topic(link, PROTO_TOPIC_BLOCK_SUFFIX, PROTO_TOPIC_BLOCK_ID, 1);
	f->input_topic = mqsn_add_topic(link, PROTO_TOPIC_INPUT_SUFFIX, PROTO_TOPIC_INPUT_ID, 2);
	f->report_topic = mqsn_add_topic(link, PROTO_TOPIC_REPORT_SUFFIX, PROTO_TOPIC_REPORT_ID, 0);
	f->request_topic = mqsn_add_topic(
		link, PROTO_TOPIC_BLOCK_REQUEST_SUFFIX, PROTO_TOPIC_BLOCK_REQUEST_ID, 0);
	f->log_topic = mqsn_add_topic(link, PROTO_TOPIC_LOG_SUFFIX, PROTO_TOPIC_LOG_ID, 0);
	f->container_topics = link->topic_count;
	for (uint8_t slot = 0; slot < FEMTO_CONTAINERS_MAX; slot++) {
		const char placeholder[2] = {(char)('A' + slot), 0}; /* renamed when the slot is taken */
		(void)mqsn_add_topic(link, placeholder, 0, 0);
	}
}

_Static_assert(MQSN_TOPICS_MAX >= 6u + FEMTO_CONTAINERS_MAX, "a topic for every container");

enum femto_err femto_init(struct femto *f, const struct femto_port *port,
	const struct femto_config *config, uint64_t now_ms)
{
	if (!is_device_id(config->device_id) || !is_text(config->firmware) ||
		!is_text(config->board) || config->mtu_bytes < MTU_MIN) {
		return FEMTO_ERR_CONFIG;
	}
	memset(f, 0, sizeof(*f));
	f->config = *config;
	f->port = port;
	f->act_ms = FEMTO_NEVER;
	f->candidate.index = FEMTO_NO_SLOT;
	f->report_period_seconds = FEMTO_REPORT_PERIOD_SECONDS;
	f->report.due_ms = now_ms;
	f->heard_ms = now_ms;
	f->reconcile = true;
	mqsn_init(&f->link, f->config.device_id, FEMTO_KEEP_ALIVE_SECONDS,
		port->random(port->context), now_ms);
	add_topics(f);
	if (!femto_keep_open(f)) {
		return FEMTO_ERR_FLASH;
	}
	femto_take_over_document(f, now_ms);
	if (config->reset_cause == FEMTO_RESET_WATCHDOG) {
		femto_on_watchdog_reset(f, now_ms);
	}
	return FEMTO_OK;
}

static void on_message(struct femto *f, const struct mqsn_event *event, uint64_t now_ms)
{
	const struct cbor_view payload = {event->data, event->length};
	if (event->topic == f->head_topic) {
		femto_on_head(f, payload, now_ms);
	} else if (event->topic == f->block_topic) {
		femto_on_block(f, payload);
	} else {
		femto_on_input(f, payload, now_ms);
	}
}

static void on_published(struct femto *f, const struct mqsn_event *event, uint64_t now_ms)
{
	if (event->topic == f->report_topic) {
		femto_report_acknowledged(f, now_ms);
		femto_trial_poll(f, now_ms);
	}
}

/*
 * Whether the link works both ways: what the gateway sends of its own accord, or again and again
 * for want of an answer, says nothing about it.
 */
static bool is_answer(enum mqsn_event_kind kind)
{
	return kind == MQSN_EVENT_CONNECTED || kind == MQSN_EVENT_PUBLISHED ||
		   kind == MQSN_EVENT_REJECTED || kind == MQSN_EVENT_DRAINED || kind == MQSN_EVENT_ASLEEP;
}

static void on_event(struct femto *f, const struct mqsn_event *event, uint64_t now_ms)
{
	if (is_answer(event->kind)) {
		f->heard_ms = now_ms;
	}
	switch (event->kind) {
	case MQSN_EVENT_MALFORMED:
		femto_count(f, COUNTER_DATAGRAM_MALFORMED);
		return;
	case MQSN_EVENT_UNEXPECTED:
		femto_count(f, COUNTER_DATAGRAM_UNEXPECTED);
		return;
	case MQSN_EVENT_MESSAGE:
		on_message(f, event, now_ms);
		return;
	case MQSN_EVENT_PUBLISHED:
		on_published(f, event, now_ms);
		return;
	case MQSN_EVENT_DRAINED:
		f->act_ms = f->act_ms == FEMTO_NEVER ? FEMTO_NEVER : now_ms;
		return;
	case MQSN_EVENT_CONNECTED:
		f->awake_until_ms = now_ms + AWAKE_MS;
		return;
	case MQSN_EVENT_REJECTED:
		if (event->topic == f->report_topic) {
			femto_report_drop(f); /* sent again at once it would be rejected again */
		}
		return;
	case MQSN_EVENT_HANDLED:
	case MQSN_EVENT_ASLEEP:
		return;
	}
}

/* What can be sent now goes out. */
static void send_all(struct femto *f, uint64_t now_ms)
{
	femto_pull_poll(f, now_ms);
	femto_report_poll(f, now_ms);
	femto_outbox_poll(f, now_ms);
	femto_flush(f, now_ms);
	const uint32_t lost = f->link.links_lost;
	while (f->links_lost != lost) {
		f->links_lost++;
		femto_count(f, COUNTER_LINK_LOST);
	}
}

void femto_feed(struct femto *f, const uint8_t *datagram, size_t length, uint64_t now_ms)
{
	const struct mqsn_event event = mqsn_feed(&f->link, datagram, length, now_ms);
	on_event(f, &event, now_ms);
	send_all(f, now_ms);
}

uint64_t femto_poll(struct femto *f, uint64_t now_ms)
{
	femto_run_timers(f, now_ms);
	femto_trial_poll(f, now_ms);
	if (now_ms >= femto_reconcile_deadline(f, now_ms)) {
		femto_reconcile(f, now_ms);
	}
	femto_sleep_poll(f, now_ms);
	send_all(f, now_ms);
	uint64_t next = mqsn_deadline(&f->link);
	next = femto_earlier(next, femto_timers_deadline(f));
	next = femto_earlier(next, femto_trial_deadline(f));
	next = femto_earlier(next, femto_reconcile_deadline(f, now_ms));
	next = femto_earlier(next, femto_pull_deadline(f));
	next = femto_earlier(next, femto_report_deadline(f));
	next = femto_earlier(next, femto_sleep_deadline(f, now_ms));
	return next < now_ms ? now_ms : next;
}
