/* A line that turns, loses and makes up bytes: the decoder stays inside its bounds and comes back. */
#include "ports/common/serial.h"

#include "harness.h"

#define ROUNDS 20000u
#define FRAME_BYTES (SERIAL_DATAGRAM_BYTES + SERIAL_OVERHEAD_BYTES)

struct written {
	uint8_t bytes[FRAME_BYTES];
	size_t size;
};

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void write_byte(void *context, uint8_t byte)
{
	struct written *written = context;
	written->bytes[written->size++] = byte;
}

/* A datagram of any length, in which zeros are frequent now and then. */
static struct written random_frame(uint32_t *state, uint8_t *datagram, size_t *size)
{
	struct written written = {{0}, 0};
	*size = 1u + next(state) % SERIAL_DATAGRAM_BYTES;
	const uint32_t values = 1u + next(state) % 256u;
	for (size_t i = 0; i < *size; i++) {
		datagram[i] = (uint8_t)(next(state) % values);
	}
	CHECK(serial_encode((struct serial_sink){write_byte, &written}, datagram, *size));
	return written;
}

static unsigned feed(struct serial_decoder *decoder, const uint8_t *bytes, size_t size)
{
	unsigned datagrams = 0;
	for (size_t i = 0; i < size; i++) {
		datagrams += serial_decode(decoder, bytes[i]) == SERIAL_DATAGRAM ? 1u : 0u;
	}
	return datagrams;
}

TEST("whatever came before it, a frame that arrives whole is read")
{
	uint32_t state = 1;
	struct serial_decoder decoder = {.size = 0};
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t noise[600];
		uint8_t datagram[SERIAL_DATAGRAM_BYTES];
		size_t size = 0;
		const size_t noise_bytes = next(&state) % sizeof(noise);
		const uint32_t values = round % 2u == 0 ? 255u : 4u;
		for (size_t i = 0; i < noise_bytes; i++) {
			noise[i] = (uint8_t)(next(&state) % values + round % 2u);
		}
		(void)feed(&decoder, noise, noise_bytes);
		const struct written frame = random_frame(&state, datagram, &size);
		(void)feed(&decoder, frame.bytes, 1);
		CHECK_EQUAL(feed(&decoder, frame.bytes + 1, frame.size - 1u), 1);
		CHECK_EQUAL(decoder.datagram_bytes, size);
		CHECK_BYTES(decoder.body, datagram, size);
		CHECK(decoder.size <= sizeof decoder.body);
	}
	CHECK(decoder.counters[SERIAL_TOO_LONG] > 0);
	CHECK(decoder.counters[SERIAL_COBS_BROKEN] > 0);
	CHECK(decoder.counters[SERIAL_TOO_SHORT] > 0);
	CHECK(decoder.counters[SERIAL_CRC_WRONG] > 0);
}

TEST("a frame with one byte turned is refused")
{
	uint32_t state = 7;
	struct serial_decoder decoder = {.size = 0};
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t datagram[SERIAL_DATAGRAM_BYTES];
		size_t size = 0;
		struct written frame = random_frame(&state, datagram, &size);
		const size_t at = 1u + next(&state) % (frame.size - 2u);
		frame.bytes[at] ^= (uint8_t)(1u + next(&state) % 255u);
		CHECK_EQUAL(feed(&decoder, frame.bytes, frame.size), 0);
	}
}

TEST("a counter that has reached its maximum stays there")
{
	struct serial_decoder decoder = {.size = 0};
	decoder.counters[SERIAL_TOO_SHORT] = UINT32_MAX - 1u;
	static const uint8_t empty[] = {1, 0, 1, 0, 1, 0};
	(void)feed(&decoder, empty, sizeof empty);
	CHECK_EQUAL(decoder.counters[SERIAL_TOO_SHORT], UINT32_MAX);
}
