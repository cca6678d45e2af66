/*
 * A ring of received frames: one interrupt writes, one thread reads, none waits or masks the other.
 * A frame takes its size and 2 bytes more.
 */
#ifndef COMMON_FRAMES_H
#define COMMON_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frames {
	uint8_t *bytes;         /* memory of the ring */
	uint32_t size;          /* of it: a power of two, at most 32 KiB */
	volatile uint32_t head; /* bytes ever written; the writer's alone */
	volatile uint32_t tail; /* bytes ever read; the reader's alone */
};

/* Whether a frame of `size` bytes fits now. For the writer: it stays true until it writes. */
bool frames_has_room(const struct frames *frames, size_t size);

/* Appends a frame; false = no room, nothing is written. Called by the writer. */
bool frames_write(struct frames *frames, const uint8_t *frame, size_t size);

bool frames_is_empty(const struct frames *frames);

/*
 * Takes the oldest frame. Returns its size, 0 = the ring is empty. A frame larger than `room` is
 * taken and only its first `room` bytes are copied. Called by the reader.
 */
size_t frames_read(struct frames *frames, uint8_t *frame, size_t room);

#endif
