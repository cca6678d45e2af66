/* Frames of the serial line, by the vectors that TypeScript checks too. */
#include "ports/common/serial.h"

#include "harness.h"

#include <string.h>

#include "tests/serial/vectors.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define STREAM_BYTES 2048u
#define FRAME_BYTES (SERIAL_DATAGRAM_BYTES + SERIAL_OVERHEAD_BYTES)

static const char *const outcome_names[SERIAL_OUTCOMES] = {
	"", "datagram", "too-long", "cobs-broken", "too-short", "crc-wrong"};

struct written {
	uint8_t bytes[FRAME_BYTES];
	size_t size;
};

static void write_byte(void *context, uint8_t byte)
{
	struct written *written = context;
	if (written->size < FRAME_BYTES) {
		written->bytes[written->size] = byte;
	}
	written->size++;
}

static struct written encode(const uint8_t *datagram, size_t size)
{
	struct written written = {{0}, 0};
	CHECK(serial_encode((struct serial_sink){write_byte, &written}, datagram, size));
	CHECK(written.size <= size + SERIAL_OVERHEAD_BYTES);
	return written;
}

/* Appends text with a blank behind it. */
static void tell(char *told, const char *text, size_t length)
{
	const size_t end = strlen(told);
	REQUIRE(end + length + 2u <= 2u * STREAM_BYTES);
	memcpy(told + end, text, length);
	memcpy(told + end + length, " ", 2);
}

static void tell_datagram(char *told, const struct serial_decoder *decoder)
{
	char hex[2u * SERIAL_DATAGRAM_BYTES];
	for (size_t i = 0; i < decoder->datagram_bytes; i++) {
		hex[2u * i] = "0123456789abcdef"[decoder->body[i] >> 4];
		hex[2u * i + 1u] = "0123456789abcdef"[decoder->body[i] & 15u];
	}
	tell(told, hex, 2u * (size_t)decoder->datagram_bytes);
}

TEST("each datagram is framed as its vector says, and read back")
{
	for (size_t row = 0; row < COUNT(frame_vectors); row++) {
		harness_row(frame_vectors[row].name);
		uint8_t datagram[SERIAL_DATAGRAM_BYTES];
		uint8_t frame[FRAME_BYTES];
		const size_t size = harness_hex(frame_vectors[row].datagram, datagram, sizeof datagram);
		const size_t frame_bytes = harness_hex(frame_vectors[row].frame, frame, sizeof frame);
		const struct written written = encode(datagram, size);
		CHECK_EQUAL(written.size, frame_bytes);
		CHECK_BYTES(written.bytes, frame, frame_bytes);
		struct serial_decoder decoder = {.size = 0};
		for (size_t i = 0; i + 1u < frame_bytes; i++) {
			CHECK_EQUAL(serial_decode(&decoder, frame[i]), SERIAL_MORE);
		}
		CHECK_EQUAL(serial_decode(&decoder, frame[frame_bytes - 1u]), SERIAL_DATAGRAM);
		CHECK_EQUAL(decoder.datagram_bytes, size);
		CHECK_BYTES(decoder.body, datagram, size);
	}
	harness_row(NULL);
}

TEST("each stream gives the outcomes that its vector says, each counted once under its name")
{
	for (size_t row = 0; row < COUNT(stream_vectors); row++) {
		harness_row(stream_vectors[row].name);
		uint8_t stream[STREAM_BYTES];
		char told[2u * STREAM_BYTES] = "";
		uint32_t counters[SERIAL_OUTCOMES] = {0};
		const size_t size = harness_hex(stream_vectors[row].stream, stream, sizeof stream);
		struct serial_decoder decoder = {.size = 0};
		for (size_t i = 0; i < size; i++) {
			const enum serial_outcome outcome = serial_decode(&decoder, stream[i]);
			if (outcome == SERIAL_DATAGRAM) {
				tell_datagram(told, &decoder);
			} else if (outcome != SERIAL_MORE) {
				tell(told, outcome_names[outcome], strlen(outcome_names[outcome]));
			}
			counters[outcome] += outcome == SERIAL_MORE ? 0u : 1u;
		}
		CHECK(strcmp(told, stream_vectors[row].outcomes) == 0);
		CHECK_BYTES(decoder.counters, counters, sizeof counters);
	}
	harness_row(NULL);
}

TEST("what is no datagram is not framed")
{
	struct written written = {{0}, 0};
	const uint8_t datagram[SERIAL_DATAGRAM_BYTES + 1u] = {0};
	const struct serial_sink sink = {write_byte, &written};
	CHECK(!serial_encode(sink, datagram, 0));
	CHECK(!serial_encode(sink, datagram, sizeof datagram));
	CHECK_EQUAL(written.size, 0);
}
