/* Life of a session: what the caller asks for, and what is sent when. */
#include "mqttsn_frame.h"

#include <string.h>

#define BACKOFF_MIN_MS 1000u
#define BACKOFF_STEPS 3u /* doublings: 1 s, 2 s, 4 s, 8 s */

void mqsn_init(struct mqsn_client *client, const char *client_id, uint16_t keep_alive_seconds,
	uint32_t seed, uint64_t now_ms)
{
	memset(client, 0, sizeof(*client));
	client->client_id = client_id;
	client->keep_alive_seconds = keep_alive_seconds;
	client->random = seed == 0 ? 1u : seed;
	client->control_topic = MQSN_NO_TOPIC;
	mqsn_begin(client, MQSN_CONTROL_CONNECT, now_ms);
}

uint8_t mqsn_add_topic(
	struct mqsn_client *client, const char *suffix, uint16_t predefined, uint8_t subscribe)
{
	const size_t length = mqsn_text_size(suffix);
	if (length > MQSN_SUFFIX_MAX) {
		return MQSN_NO_TOPIC;
	}
	for (uint8_t i = 0; i < client->topic_count; i++) {
		/* with the NUL: both end there */
		if (memcmp(client->topics[i].suffix, suffix, length + 1u) == 0) {
			return i;
		}
	}
	if (client->topic_count == MQSN_TOPICS_MAX) {
		return MQSN_NO_TOPIC;
	}
	struct mqsn_topic *topic = &client->topics[client->topic_count];
	memset(topic, 0, sizeof(*topic));
	memcpy(topic->suffix, suffix, length);
	topic->subscribe = subscribe;
	topic->predefined = predefined;
	topic->by_name = predefined == 0;
	return client->topic_count++;
}

void mqsn_rename_topic(struct mqsn_client *client, uint8_t topic, const char *suffix)
{
	struct mqsn_topic *renamed = &client->topics[topic];
	memset(renamed->suffix, 0, sizeof(renamed->suffix));
	memcpy(renamed->suffix, suffix, mqsn_text_size(suffix));
	renamed->by_name = renamed->predefined == 0;
	renamed->normal = 0;
	renamed->wants_register = false;
	if (client->control == MQSN_CONTROL_REGISTER && client->control_topic == topic) {
		client->control = MQSN_CONTROL_NONE; /* a late REGACK is counted as unexpected */
	}
	if (client->publishing && client->publish_topic == topic) {
		client->publishing = false;
	}
}

uint64_t mqsn_backoff(struct mqsn_client *client, uint8_t tries)
{
	const uint32_t base = BACKOFF_MIN_MS << (tries < BACKOFF_STEPS ? tries : BACKOFF_STEPS);
	/* xorshift32: spreads devices over time, nothing secret depends on it */
	client->random ^= client->random << 13;
	client->random ^= client->random >> 17;
	client->random ^= client->random << 5;
	return base - base / 4u + client->random % (base / 2u);
}

uint16_t mqsn_new_id(struct mqsn_client *client)
{
	client->next_id = client->next_id == UINT16_MAX ? 1u : (uint16_t)(client->next_id + 1u);
	return client->next_id;
}

void mqsn_begin(struct mqsn_client *client, enum mqsn_control control, uint64_t due_ms)
{
	client->control = control;
	client->control_id = mqsn_new_id(client);
	client->retry.tries = 0;
	client->retry.due_ms = due_ms;
}

void mqsn_reconnect(struct mqsn_client *client, uint64_t now_ms)
{
	client->state = MQSN_STATE_CONNECTING;
	client->ping_wanted = false;
	client->last_id = 0;
	mqsn_begin(client, MQSN_CONTROL_CONNECT, now_ms + mqsn_backoff(client, 0));
}

static uint8_t topic_to_register(const struct mqsn_client *client)
{
	for (uint8_t i = 0; i < client->topic_count; i++) {
		if (client->topics[i].wants_register) {
			return i;
		}
	}
	return MQSN_NO_TOPIC;
}

