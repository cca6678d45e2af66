#include "frames.h"

#define PREFIX_BYTES 2u

/* The other side must see the bytes before the position that says they are there. */
static void publish(volatile uint32_t *position, uint32_t value)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*position = value;
}

bool frames_has_room(const struct frames *frames, size_t size)
{
	const uint32_t free_bytes = frames->size - (frames->head - frames->tail);
	return free_bytes >= PREFIX_BYTES && size <= free_bytes - PREFIX_BYTES;
}

bool frames_write(struct frames *frames, const uint8_t *frame, size_t size)
{
	if (size == 0 || size > UINT16_MAX || !frames_has_room(frames, size)) {
		return false;
	}
	const uint32_t mask = frames->size - 1u;
	uint32_t at = frames->head;
	frames->bytes[at++ & mask] = (uint8_t)size;
	frames->bytes[at++ & mask] = (uint8_t)(size >> 8);
	for (size_t i = 0; i < size; i++) {
		frames->bytes[at++ & mask] = frame[i];
	}
	publish(&frames->head, at);
	return true;
}

bool frames_is_empty(const struct frames *frames)
{
	return frames->head == frames->tail;
}

size_t frames_read(struct frames *frames, uint8_t *frame, size_t room)
{
	if (frames_is_empty(frames)) {
		return 0;
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* what lies before the head is there */
	const uint32_t mask = frames->size - 1u;
	uint32_t at = frames->tail;
	const uint32_t low = frames->bytes[at++ & mask];
	const uint32_t size = low | (uint32_t)frames->bytes[at++ & mask] << 8;
	for (uint32_t i = 0; i < size && i < room; i++) {
		frame[i] = frames->bytes[(at + i) & mask];
	}
	publish(&frames->tail, at + size);
	return size;
}
