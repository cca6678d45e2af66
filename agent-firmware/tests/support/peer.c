#include "tests/support/peer.h"

#include <stdio.h>
#include <string.h>

#include "core/suit/cose.h"
#include "generated/mqttsn_packets.h"
#include "harness.h"

#define DELAY_MS 25u
#define RESEND_MS 1000u

static enum femto_port_err flash_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
	struct peer *peer = context;
	const struct femto_port port = fake_flash_port(&peer->flash);
	return port.flash_read(port.context, address, data, size);
}

static enum femto_port_err flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	struct peer *peer = context;
	const struct femto_port port = fake_flash_port(&peer->flash);
	return port.flash_program(port.context, address, data, size);
}

static enum femto_port_err flash_erase(void *context, uint32_t unit)
{
	struct peer *peer = context;
	const struct femto_port port = fake_flash_port(&peer->flash);
	return port.flash_erase(port.context, unit);
}

static uint32_t port_random(void *context)
{
	const struct peer *peer = context;
	return 0x12345u + (uint32_t)peer->now_ms;
}

static enum femto_port_err sensor_read(void *context, uint32_t channel, int32_t *value)
{
	(void)context;
	*value = 42;
	return channel == 0 ? FEMTO_PORT_OK : FEMTO_PORT_NOT_FOUND;
}

/* Whether this one is lost on the way. */
static bool is_lost(struct peer *peer)
{
	peer->passed++;
	return peer->lose_every > 0 && peer->passed % peer->lose_every == 0;
}

/* Kind of a message of ours or of the device; what acknowledges goes with what it is for. */
static enum peer_air air_of(const uint8_t *datagram, size_t size)
{
	static const enum peer_air kinds[] = {PEER_AIR_OTHER, PEER_AIR_HEAD, PEER_AIR_REPORT,
		PEER_AIR_BLOCK, PEER_AIR_BLOCK};
	if (size < 5u || (datagram[1] != MQSN_PUBLISH && datagram[1] != MQSN_PUBACK)) {
		return PEER_AIR_OTHER;
	}
	const size_t at = datagram[1] == MQSN_PUBLISH ? 4u : 3u;
	return datagram[at] < sizeof(kinds) / sizeof(kinds[0]) ? kinds[datagram[at]] : PEER_AIR_OTHER;
}

void peer_send_raw(struct peer *peer, const uint8_t *data, size_t size)
{
	peer->air[air_of(data, size)] += (uint32_t)size;
	if (is_lost(peer)) {
		return;
	}
	CHECK(peer->queued < PEER_QUEUE);
	struct peer_datagram *datagram = &peer->queue[peer->queued++];
	memcpy(datagram->bytes, data, size);
	datagram->size = size;
	datagram->at_ms = peer->now_ms + DELAY_MS;
}

static void send_message(struct peer *peer, uint8_t type, const uint8_t *body, size_t size)
{
	uint8_t bytes[255] = {(uint8_t)(size + 2u), type};
	if (size > 0) {
		memcpy(bytes + 2, body, size);
	}
	peer_send_raw(peer, bytes, size + 2u);
}

/* Normal id of a name, 0 = not registered. */
static uint16_t id_of(const struct peer *peer, const char *name)
{
	for (uint16_t i = 1; i <= peer->registered; i++) {
		if (strcmp(peer->names[i], name) == 0) {
			return i;
		}
	}
	return 0;
}

static uint16_t register_name(struct peer *peer, const uint8_t *name, size_t size)
{
	char text[32] = {0};
	memcpy(text, name, size < 31 ? size : 31);
	const uint16_t known = id_of(peer, text);
	if (known != 0) {
		return known;
	}
	strcpy(peer->names[++peer->registered], text);
	return peer->registered;
}

static void publish(
	struct peer *peer, uint16_t id, char suffix, uint8_t qos, const uint8_t *data, size_t size)
{
	char name[16];
	(void)snprintf(name, sizeof(name), "f/dev-1/%c", suffix);
	const uint16_t topic = peer->without_ids ? id_of(peer, name) : id;
	const unsigned type = peer->without_ids ? MQSN_TOPIC_NORMAL : MQSN_TOPIC_PREDEFINED;
	peer->message_id = qos == 0 ? peer->message_id : (uint16_t)(peer->message_id + 1u);
	const uint16_t message = qos == 0 ? 0 : peer->message_id;
	uint8_t body[255] = {(uint8_t)((qos == 0 ? 0 : MQSN_FLAG_QOS_1) | type), (uint8_t)(topic >> 8),
		(uint8_t)topic, (uint8_t)(message >> 8), (uint8_t)message};
	memcpy(body + 5, data, size);
	send_message(peer, MQSN_PUBLISH, body, size + 5u);
}

