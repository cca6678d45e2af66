/* Framing of MQTT-SN messages, and what the files of the client share. Not part of the API. */
#ifndef MQTTSN_FRAME_H
#define MQTTSN_FRAME_H

#include "mqttsn.h"

/* One message of a datagram; `body` is a view. */
struct mqsn_frame {
	uint8_t type;
	const uint8_t *body;
	size_t length; /* bytes of the body */
};

/*
 * Checks that the datagram is exactly one message (both length forms, 5.2.1) whose body has a size
 * its type allows. False leaves `frame` untouched.
 */
bool mqsn_parse(const uint8_t *datagram, size_t length, struct mqsn_frame *frame);

/*
 * Writes the header of a message with `body_bytes` of body. Returns the offset of the body, or 0
 * when the message would exceed `out_bytes` or a datagram of 255 bytes.
 */
size_t mqsn_write_header(uint8_t *out, size_t out_bytes, uint8_t type, size_t body_bytes);

/* Writes f/<client id>/<suffix> to `out` of MQSN_TOPIC_NAME_MAX bytes; returns its bytes. */
size_t mqsn_write_name(
	const struct mqsn_client *client, const struct mqsn_topic *topic, uint8_t *out);

uint16_t mqsn_load_u16(const uint8_t *at);
void mqsn_store_u16(uint8_t *at, uint16_t value);

/* A message id that is not 0. */
uint16_t mqsn_new_id(struct mqsn_client *client);

/* Begins `control` with its first transmission at `due_ms`. */
void mqsn_begin(struct mqsn_client *client, enum mqsn_control control, uint64_t due_ms);

/* Takes the next control request that waits, if the slot is free. */
void mqsn_next_control(struct mqsn_client *client, uint64_t now_ms);

/* To CONNECTING, first CONNECT after the shortest back-off. */
void mqsn_reconnect(struct mqsn_client *client, uint64_t now_ms);

/* Topic id for a PUBLISH and its type bits; false = it has none yet. */
bool mqsn_topic_id(const struct mqsn_topic *topic, uint16_t *id, uint8_t *type);

struct mqsn_event mqsn_event_of(enum mqsn_event_kind kind);

/* Makes the reply that the next mqsn_poll sends. */
void mqsn_reply(
	struct mqsn_client *client, uint8_t type, uint16_t topic_id, uint16_t id, uint8_t code);

/* Whether the gateway accepted a CONNECT and was not given up since. */
bool mqsn_has_session(const struct mqsn_client *client);

struct mqsn_event mqsn_on_publish(struct mqsn_client *client, const struct mqsn_frame *frame);

struct mqsn_event mqsn_on_puback(
	struct mqsn_client *client, const struct mqsn_frame *frame, uint64_t now_ms);

#endif
