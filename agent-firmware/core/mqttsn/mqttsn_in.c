/* What a received message does to the client. */
#include "mqttsn_frame.h"

#include <string.h>

/* The control request is answered: the next one may go. */
static void finish_control(struct mqsn_client *client, uint64_t now_ms)
{
	client->control = MQSN_CONTROL_NONE;
	mqsn_next_control(client, now_ms);
}

static struct mqsn_event activate(struct mqsn_client *client, uint64_t now_ms)
{
	client->state = MQSN_STATE_ACTIVE;
	client->publish_retry.tries = 0;
	client->publish_retry.due_ms = now_ms;
	finish_control(client, now_ms);
	return mqsn_event_of(MQSN_EVENT_CONNECTED);
}

/* Subscribes the first topic from `from` on that is to be subscribed; after the last: ACTIVE. */
static struct mqsn_event subscribe_from(
	struct mqsn_client *client, uint8_t from, uint64_t now_ms)
{
	for (uint8_t i = from; i < client->topic_count; i++) {
		if (client->topics[i].subscribe != 0) {
			client->control_topic = i;
			mqsn_begin(client, MQSN_CONTROL_SUBSCRIBE, now_ms);
			return mqsn_event_of(MQSN_EVENT_HANDLED);
		}
	}
	return activate(client, now_ms);
}

static struct mqsn_event on_connack(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms)
{
	if (client->state != MQSN_STATE_CONNECTING || client->retry.tries == 0) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	if (frame->body[MQSN_CONNACK_RETURN_CODE_AT] != MQSN_RETURN_ACCEPTED) {
		return mqsn_event_of(MQSN_EVENT_HANDLED); /* the back-off goes on */
	}
	for (uint8_t i = 0; i < client->topic_count; i++) {
		client->topics[i].normal = 0; /* ids belong to a session; stale ones could mislead */
		client->topics[i].wants_register = false;
	}
	client->state = MQSN_STATE_SUBSCRIBING;
	return subscribe_from(client, 0, now_ms);
}

static struct mqsn_event on_suback(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms)
{
	if (client->control != MQSN_CONTROL_SUBSCRIBE || client->retry.tries == 0 ||
		mqsn_load_u16(frame->body + MQSN_SUBACK_MSG_ID_AT) != client->control_id) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	struct mqsn_topic *topic = &client->topics[client->control_topic];
	const uint8_t code = frame->body[MQSN_SUBACK_RETURN_CODE_AT];
	if (code == MQSN_RETURN_INVALID_TOPIC_ID && !topic->by_name) {
		topic->by_name = true;
		mqsn_begin(client, MQSN_CONTROL_SUBSCRIBE, now_ms);
		return mqsn_event_of(MQSN_EVENT_HANDLED);
	}
	if (code != MQSN_RETURN_ACCEPTED) {
		return mqsn_event_of(MQSN_EVENT_HANDLED); /* asked again after the back-off */
	}
	if (topic->by_name) {
		topic->normal = mqsn_load_u16(frame->body + MQSN_SUBACK_TOPIC_ID_AT);
	}
	return subscribe_from(client, (uint8_t)(client->control_topic + 1u), now_ms);
}

static struct mqsn_event on_regack(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms)
{
	if (client->control != MQSN_CONTROL_REGISTER || client->retry.tries == 0 ||
		mqsn_load_u16(frame->body + MQSN_REGACK_MSG_ID_AT) != client->control_id) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	const uint16_t id = mqsn_load_u16(frame->body + MQSN_REGACK_TOPIC_ID_AT);
	if (frame->body[MQSN_REGACK_RETURN_CODE_AT] != MQSN_RETURN_ACCEPTED || id == 0) {
		return mqsn_event_of(MQSN_EVENT_HANDLED); /* asked again after the back-off */
	}
	struct mqsn_topic *topic = &client->topics[client->control_topic];
	topic->normal = id;
	topic->by_name = true;
	topic->wants_register = false;
	if (client->publishing && client->publish_topic == client->control_topic) {
		client->publish_retry.tries = 0;
		client->publish_retry.due_ms = now_ms;
	}
	finish_control(client, now_ms);
	return mqsn_event_of(MQSN_EVENT_HANDLED);
}

