/*
 * MQTT-SN 1.2 client as a step machine: bytes in by mqsn_feed, bytes out by mqsn_poll and
 * mqsn_send; no I/O, no clock, no heap. Clause numbers are those of the specification.
 *
 *                  +-------------- DISCONNECT from the gateway, or 5 tries without answer
 *                  v                         (from every other state but ASLEEP)
 *   mqsn_init -> CONNECTING --CONNACK--> SUBSCRIBING --last SUBACK--> ACTIVE <-+
 *                  ^   ^                                                |      | PINGREQ, REGISTER,
 *     mqsn_connect |   +---------- mqsn_connect ------+     mqsn_sleep  |      | PUBLISH answered
 *                  |                                  |                 v      |
 *               WAKING <------- mqsn_wake ------- ASLEEP <-DISCONNECT- FALLING_ASLEEP
 *                  +----------- PINGRESP ------------>^
 *
 * A request is sent at once, then again after 1 s doubling to 8 s, each shortened or lengthened by
 * up to a quarter; the fifth silence gives the link up (except for CONNECT, which goes on). After
 * every CONNACK each subscription is made again, because a CONNACK does not say whether the
 * gateway still has them. A topic starts with its predefined id; "invalid topic id" makes the
 * client use its name from then on, so that any gateway serves it.
 *
 * All calls: thread only, not reentrant, worst stack 200 bytes.
 */
#ifndef MQTTSN_H
#define MQTTSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generated/mqttsn_packets.h"

/* Topics a client may have, 1 to 32. */
#ifndef MQSN_TOPICS_MAX
#define MQSN_TOPICS_MAX 14u
#endif

/* Bytes of a QoS 1 publication: what a datagram of 64 bytes carries. */
#define MQSN_QOS1_BYTES_MAX 57u

/* f/<23 characters>/m/31 */
#define MQSN_TOPIC_NAME_MAX 30u
#define MQSN_SUFFIX_MAX 4u
#define MQSN_TRIES_MAX 5u
#define MQSN_NO_TOPIC 0xffu
#define MQSN_NEVER UINT64_MAX

enum mqsn_state {
	MQSN_STATE_CONNECTING = 0,
	MQSN_STATE_SUBSCRIBING,
	MQSN_STATE_ACTIVE,
	MQSN_STATE_FALLING_ASLEEP,
	MQSN_STATE_ASLEEP,
	MQSN_STATE_WAKING,
};

/* The one request other than PUBLISH that waits for an answer. */
enum mqsn_control {
	MQSN_CONTROL_NONE = 0,
	MQSN_CONTROL_CONNECT,
	MQSN_CONTROL_SUBSCRIBE,
	MQSN_CONTROL_REGISTER,
	MQSN_CONTROL_PING,
	MQSN_CONTROL_SLEEP,
	MQSN_CONTROL_WAKE,
};

/* What a datagram meant. */
enum mqsn_event_kind {
	MQSN_EVENT_HANDLED = 0, /* belongs to the client itself */
	MQSN_EVENT_MALFORMED,   /* no MQTT-SN message; nothing changed */
	MQSN_EVENT_UNEXPECTED,  /* fits no state; nothing changed */
	MQSN_EVENT_CONNECTED,   /* state is ACTIVE now */
	MQSN_EVENT_MESSAGE,     /* topic, qos, data, length: valid until the datagram is gone */
	MQSN_EVENT_PUBLISHED,   /* topic: the QoS 1 publication is acknowledged */
	MQSN_EVENT_REJECTED,    /* topic: the gateway refused the QoS 1 publication for good */
	MQSN_EVENT_DRAINED,     /* PINGRESP: what the gateway had buffered has arrived */
	MQSN_EVENT_ASLEEP,      /* state is ASLEEP now */
};

struct mqsn_event {
	enum mqsn_event_kind kind;
	uint8_t topic;       /* index given by mqsn_add_topic */
	uint8_t qos;         /* 0 or 1 */
	const uint8_t *data; /* view into the datagram */
	size_t length;       /* bytes of data */
};

/* Outcome of a publication. */
enum mqsn_outcome {
	MQSN_ACCEPTED = 0, /* QoS 0: the datagram is in `out`; QoS 1: the next mqsn_poll sends it */
	MQSN_BUSY,         /* not connected, a registration is under way, or QoS 1 is in flight */
	MQSN_TOO_LONG,     /* more than fits */
};

struct mqsn_topic {
	char suffix[MQSN_SUFFIX_MAX + 1u]; /* after f/<client id>/; ends with NUL */
	uint8_t subscribe;                 /* 0 = no, else 1 + greatest QoS */
	bool by_name;                      /* the gateway does not know the predefined id, or none */
	bool wants_register;               /* REGISTER as soon as the control slot is free */
	uint16_t predefined;               /* 0 = none */
	uint16_t normal;                   /* id given by the gateway in this session, 0 = none */
};

/* Retry of one request. */
struct mqsn_retry {
	uint64_t due_ms; /* next transmission, or the end of the last wait */
	uint8_t tries;   /* transmissions so far */
};