static void serve_block(struct peer *peer, const uint8_t *data, size_t size)
{
	struct proto_block_request request;
	CHECK_EQUAL(proto_decode_block_request(data, size, &request), CBOR_OK);
	struct fleet_object *object = fleet_find(&peer->fleet, request.digest.data);
	struct proto_block block = {{request.digest.data, 4}, request.offset, {NULL, 0}};
	uint8_t bytes[255] = {0};
	if (object != NULL && !object->missing && request.offset < object->size) {
		const size_t left = object->size - request.offset;
		block.bytes.size = left < request.length ? left : request.length;
		memcpy(bytes, object->bytes + request.offset, block.bytes.size);
		block.bytes.size += left <= request.length ? object->surplus : 0;
		bytes[0] ^= object->is_corrupt && request.offset == 0 ? 1u : 0;
		block.bytes.data = bytes;
		peer->blocks_served++;
	}
	uint8_t payload[255];
	struct cbor_writer writer = cbor_write(payload, sizeof(payload));
	CHECK_EQUAL(proto_encode_block(&writer, &block), CBOR_OK);
	publish(peer, PROTO_TOPIC_BLOCK_ID, 'b', 0, payload, writer.size);
}

static void read_report(struct peer *peer, struct cbor_view payload)
{
	struct proto_report report;
	if (!harness_check_equal(proto_decode_report(payload.data, payload.size, &report), CBOR_OK,
			"a report decodes", __FILE__, __LINE__)) {
		return;
	}
	const uint32_t count = peer->report.count + 1u;
	memset(&peer->report, 0, sizeof(peer->report));
	peer->report.count = count;
	peer->report.sequence = report.sequence;
	peer->report.accepted_generation = report.accepted_generation;
	peer->report.next_report_seconds = report.next_report_seconds;
	peer->report.has_inventory = report.has_inventory;
	peer->report.containers = report.containers.count;
	struct proto_container_report container;
	while (proto_next_container_report(&report.containers, &container) == CBOR_OK) {
		peer->report.state[container.local_id] = (uint8_t)container.state;
		peer->report.digest_byte[container.local_id] = container.statement_digest.data[0];
	}
	struct proto_refusal refusal;
	while (proto_next_refusal(&report.refusals, &refusal) == CBOR_OK) {
		peer->report.reason[refusal.local_id] = (uint8_t)refusal.reason;
		peer->report.instruction[refusal.local_id] = (uint16_t)refusal.instruction;
	}
}

static void take_slice(struct peer *peer, const uint8_t *data, size_t size)
{
	struct proto_report_slice slice;
	CHECK_EQUAL(proto_decode_report_slice(data, size, &slice), CBOR_OK);
	if (slice.report != peer->slice_report) {
		peer->slice_report = slice.report;
		peer->slice_seen = 0;
		peer->slice_bytes = 0;
	}
	if ((peer->slice_seen >> slice.part & 1u) != 0) {
		return;
	}
	peer->slice_seen |= (uint64_t)1u << slice.part;
	peer->slice_bytes += slice.bytes.size;
	memcpy(peer->slices + (size_t)slice.part * PROTO_REPORT_SLICE_BYTES_MAX, slice.bytes.data,
		slice.bytes.size);
	if (peer->slice_seen == ((uint64_t)1u << slice.parts) - 1u) {
		struct cbor_view payload;
		const struct cbor_view object = {peer->slices, peer->slice_bytes};
		CHECK_EQUAL(
			cose_open_mac0(peer->fleet.device_key, COSE_REPORT, object, &payload), COSE_OK);
		read_report(peer, payload);
	}
}

