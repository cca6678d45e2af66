#include "serial.h"

#define DELIMITER 0x00u
/* Code of a block without an end: it stands for no zero. */
#define FULL_BLOCK 0xffu
#define CRC_START 0xffffu
#define CRC_POLYNOMIAL 0x1021u
#define CRC_BYTES 2u

static uint16_t crc16(const uint8_t *bytes, size_t size)
{
	uint32_t crc = CRC_START;
	for (size_t i = 0; i < size; i++) {
		crc ^= (uint32_t)bytes[i] << 8;
		for (unsigned bit = 0; bit < 8u; bit++) {
			crc = (crc & 0x8000u) == 0 ? crc << 1 : (crc << 1) ^ CRC_POLYNOMIAL;
		}
	}
	return (uint16_t)crc;
}

/* What COBS stuffs: the datagram with its CRC behind it, never copied together. */
struct body {
	const uint8_t *datagram;
	size_t datagram_bytes;
	uint8_t crc[CRC_BYTES];
};

static uint8_t byte_at(const struct body *body, size_t at)
{
	return at < body->datagram_bytes ? body->datagram[at] : body->crc[at - body->datagram_bytes];
}

/* Length of the block that begins at `from`: up to a zero, the end, or the largest there is. */
static size_t block_bytes(const struct body *body, size_t from, size_t end)
{
	size_t at = from;
	while (at < end && at - from < FULL_BLOCK - 1u && byte_at(body, at) != DELIMITER) {
		at++;
	}
	return at - from;
}

static void stuff(struct serial_sink sink, const struct body *body)
{
	const size_t end = body->datagram_bytes + CRC_BYTES;
	size_t at = 0;
	bool goes_on = true;
	while (goes_on) {
		const size_t length = block_bytes(body, at, end);
		sink.put(sink.context, (uint8_t)(length + 1u));
		for (size_t i = 0; i < length; i++) {
			sink.put(sink.context, byte_at(body, at + i));
		}
		at += length;
		const bool is_full = length == FULL_BLOCK - 1u;
		/* A zero at the very end is told by an empty block behind it. */
		goes_on = at < end;
		at += goes_on && !is_full ? 1u : 0u;
	}
}

bool serial_encode(struct serial_sink sink, const uint8_t *datagram, size_t size)
{
	if (size == 0 || size > SERIAL_DATAGRAM_BYTES) {
		return false;
	}
	const uint16_t crc = crc16(datagram, size);
	const struct body body = {datagram, size, {(uint8_t)(crc >> 8), (uint8_t)(crc & 0xffu)}};
	sink.put(sink.context, DELIMITER);
	stuff(sink, &body);
	sink.put(sink.context, DELIMITER);
	return true;
}

static enum serial_outcome append(struct serial_decoder *decoder, uint8_t byte)
{
	if (decoder->size == sizeof(decoder->body)) {
		decoder->is_lost = true;
		return SERIAL_TOO_LONG;
	}
	decoder->body[decoder->size++] = byte;
	return SERIAL_MORE;
}

static enum serial_outcome take(struct serial_decoder *decoder, uint8_t byte)
{
	if (decoder->is_lost) {
		return SERIAL_MORE;
	}
	if (decoder->left > 0) {
		decoder->left--;
		return append(decoder, byte);
	}
	/* The zero that the block before stands for: the last block of a frame stands for none. */
	const bool has_zero = decoder->code != 0 && decoder->code != FULL_BLOCK;
	decoder->code = byte;
	decoder->left = (uint8_t)(byte - 1u);
	return has_zero ? append(decoder, DELIMITER) : SERIAL_MORE;
}

static enum serial_outcome judge(struct serial_decoder *decoder)
{
	if (decoder->left > 0) {
		return SERIAL_COBS_BROKEN;
	}
	if (decoder->size <= CRC_BYTES) {
		return SERIAL_TOO_SHORT;
	}
	const uint16_t size = (uint16_t)(decoder->size - CRC_BYTES);
	const uint8_t *told = &decoder->body[size];
	if (crc16(decoder->body, size) != (told[0] << 8 | told[1])) {
		return SERIAL_CRC_WRONG;
	}
	decoder->datagram_bytes = size;
	return SERIAL_DATAGRAM;
}

static enum serial_outcome end(struct serial_decoder *decoder)
{
	const bool is_frame = decoder->code != 0 && !decoder->is_lost;
	const enum serial_outcome outcome = is_frame ? judge(decoder) : SERIAL_MORE;
	decoder->size = 0;
	decoder->code = 0;
	decoder->left = 0;
	decoder->is_lost = false;
	return outcome;
}

enum serial_outcome serial_decode(struct serial_decoder *decoder, uint8_t byte)
{
	const enum serial_outcome outcome =
		byte == DELIMITER ? end(decoder) : take(decoder, byte);
	if (outcome != SERIAL_MORE && decoder->counters[outcome] < UINT32_MAX) {
		decoder->counters[outcome]++;
	}
	return outcome;
}