void mqsn_next_control(struct mqsn_client *client, uint64_t now_ms)
{
	if (client->state != MQSN_STATE_ACTIVE || client->control != MQSN_CONTROL_NONE) {
		return;
	}
	const uint8_t topic = topic_to_register(client);
	if (topic != MQSN_NO_TOPIC) {
		client->control_topic = topic;
		mqsn_begin(client, MQSN_CONTROL_REGISTER, now_ms);
	} else if (client->ping_wanted) {
		client->ping_wanted = false;
		mqsn_begin(client, MQSN_CONTROL_PING, now_ms);
	}
}

void mqsn_ping(struct mqsn_client *client, uint64_t now_ms)
{
	if (client->state == MQSN_STATE_ACTIVE) {
		client->ping_wanted = true;
		mqsn_next_control(client, now_ms);
	}
}

void mqsn_sleep(struct mqsn_client *client, uint16_t seconds, uint64_t now_ms)
{
	if (client->state == MQSN_STATE_ACTIVE) {
		client->state = MQSN_STATE_FALLING_ASLEEP;
		client->sleep_seconds = seconds;
		client->ping_wanted = false;
		mqsn_begin(client, MQSN_CONTROL_SLEEP, now_ms);
	}
}

void mqsn_wake(struct mqsn_client *client, uint64_t now_ms)
{
	if (client->state == MQSN_STATE_ASLEEP) {
		client->state = MQSN_STATE_WAKING;
		mqsn_begin(client, MQSN_CONTROL_WAKE, now_ms);
	}
}

void mqsn_connect(struct mqsn_client *client, uint64_t now_ms)
{
	if (client->state == MQSN_STATE_ASLEEP || client->state == MQSN_STATE_WAKING) {
		client->state = MQSN_STATE_CONNECTING;
		mqsn_begin(client, MQSN_CONTROL_CONNECT, now_ms);
	}
}

enum mqsn_outcome mqsn_publish(struct mqsn_client *client, uint8_t topic, const uint8_t *data,
	size_t length, uint64_t now_ms)
{
	if (length > MQSN_QOS1_BYTES_MAX) {
		return MQSN_TOO_LONG;
	}
	if (client->publishing || client->state != MQSN_STATE_ACTIVE) {
		return MQSN_BUSY;
	}
	client->publishing = true;
	client->publish_sent = false;
	client->publish_topic = topic;
	client->publish_length = (uint8_t)length;
	client->publish_id = mqsn_new_id(client);
	client->publish_retry.tries = 0;
	client->publish_retry.due_ms = now_ms;
	memcpy(client->publish_data, data, length);
	return MQSN_ACCEPTED;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t mqsn_deadline(const struct mqsn_client *client)
{
	if (client->reply_type != 0) {
		return 0;
	}
	uint64_t next = client->control == MQSN_CONTROL_NONE ? MQSN_NEVER : client->retry.due_ms;
	if (client->state == MQSN_STATE_ACTIVE) {
		/* three quarters of the keep-alive: the gateway may add its tolerance, or not */
		next = earlier(next, client->last_sent_ms + client->keep_alive_seconds * 750u);
		if (client->publishing) {
			next = earlier(next, client->publish_retry.due_ms);
		}
	}
	return next;
}

struct mqsn_event mqsn_event_of(enum mqsn_event_kind kind)
{
	const struct mqsn_event event = {.kind = kind, .topic = MQSN_NO_TOPIC};
	return event;
}

void mqsn_reply(
	struct mqsn_client *client, uint8_t type, uint16_t topic_id, uint16_t id, uint8_t code)
{
	client->reply_type = type;
	client->reply_topic_id = topic_id;
	client->reply_id = id;
	client->reply_code = code;
}

bool mqsn_has_session(const struct mqsn_client *client)
{
	return client->state != MQSN_STATE_CONNECTING;
}
