/* Datagrams of the client. */
#include "mqttsn_frame.h"

#include <string.h>

static size_t write_connect(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	const size_t id = mqsn_text_size(client->client_id);
	const size_t at = mqsn_write_header(
		out, out_bytes, MQSN_CONNECT, MQSN_CONNECT_CLIENT_ID_AT + id);
	if (at == 0) {
		return 0;
	}
	uint8_t *body = out + at;
	body[MQSN_CONNECT_FLAGS_AT] = 0; /* no will, clean session 0 */
	body[MQSN_CONNECT_PROTOCOL_ID_AT] = MQSN_PROTOCOL_ID;
	mqsn_store_u16(body + MQSN_CONNECT_DURATION_AT, client->keep_alive_seconds);
	memcpy(body + MQSN_CONNECT_CLIENT_ID_AT, client->client_id, id);
	return at + MQSN_CONNECT_CLIENT_ID_AT + id;
}

static size_t write_subscribe(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	const struct mqsn_topic *topic = &client->topics[client->control_topic];
	uint8_t name[MQSN_TOPIC_NAME_MAX];
	size_t length = sizeof(topic->predefined);
	uint8_t type = MQSN_TOPIC_PREDEFINED;
	if (topic->by_name) {
		length = mqsn_write_name(client, topic, name);
		type = MQSN_TOPIC_NORMAL;
	} else {
		mqsn_store_u16(name, topic->predefined);
	}
	const size_t at = mqsn_write_header(
		out, out_bytes, MQSN_SUBSCRIBE, MQSN_SUBSCRIBE_TOPIC_AT + length);
	if (at == 0) {
		return 0;
	}
	const uint8_t dup = client->retry.tries > 0 ? MQSN_FLAG_DUP : 0;
	const uint8_t qos = topic->subscribe > 1 ? MQSN_FLAG_QOS_1 : MQSN_FLAG_QOS_0;
	out[at + MQSN_SUBSCRIBE_FLAGS_AT] = (uint8_t)(dup | qos | type);
	mqsn_store_u16(out + at + MQSN_SUBSCRIBE_MSG_ID_AT, client->control_id);
	memcpy(out + at + MQSN_SUBSCRIBE_TOPIC_AT, name, length);
	return at + MQSN_SUBSCRIBE_TOPIC_AT + length;
}

static size_t write_register(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	uint8_t name[MQSN_TOPIC_NAME_MAX];
	const size_t length =
		mqsn_write_name(client, &client->topics[client->control_topic], name);
	const size_t at = mqsn_write_header(
		out, out_bytes, MQSN_REGISTER, MQSN_REGISTER_TOPIC_NAME_AT + length);
	if (at == 0) {
		return 0;
	}
	mqsn_store_u16(out + at + MQSN_REGISTER_TOPIC_ID_AT, 0);
	mqsn_store_u16(out + at + MQSN_REGISTER_MSG_ID_AT, client->control_id);
	memcpy(out + at + MQSN_REGISTER_TOPIC_NAME_AT, name, length);
	return at + MQSN_REGISTER_TOPIC_NAME_AT + length;
}

static size_t write_wake(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	const size_t id = mqsn_text_size(client->client_id);
	const size_t at = mqsn_write_header(out, out_bytes, MQSN_PINGREQ, id);
	if (at == 0) {
		return 0;
	}
	memcpy(out + at + MQSN_PINGREQ_CLIENT_ID_AT, client->client_id, id);
	return at + id;
}

static size_t write_sleep(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	const size_t at = mqsn_write_header(out, out_bytes, MQSN_DISCONNECT, sizeof(uint16_t));
	if (at == 0) {
		return 0;
	}
	mqsn_store_u16(out + at + MQSN_DISCONNECT_DURATION_AT, client->sleep_seconds);
	return at + sizeof(uint16_t);
}

static size_t write_control(const struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	switch (client->control) {
	case MQSN_CONTROL_NONE:
		return 0;
	case MQSN_CONTROL_CONNECT:
		return write_connect(client, out, out_bytes);
	case MQSN_CONTROL_SUBSCRIBE:
		return write_subscribe(client, out, out_bytes);
	case MQSN_CONTROL_REGISTER:
		return write_register(client, out, out_bytes);
	case MQSN_CONTROL_PING:
		return mqsn_write_header(out, out_bytes, MQSN_PINGREQ, 0);
	case MQSN_CONTROL_SLEEP:
		return write_sleep(client, out, out_bytes);
	case MQSN_CONTROL_WAKE:
		return write_wake(client, out, out_bytes);
	}
	return 0;
}

static size_t write_reply(struct mqsn_client *client, uint8_t *out, size_t out_bytes)
{
	const uint8_t type = client->reply_type;
	client->reply_type = 0;
	/* PUBACK and REGACK have the same layout (5.4.11, 5.4.13) */
	const size_t body = type == MQSN_PINGRESP ? 0 : MQSN_PUBACK_BODY_MAX;
	const size_t at = mqsn_write_header(out, out_bytes, type, body);
	if (at == 0 || body == 0) {
		return at;
	}
	mqsn_store_u16(out + at + MQSN_PUBACK_TOPIC_ID_AT, client->reply_topic_id);
	mqsn_store_u16(out + at + MQSN_PUBACK_MSG_ID_AT, client->reply_id);
	out[at + MQSN_PUBACK_RETURN_CODE_AT] = client->reply_code;
	return at + body;
}