struct mqsn_client {
	const char *client_id;       /* 1 to 23 bytes and NUL; outlives the client */
	enum mqsn_state state;       /* see the diagram */
	enum mqsn_control control;   /* request that waits; matches the state */
	struct mqsn_retry retry;     /* of the control request */
	uint64_t last_sent_ms;       /* last datagram; keep-alive counts from here */
	uint32_t random;             /* state of the jitter generator, never 0 */
	uint32_t links_lost;         /* links given up after the last retry */
	uint32_t last_hash;          /* of the last QoS 1 message that was delivered */
	uint16_t last_id;            /* its message id, 0 = none in this session */
	uint16_t next_id;            /* last message id used by the client; never 0 when used */
	uint16_t control_id;         /* message id of the control request */
	uint16_t keep_alive_seconds; /* of CONNECT */
	uint16_t sleep_seconds;      /* of DISCONNECT */
	uint8_t control_topic;       /* topic that is being subscribed or registered */
	bool ping_wanted;            /* PINGREQ as soon as the control slot is free */
	uint8_t reply_type;          /* PUBACK, REGACK or PINGRESP to send; 0 = none */
	uint8_t reply_code;          /* its return code */
	uint16_t reply_topic_id;     /* its topic id */
	uint16_t reply_id;           /* its message id */
	bool publishing;             /* a QoS 1 publication is in flight */
	bool publish_sent;           /* it was transmitted before, perhaps in an earlier session */
	uint8_t publish_topic;       /* its topic */
	uint8_t publish_length;      /* its bytes */
	uint16_t publish_id;         /* its message id */
	struct mqsn_retry publish_retry;
	uint8_t publish_data[MQSN_QOS1_BYTES_MAX];
	uint8_t topic_count;
	struct mqsn_topic topics[MQSN_TOPICS_MAX];
};

/* Bytes of a text before its NUL. */
size_t mqsn_text_size(const char *text);

/* CONNECT goes out at the first mqsn_poll. `seed` feeds the jitter. */
void mqsn_init(struct mqsn_client *client, const char *client_id, uint16_t keep_alive_seconds,
	uint32_t seed, uint64_t now_ms);

/*
 * Adds the topic f/<client id>/<suffix>; before the first mqsn_poll when it is subscribed.
 * `predefined` 0 = none; `subscribe` 0 = only published, else 1 + QoS. Returns its index, or
 * MQSN_NO_TOPIC when the table is full or the suffix too long. An equal suffix gives its index.
 */
uint8_t mqsn_add_topic(
	struct mqsn_client *client, const char *suffix, uint16_t predefined, uint8_t subscribe);

/*
 * Gives the topic another suffix (at most MQSN_SUFFIX_MAX characters) and forgets its id; a QoS 1
 * publication on it that is in flight is dropped.
 */
void mqsn_rename_topic(struct mqsn_client *client, uint8_t topic, const char *suffix);

/* One received datagram. Afterwards call mqsn_poll until it returns 0. */
struct mqsn_event mqsn_feed(
	struct mqsn_client *client, const uint8_t *datagram, size_t length, uint64_t now_ms);

/*
 * Writes the next datagram that is due (at most 255 bytes) to `out` and returns its bytes; 0 =
 * nothing is due now.
 */
size_t mqsn_poll(struct mqsn_client *client, uint64_t now_ms, uint8_t *out, size_t out_bytes);

/* When mqsn_poll has something to do next, MQSN_NEVER = not before the next call. */
uint64_t mqsn_deadline(const struct mqsn_client *client);

/*
 * Publishes with QoS 0: on MQSN_ACCEPTED the datagram of `*out_length` bytes stands in `out` and
 * the caller sends it.
 */
enum mqsn_outcome mqsn_send(struct mqsn_client *client, uint8_t topic, const uint8_t *data,
	size_t length, uint64_t now_ms, uint8_t *out, size_t out_bytes, size_t *out_length);

/*
 * Publishes with QoS 1; the bytes are copied. Ends with MQSN_EVENT_PUBLISHED or _REJECTED, also
 * across a lost link.
 */
enum mqsn_outcome mqsn_publish(struct mqsn_client *client, uint8_t topic, const uint8_t *data,
	size_t length, uint64_t now_ms);

/* Asks for a PINGRESP: everything the gateway sent before it has arrived when it arrives. */
void mqsn_ping(struct mqsn_client *client, uint64_t now_ms);

/* Milliseconds to wait after try number `tries` (from 0), with jitter; also for others' retries. */
uint64_t mqsn_backoff(struct mqsn_client *client, uint8_t tries);

/* ACTIVE only, else without effect: DISCONNECT(seconds). Asleep at MQSN_EVENT_ASLEEP. */
void mqsn_sleep(struct mqsn_client *client, uint16_t seconds, uint64_t now_ms);

/* ASLEEP only: PINGREQ(client id); messages follow until MQSN_EVENT_DRAINED, then asleep again. */
void mqsn_wake(struct mqsn_client *client, uint64_t now_ms);

/* ASLEEP or WAKING: connects anew in order to publish. */
void mqsn_connect(struct mqsn_client *client, uint64_t now_ms);

#endif
