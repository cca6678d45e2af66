/* PUBLISH and PUBACK as they arrive. */
#include "mqttsn_frame.h"

#define FNV_OFFSET 2166136261u
#define FNV_PRIME 16777619u

/* The subscribed topic of a PUBLISH, or MQSN_NO_TOPIC. */
static uint8_t find_topic(const struct mqsn_client *client, uint8_t type, uint16_t topic_id)
{
	for (uint8_t i = 0; i < client->topic_count; i++) {
		const struct mqsn_topic *topic = &client->topics[i];
		const uint16_t id = type == MQSN_TOPIC_PREDEFINED ? topic->predefined : topic->normal;
		if (topic->subscribe != 0 && id != 0 && id == topic_id) {
			return i;
		}
	}
	return MQSN_NO_TOPIC;
}

static uint32_t hash_of(const uint8_t *data, size_t length)
{
	uint32_t hash = FNV_OFFSET;
	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ data[i]) * FNV_PRIME;
	}
	return hash;
}

/*
 * Whether this QoS 1 message was delivered before. The hash guards against gateways that use one
 * message id again and again: a repeat of a lost one must not pass for its predecessor.
 */
static bool is_repeat(struct mqsn_client *client, const struct mqsn_frame *frame, uint16_t id)
{
	const uint32_t hash = hash_of(frame->body + MQSN_PUBLISH_TOPIC_ID_AT,
		frame->length - MQSN_PUBLISH_TOPIC_ID_AT);
	const bool dup = (frame->body[MQSN_PUBLISH_FLAGS_AT] & MQSN_FLAG_DUP) != 0;
	const bool repeat = dup && client->last_id == id && client->last_hash == hash;
	client->last_id = id;
	client->last_hash = hash;
	return repeat;
}

static struct mqsn_event deliver(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint8_t topic, uint8_t qos)
{
	const uint16_t id = mqsn_load_u16(frame->body + MQSN_PUBLISH_MSG_ID_AT);
	if (qos != 0) {
		mqsn_reply(client, MQSN_PUBACK, mqsn_load_u16(frame->body + MQSN_PUBLISH_TOPIC_ID_AT), id,
			MQSN_RETURN_ACCEPTED);
		if (is_repeat(client, frame, id)) {
			return mqsn_event_of(MQSN_EVENT_HANDLED);
		}
	}
	const struct mqsn_event event = {
		.kind = MQSN_EVENT_MESSAGE,
		.topic = topic,
		.qos = qos,
		.data = frame->body + MQSN_PUBLISH_DATA_AT,
		.length = frame->length - MQSN_PUBLISH_DATA_AT,
	};
	return event;
}

struct mqsn_event mqsn_on_publish(struct mqsn_client *client, const struct mqsn_frame *frame)
{
	const uint8_t flags = frame->body[MQSN_PUBLISH_FLAGS_AT];
	const uint8_t type = flags & MQSN_FLAG_TOPIC_ID_TYPE;
	const uint8_t qos_bits = flags & MQSN_FLAG_QOS;
	const uint16_t id = mqsn_load_u16(frame->body + MQSN_PUBLISH_MSG_ID_AT);
	if (type == MQSN_FLAG_TOPIC_ID_TYPE || (qos_bits == MQSN_FLAG_QOS_1 && id == 0)) {
		return mqsn_event_of(MQSN_EVENT_MALFORMED);
	}
	if (!mqsn_has_session(client) || qos_bits == MQSN_FLAG_QOS_2 ||
		qos_bits == MQSN_FLAG_QOS_MINUS_1) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	const uint16_t topic_id = mqsn_load_u16(frame->body + MQSN_PUBLISH_TOPIC_ID_AT);
	const uint8_t topic = type == MQSN_TOPIC_SHORT ? MQSN_NO_TOPIC
												   : find_topic(client, type, topic_id);
	if (topic == MQSN_NO_TOPIC) {
		/* the gateway has to repair its table (6.11) */
		mqsn_reply(client, MQSN_PUBACK, topic_id, id, MQSN_RETURN_INVALID_TOPIC_ID);
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	return deliver(client, frame, topic, qos_bits == MQSN_FLAG_QOS_1 ? 1 : 0);
}

/* The gateway does not know the topic id of a publication: the name will do. */
static void rename_topic(struct mqsn_client *client, struct mqsn_topic *topic, uint64_t now_ms)
{
	topic->by_name = true;
	topic->normal = 0;
	topic->wants_register = true;
	mqsn_next_control(client, now_ms);
}

/* An error reply to a QoS 0 publication has message id 0. */
static struct mqsn_event on_qos0_error(
	struct mqsn_client *client, uint16_t topic_id, uint8_t code, uint64_t now_ms)
{
	for (uint8_t i = 0; i < client->topic_count; i++) {
		struct mqsn_topic *topic = &client->topics[i];
		uint16_t id = 0;
		uint8_t type = 0;
		if (topic->subscribe == 0 && mqsn_topic_id(topic, &id, &type) && id == topic_id &&
			code == MQSN_RETURN_INVALID_TOPIC_ID) {
			rename_topic(client, topic, now_ms);
			return mqsn_event_of(MQSN_EVENT_HANDLED);
		}
	}
	return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
}

struct mqsn_event mqsn_on_puback(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms)
{
	const uint16_t topic_id = mqsn_load_u16(frame->body + MQSN_PUBACK_TOPIC_ID_AT);
	const uint16_t id = mqsn_load_u16(frame->body + MQSN_PUBACK_MSG_ID_AT);
	const uint8_t code = frame->body[MQSN_PUBACK_RETURN_CODE_AT];
	if (client->state != MQSN_STATE_ACTIVE) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	if (id == 0) {
		return on_qos0_error(client, topic_id, code, now_ms);
	}
	struct mqsn_topic *topic = &client->topics[client->publish_topic];
	uint16_t own_id = 0;
	uint8_t type = 0;
	if (!client->publishing || !client->publish_sent || id != client->publish_id ||
		!mqsn_topic_id(topic, &own_id, &type) || own_id != topic_id) {
		return mqsn_event_of(MQSN_EVENT_UNEXPECTED);
	}
	if (code == MQSN_RETURN_INVALID_TOPIC_ID) {
		client->publish_retry.due_ms = MQSN_NEVER;
		rename_topic(client, topic, now_ms);
		return mqsn_event_of(MQSN_EVENT_HANDLED);
	}
	if (code == MQSN_RETURN_CONGESTION) {
		return mqsn_event_of(MQSN_EVENT_HANDLED); /* sent again after the back-off */
	}
	client->publishing = false;
	struct mqsn_event event = mqsn_event_of(
		code == MQSN_RETURN_ACCEPTED ? MQSN_EVENT_PUBLISHED : MQSN_EVENT_REJECTED);
	event.topic = client->publish_topic;
	return event;
}