static void on_publish(struct peer *peer, const uint8_t *body, size_t size)
{
	const bool predefined = (body[0] & MQSN_FLAG_TOPIC_ID_TYPE) == MQSN_TOPIC_PREDEFINED;
	const uint16_t id = (uint16_t)(body[1] << 8 | body[2]);
	const bool unknown = predefined ? peer->without_ids : id > peer->registered;
	const bool acknowledged = (body[0] & MQSN_FLAG_QOS) == MQSN_FLAG_QOS_1;
	const uint8_t puback[5] = {body[1], body[2], body[3], body[4],
		unknown ? MQSN_RETURN_INVALID_TOPIC_ID : MQSN_RETURN_ACCEPTED};
	if (unknown || (acknowledged && !peer->keeps_pubacks)) {
		send_message(peer, MQSN_PUBACK, puback, sizeof(puback));
	}
	if (unknown) {
		return;
	}
	static const char suffixes[] = " drgbil";
	const char *name = predefined ? NULL : peer->names[id];
	const char suffix = predefined ? suffixes[id] : name[strlen("f/dev-1/")];
	const uint8_t *data = body + 5;
	const size_t bytes = size - 5u;
	if (suffix == 'g') {
		serve_block(peer, data, bytes);
	} else if (suffix == 'r') {
		take_slice(peer, data, bytes);
	} else {
		memcpy(peer->published, data, bytes);
		peer->published_bytes = bytes;
		peer->publications++;
	}
}

static void on_subscribe(struct peer *peer, const uint8_t *body, size_t size)
{
	const bool predefined = (body[0] & MQSN_FLAG_TOPIC_ID_TYPE) == MQSN_TOPIC_PREDEFINED;
	const bool refused = predefined && peer->without_ids;
	uint16_t id = (uint16_t)(body[3] << 8 | body[4]);
	if (!predefined) {
		id = register_name(peer, body + 3, size - 3u);
	}
	const uint8_t suback[6] = {body[0] & MQSN_FLAG_QOS, (uint8_t)(id >> 8), (uint8_t)id, body[1],
		body[2], refused ? MQSN_RETURN_INVALID_TOPIC_ID : MQSN_RETURN_ACCEPTED};
	send_message(peer, MQSN_SUBACK, suback, sizeof(suback));
}

static void on_register(struct peer *peer, const uint8_t *body, size_t size)
{
	const uint16_t id = register_name(peer, body + 4, size - 4u);
	const uint8_t regack[5] = {
		(uint8_t)(id >> 8), (uint8_t)id, body[2], body[3], MQSN_RETURN_ACCEPTED};
	send_message(peer, MQSN_REGACK, regack, sizeof(regack));
}

static void send_head(struct peer *peer)
{
	publish(peer, PROTO_TOPIC_HEAD_ID, 'd', 1, peer->fleet.head, peer->fleet.head_bytes);
	peer->head_due_ms = peer->now_ms + RESEND_MS;
}

/* What waits for a sleeper goes out before PINGRESP. */
static void on_ping(struct peer *peer)
{
	if (peer->is_asleep && peer->head_pending) {
		send_head(peer);
	}
	send_message(peer, MQSN_PINGRESP, NULL, 0);
}

static void on_datagram(struct peer *peer, const uint8_t *datagram, size_t size)
{
	const uint8_t *body = datagram + 2;
	const size_t bytes = size - 2u;
	const uint8_t accepted[1] = {MQSN_RETURN_ACCEPTED};
	switch (datagram[1]) {
	case MQSN_CONNECT:
		peer->is_asleep = false;
		send_message(peer, MQSN_CONNACK, accepted, 1);
		return;
	case MQSN_SUBSCRIBE:
		on_subscribe(peer, body, bytes);
		return;
	case MQSN_REGISTER:
		on_register(peer, body, bytes);
		return;
	case MQSN_PUBLISH:
		on_publish(peer, body, bytes);
		return;
	case MQSN_PUBACK:
		peer->head_pending = false;
		return;
	case MQSN_PINGREQ:
		on_ping(peer);
		return;
	case MQSN_DISCONNECT:
		peer->is_asleep = bytes == 2u;
		peer->sleep_seconds = bytes == 2u ? (uint32_t)(body[0] << 8 | body[1]) : 0;
		send_message(peer, MQSN_DISCONNECT, NULL, 0);
		return;
	default:
		return;
	}
}

static enum femto_port_err port_send(void *context, const uint8_t *datagram, size_t size)
{
	struct peer *peer = context;
	CHECK(size <= 64 && datagram[0] == size);
	peer->sent++;
	peer->air[air_of(datagram, size)] += (uint32_t)size;
	if (!peer->is_down && !is_lost(peer)) {
		on_datagram(peer, datagram, size);
	}
	return FEMTO_PORT_OK;
}