/* A gateway names a topic before it publishes on it (6.10). */
static struct mqsn_event on_register(struct mqsn_client *client, const struct mqsn_frame *frame)
{
	if (!mqsn_has_session(client)) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	const uint8_t *text = frame->body + MQSN_REGISTER_TOPIC_NAME_AT;
	const size_t length = frame->length - MQSN_REGISTER_TOPIC_NAME_AT;
	const uint16_t topic_id = mqsn_load_u16(frame->body + MQSN_REGISTER_TOPIC_ID_AT);
	uint8_t code = MQSN_RETURN_INVALID_TOPIC_ID;
	uint8_t name[MQSN_TOPIC_NAME_MAX];
	for (uint8_t i = 0; i < client->topic_count; i++) {
		struct mqsn_topic *topic = &client->topics[i];
		if (mqsn_write_name(client, topic, name) == length && memcmp(name, text, length) == 0) {
			topic->normal = topic_id;
			code = MQSN_RETURN_ACCEPTED;
		}
	}
	mqsn_reply(client, MQSN_REGACK, topic_id, mqsn_load_u16(frame->body + MQSN_REGISTER_MSG_ID_AT),
		code);
	return mqsn_event_of(MQSN_EVENT_HANDLED);
}

static struct mqsn_event on_pingresp(struct mqsn_client *client, uint64_t now_ms)
{
	if (client->control == MQSN_CONTROL_WAKE && client->retry.tries > 0) {
		client->state = MQSN_STATE_ASLEEP;
		client->control = MQSN_CONTROL_NONE;
		return mqsn_event_of(MQSN_EVENT_DRAINED);
	}
	if (client->control == MQSN_CONTROL_PING && client->retry.tries > 0) {
		finish_control(client, now_ms);
		return mqsn_event_of(MQSN_EVENT_DRAINED);
	}
	return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
}

static struct mqsn_event on_disconnect(struct mqsn_client *client, uint64_t now_ms)
{
	switch (client->state) {
	case MQSN_STATE_CONNECTING:
	case MQSN_STATE_ASLEEP: /* a second answer to a repeated DISCONNECT */
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	case MQSN_STATE_FALLING_ASLEEP:
		client->state = MQSN_STATE_ASLEEP;
		client->control = MQSN_CONTROL_NONE;
		return mqsn_event_of(MQSN_EVENT_ASLEEP);
	case MQSN_STATE_SUBSCRIBING:
	case MQSN_STATE_ACTIVE:
	case MQSN_STATE_WAKING:
		mqsn_reconnect(client, now_ms);
		return mqsn_event_of(MQSN_EVENT_HANDLED);
	}
	return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
}

static struct mqsn_event dispatch(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms)
{
	switch (frame->type) {
	case MQSN_CONNACK:
		return on_connack(client, frame, now_ms);
	case MQSN_SUBACK:
		return on_suback(client, frame, now_ms);
	case MQSN_REGACK:
		return on_regack(client, frame, now_ms);
	case MQSN_REGISTER:
		return on_register(client, frame);
	case MQSN_PUBLISH:
		return mqsn_on_publish(client, frame);
	case MQSN_PUBACK:
		return mqsn_on_puback(client, frame, now_ms);
	case MQSN_PINGRESP:
		return on_pingresp(client, now_ms);
	case MQSN_DISCONNECT:
		return on_disconnect(client, now_ms);
	case MQSN_PINGREQ:
		if (mqsn_has_session(client)) {
			mqsn_reply(client, MQSN_PINGRESP, 0, 0, 0);
			return mqsn_event_of(MQSN_EVENT_HANDLED);
		}
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	default: /* a message of the specification that no request of ours asks for */
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
}

struct mqsn_event mqsn_feed(
	struct mqsn_client *client, const uint8_t *datagram, size_t length, uint64_t now_ms)
{
	struct mqsn_frame frame;
	if (!mqsn_parse(datagram, length, &frame)) {
		return mqsn_event_of(MQSN_EVENT_MALFORMED);
	}
	const struct mqsn_event event = dispatch(client, &frame, now_ms);
	/* a sleeper asks again only after silence (6.14) */
	if (client->state == MQSN_STATE_WAKING && event.kind != MQSN_EVENT_UNEXPECTED &&
		event.kind != MQSN_EVENT_MALFORMED && client->retry.tries > 0) {
		client->retry.tries = 1;
		client->retry.due_ms = now_ms + mqsn_backoff(client, 0);
	}
	return event;
}
