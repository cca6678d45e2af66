/*
 * Datagrams on a serial line. A frame is delimiter, COBS(datagram, CRC-16/CCITT-FALSE big endian),
 * delimiter; docs/reference/serial.md. Neither side waits, allocates or keeps more than one frame.
 */
#ifndef COMMON_SERIAL_H
#define COMMON_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest datagram; the smallest has one byte. */
#define SERIAL_DATAGRAM_BYTES 255u
/* What a frame has beyond its datagram, at most: two delimiters, two codes of COBS, the CRC. */
#define SERIAL_OVERHEAD_BYTES 6u

/* Where the encoder puts each byte of a frame, in order. */
struct serial_sink {
	void (*put)(void *context, uint8_t byte);
	void *context;
};

/*
 * Writes the frame of a datagram: at most `size` + SERIAL_OVERHEAD_BYTES calls of `put`. False =
 * `size` is 0 or above SERIAL_DATAGRAM_BYTES, nothing is written.
 */
bool serial_encode(struct serial_sink sink, const uint8_t *datagram, size_t size);

/* What a byte ended. A bad frame has the first outcome that applies. */
enum serial_outcome {
	SERIAL_MORE = 0,     /* nothing: the frame goes on, or none has begun */
	SERIAL_DATAGRAM,     /* a good frame */
	SERIAL_TOO_LONG,     /* more bytes than the largest datagram has */
	SERIAL_COBS_BROKEN,  /* a delimiter inside a block */
	SERIAL_TOO_SHORT,    /* no datagram before the CRC */
	SERIAL_CRC_WRONG,    /* the CRC is not that of the datagram */
	SERIAL_OUTCOMES
};

/* Zeroed = at the begin of a line. Every delimiter begins anew, whatever came before it. */
struct serial_decoder {
	uint8_t body[SERIAL_DATAGRAM_BYTES + 2u]; /* the datagram, then its CRC */
	uint16_t size;                            /* bytes of it so far */
	uint8_t code;                             /* of the block, 0 = none since the delimiter */
	uint8_t left;                             /* bytes that the block still wants */
	bool is_lost;                             /* told of: passed over up to the delimiter */
	uint16_t datagram_bytes;                  /* after SERIAL_DATAGRAM: size of the datagram in body */
	uint32_t counters[SERIAL_OUTCOMES];       /* of each outcome but MORE; they stop at their maximum */
};

/*
 * Takes the next byte of the line. After SERIAL_DATAGRAM the datagram stands in `body` until the
 * next call.
 */
enum serial_outcome serial_decode(struct serial_decoder *decoder, uint8_t byte);

#endif