void peer_init_flash(struct peer *peer, uint32_t unit_bytes, uint32_t units, uint8_t fill)
{
	memset(peer, 0, sizeof(*peer));
	fake_flash_init(&peer->flash, unit_bytes, units, fill);
	fleet_init(&peer->fleet);
	peer->now_ms = 1000;
	peer_boot(peer);
}

void peer_init(struct peer *peer)
{
	peer_init_flash(peer, PEER_UNIT_BYTES, PEER_UNITS, FEMTO_FLASH_ERASED);
}

void peer_boot(struct peer *peer)
{
	struct femto_config config = {
		.device_id = "dev-1",
		.firmware = "1.0.0",
		.board = "test",
		.build_id = {1, 2, 3, 4, 5, 6, 7, 8},
		.mtu_bytes = 64,
	};
	memcpy(config.device_key, peer->fleet.device_key, sizeof(config.device_key));
	memcpy(config.root_key, peer->fleet.root_key, sizeof(config.root_key));
	config.reset_cause = peer->reset_cause;
	peer->reset_cause = FEMTO_RESET_OTHER;
	/* made anew, as a peer may be a copy of another */
	peer->port = (struct femto_port){
		.context = peer,
		.flash = peer->flash.geometry,
		.send = port_send,
		.random = port_random,
		.flash_read = flash_read,
		.flash_program = flash_program,
		.flash_erase = flash_erase,
		.sensor_read = sensor_read,
	};
	peer->queued = 0;
	memset(&peer->report, 0, sizeof(peer->report));
	peer->slice_report = 0;
	CHECK_EQUAL(femto_init(&peer->femto, &peer->port, &config, peer->now_ms), FEMTO_OK);
}

void peer_publish_head(struct peer *peer)
{
	peer->head_pending = true;
	peer->head_due_ms = peer->now_ms;
}

void peer_send_input(struct peer *peer, const uint8_t *data, size_t size)
{
	publish(peer, PROTO_TOPIC_INPUT_ID, 'i', 0, data, size);
}

static void deliver_due(struct peer *peer)
{
	size_t kept = 0;
	const size_t queued = peer->queued;
	struct peer_datagram due[PEER_QUEUE];
	size_t count = 0;
	for (size_t i = 0; i < queued; i++) {
		if (peer->queue[i].at_ms <= peer->now_ms) {
			due[count++] = peer->queue[i];
		} else {
			peer->queue[kept++] = peer->queue[i];
		}
	}
	peer->queued = kept;
	for (size_t i = 0; i < count; i++) {
		femto_feed(&peer->femto, due[i].bytes, due[i].size, peer->now_ms);
	}
}

static uint64_t next_event(const struct peer *peer, uint64_t deadline)
{
	uint64_t next = deadline;
	for (size_t i = 0; i < peer->queued; i++) {
		next = peer->queue[i].at_ms < next ? peer->queue[i].at_ms : next;
	}
	if (peer->head_pending && peer->head_due_ms < next) {
		next = peer->head_due_ms;
	}
	return next > peer->now_ms ? next : peer->now_ms + 1u;
}

/* One event; time moves to the next one. */
static void step(struct peer *peer, uint64_t end_ms)
{
	deliver_due(peer);
	if (peer->head_pending && peer->now_ms >= peer->head_due_ms && !peer->is_down &&
		femto_is_connected(&peer->femto)) {
		send_head(peer);
	}
	uint64_t deadline = femto_poll(&peer->femto, peer->now_ms);
	for (uint32_t turns = 0; deadline <= peer->now_ms && turns < 100; turns++) {
		deadline = femto_poll(&peer->femto, peer->now_ms);
	}
	CHECK(deadline > peer->now_ms); /* else it asks to be called for ever */
	const uint64_t next = next_event(peer, deadline);
	peer->now_ms = next < end_ms ? next : end_ms;
}

void peer_run(struct peer *peer, uint64_t milliseconds)
{
	const uint64_t end_ms = peer->now_ms + milliseconds;
	while (peer->now_ms < end_ms && !harness_has_failed()) {
		step(peer, end_ms);
	}
}

bool peer_run_until(struct peer *peer, uint8_t local_id, uint8_t state, uint64_t milliseconds)
{
	const uint64_t end_ms = peer->now_ms + milliseconds;
	while (peer->now_ms < end_ms && !harness_has_failed()) {
		step(peer, end_ms);
		if (peer->report.accepted_generation == peer->fleet.generation &&
			peer->report.state[local_id] == state) {
			return true;
		}
	}
	return false;
}