/* `id` 0 = QoS 0. Returns 0 when it does not fit. */
static size_t write_publish(uint8_t flags, uint16_t topic_id, uint16_t id, const uint8_t *data,
	size_t length, uint8_t *out, size_t out_bytes)
{
	if (length > MQSN_SHORT_LENGTH_MAX) {
		return 0;
	}
	const size_t at = mqsn_write_header(
		out, out_bytes, MQSN_PUBLISH, MQSN_PUBLISH_DATA_AT + length);
	if (at == 0) {
		return 0;
	}
	out[at + MQSN_PUBLISH_FLAGS_AT] = flags;
	mqsn_store_u16(out + at + MQSN_PUBLISH_TOPIC_ID_AT, topic_id);
	mqsn_store_u16(out + at + MQSN_PUBLISH_MSG_ID_AT, id);
	memcpy(out + at + MQSN_PUBLISH_DATA_AT, data, length);
	return at + MQSN_PUBLISH_DATA_AT + length;
}

enum mqsn_outcome mqsn_send(struct mqsn_client *client, uint8_t topic, const uint8_t *data,
	size_t length, uint64_t now_ms, uint8_t *out, size_t out_bytes, size_t *out_length)
{
	if (client->state != MQSN_STATE_ACTIVE) {
		return MQSN_BUSY;
	}
	uint16_t id = 0;
	uint8_t type = 0;
	if (!mqsn_topic_id(&client->topics[topic], &id, &type)) {
		client->topics[topic].wants_register = true;
		mqsn_next_control(client, now_ms);
		return MQSN_BUSY;
	}
	const uint8_t flags = (uint8_t)(MQSN_FLAG_QOS_0 | type);
	const size_t written = write_publish(flags, id, 0, data, length, out, out_bytes);
	if (written == 0) {
		return MQSN_TOO_LONG;
	}
	client->last_sent_ms = now_ms;
	*out_length = written;
	return MQSN_ACCEPTED;
}

/* Counts one more try; false = there was one too many, the link is given up. */
static bool take_try(struct mqsn_client *client, struct mqsn_retry *retry, uint64_t now_ms)
{
	if (retry->tries >= MQSN_TRIES_MAX) {
		client->links_lost++;
		mqsn_reconnect(client, now_ms);
		return false;
	}
	retry->due_ms = now_ms + mqsn_backoff(client, retry->tries);
	return true;
}

static size_t poll_control(
	struct mqsn_client *client, uint64_t now_ms, uint8_t *out, size_t out_bytes)
{
	if (client->control == MQSN_CONTROL_CONNECT && client->retry.tries >= MQSN_TRIES_MAX) {
		client->retry.tries = MQSN_TRIES_MAX - 1u; /* there is nothing else to fall back to */
	}
	if (!take_try(client, &client->retry, now_ms)) {
		return 0;
	}
	const size_t written = write_control(client, out, out_bytes);
	client->retry.tries++;
	return written;
}

static size_t poll_publish(
	struct mqsn_client *client, uint64_t now_ms, uint8_t *out, size_t out_bytes)
{
	struct mqsn_topic *topic = &client->topics[client->publish_topic];
	uint16_t id = 0;
	uint8_t type = 0;
	if (!mqsn_topic_id(topic, &id, &type)) {
		topic->wants_register = true;
		client->publish_retry.due_ms = MQSN_NEVER; /* REGACK sets it again */
		if (client->control != MQSN_CONTROL_NONE) {
			return 0;
		}
		mqsn_next_control(client, now_ms);
		return poll_control(client, now_ms, out, out_bytes);
	}
	if (!take_try(client, &client->publish_retry, now_ms)) {
		return 0;
	}
	const uint8_t dup = client->publish_sent ? MQSN_FLAG_DUP : 0;
	const uint8_t flags = (uint8_t)(dup | MQSN_FLAG_QOS_1 | type);
	client->publish_retry.tries++;
	client->publish_sent = true;
	return write_publish(flags, id, client->publish_id, client->publish_data,
		client->publish_length, out, out_bytes);
}

static size_t poll_once(
	struct mqsn_client *client, uint64_t now_ms, uint8_t *out, size_t out_bytes)
{
	if (client->reply_type != 0) {
		return write_reply(client, out, out_bytes);
	}
	if (client->control != MQSN_CONTROL_NONE && now_ms >= client->retry.due_ms) {
		return poll_control(client, now_ms, out, out_bytes);
	}
	if (client->state != MQSN_STATE_ACTIVE) {
		return 0;
	}
	if (client->publishing && now_ms >= client->publish_retry.due_ms) {
		return poll_publish(client, now_ms, out, out_bytes);
	}
	if (client->control == MQSN_CONTROL_NONE && now_ms >= mqsn_deadline(client)) {
		mqsn_begin(client, MQSN_CONTROL_PING, now_ms);
		return poll_control(client, now_ms, out, out_bytes);
	}
	return 0;
}

size_t mqsn_poll(struct mqsn_client *client, uint64_t now_ms, uint8_t *out, size_t out_bytes)
{
	const size_t written = poll_once(client, now_ms, out, out_bytes);
	if (written > 0) {
		client->last_sent_ms = now_ms;
	}
	return written;
}
