#include "mqttsn_frame.h"

#include <string.h>

struct body_limits {
	uint8_t type;
	uint8_t min;
	uint16_t max;
};

/* What a gateway may send to a client; every other type is no message for us. */
static const struct body_limits limits[] = {
	{MQSN_ADVERTISE, MQSN_ADVERTISE_BODY_MIN, MQSN_ADVERTISE_BODY_MAX},
	{MQSN_GWINFO, MQSN_GWINFO_BODY_MIN, UINT16_MAX},
	{MQSN_CONNACK, MQSN_CONNACK_BODY_MIN, MQSN_CONNACK_BODY_MAX},
	{MQSN_WILLTOPICREQ, MQSN_WILLTOPICREQ_BODY_MIN, MQSN_WILLTOPICREQ_BODY_MAX},
	{MQSN_WILLMSGREQ, MQSN_WILLMSGREQ_BODY_MIN, MQSN_WILLMSGREQ_BODY_MAX},
	{MQSN_REGISTER, MQSN_REGISTER_BODY_MIN, UINT16_MAX},
	{MQSN_REGACK, MQSN_REGACK_BODY_MIN, MQSN_REGACK_BODY_MAX},
	{MQSN_PUBLISH, MQSN_PUBLISH_BODY_MIN, UINT16_MAX},
	{MQSN_PUBACK, MQSN_PUBACK_BODY_MIN, MQSN_PUBACK_BODY_MAX},
	{MQSN_PUBCOMP, MQSN_PUBCOMP_BODY_MIN, MQSN_PUBCOMP_BODY_MAX},
	{MQSN_PUBREC, MQSN_PUBREC_BODY_MIN, MQSN_PUBREC_BODY_MAX},
	{MQSN_PUBREL, MQSN_PUBREL_BODY_MIN, MQSN_PUBREL_BODY_MAX},
	{MQSN_SUBACK, MQSN_SUBACK_BODY_MIN, MQSN_SUBACK_BODY_MAX},
	{MQSN_UNSUBACK, MQSN_UNSUBACK_BODY_MIN, MQSN_UNSUBACK_BODY_MAX},
	{MQSN_PINGREQ, MQSN_PINGREQ_BODY_MIN, MQSN_CLIENT_ID_MAX},
	{MQSN_PINGRESP, MQSN_PINGRESP_BODY_MIN, MQSN_PINGRESP_BODY_MAX},
	{MQSN_DISCONNECT, MQSN_DISCONNECT_BODY_MIN, MQSN_DISCONNECT_BODY_MAX},
	{MQSN_WILLTOPICRESP, MQSN_WILLTOPICRESP_BODY_MIN, MQSN_WILLTOPICRESP_BODY_MAX},
	{MQSN_WILLMSGRESP, MQSN_WILLMSGRESP_BODY_MIN, MQSN_WILLMSGRESP_BODY_MAX},
};

size_t mqsn_text_size(const char *text)
{
	size_t size = 0;
	while (text[size] != 0) {
		size++;
	}
	return size;
}

uint16_t mqsn_load_u16(const uint8_t *at)
{
	return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

void mqsn_store_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static bool body_fits(uint8_t type, size_t length)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (limits[i].type == type) {
			return length >= limits[i].min && length <= limits[i].max;
		}
	}
	return false;
}

bool mqsn_parse(const uint8_t *datagram, size_t length, struct mqsn_frame *frame)
{
	if (length < MQSN_HEADER_BYTES) {
		return false;
	}
	size_t header = MQSN_HEADER_BYTES;
	size_t declared = datagram[0];
	if (declared == MQSN_LONG_LENGTH_MARK) {
		header = MQSN_LONG_HEADER_BYTES;
		if (length < header) {
			return false;
		}
		declared = mqsn_load_u16(datagram + 1);
	}
	if (declared != length) {
		return false;
	}
	const uint8_t type = datagram[header - 1u];
	if (!body_fits(type, length - header)) {
		return false;
	}
	frame->type = type;
	frame->body = datagram + header;
	frame->length = length - header;
	return true;
}

size_t mqsn_write_header(uint8_t *out, size_t out_bytes, uint8_t type, size_t body_bytes)
{
	if (body_bytes > MQSN_SHORT_LENGTH_MAX - MQSN_HEADER_BYTES ||
		body_bytes + MQSN_HEADER_BYTES > out_bytes) {
		return 0;
	}
	out[0] = (uint8_t)(body_bytes + MQSN_HEADER_BYTES);
	out[1] = type;
	return MQSN_HEADER_BYTES;
}

size_t mqsn_write_name(
	const struct mqsn_client *client, const struct mqsn_topic *topic, uint8_t *out)
{
	const size_t prefix = sizeof(PROTO_TOPIC_PREFIX) - 1u;
	const size_t id = mqsn_text_size(client->client_id);
	const size_t suffix = mqsn_text_size(topic->suffix);
	memcpy(out, PROTO_TOPIC_PREFIX, prefix);
	memcpy(out + prefix, client->client_id, id);
	out[prefix + id] = '/';
	memcpy(out + prefix + id + 1u, topic->suffix, suffix);
	return prefix + id + 1u + suffix;
}

bool mqsn_topic_id(const struct mqsn_topic *topic, uint16_t *id, uint8_t *type)
{
	if (topic->by_name && topic->normal == 0) {
		return false;
	}
	*id = topic->by_name ? topic->normal : topic->predefined;
	*type = (uint8_t)(topic->by_name ? MQSN_TOPIC_NORMAL : MQSN_TOPIC_PREDEFINED);
	return true;
}
