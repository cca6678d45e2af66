/* The ring between an interrupt and the main loop. */
#include "ports/common/frames.h"

#include <string.h>

#include "harness.h"

#define RING_BYTES 64u

static uint8_t memory[RING_BYTES];

static struct frames empty_ring(void)
{
	return (struct frames){.bytes = memory, .size = RING_BYTES};
}

TEST("frames leave a ring in the order in which they came, over its end and that of its counters")
{
	struct frames ring = empty_ring();
	ring.head = ring.tail = UINT32_MAX - 100u;
	for (uint8_t i = 1; i < 200u; i++) {
		uint8_t frame[20];
		memset(frame, i, sizeof(frame));
		const size_t size = 1u + i % sizeof(frame);
		REQUIRE(frames_write(&ring, frame, size) && frames_write(&ring, frame + 1, 1));
		uint8_t read[20] = {0};
		CHECK_EQUAL(frames_read(&ring, read, sizeof(read)), size);
		CHECK_BYTES(read, frame, size);
		CHECK_EQUAL(frames_read(&ring, read, sizeof(read)), 1);
		CHECK(frames_is_empty(&ring));
	}
}

TEST("a frame that does not fit is refused whole, and fits when another has left")
{
	struct frames ring = empty_ring();
	uint8_t frame[RING_BYTES] = {7};
	CHECK(!frames_write(&ring, frame, RING_BYTES - 1u));
	CHECK(frames_has_room(&ring, RING_BYTES - 2u));
	CHECK(frames_write(&ring, frame, 40));
	CHECK(!frames_has_room(&ring, 21));
	CHECK(!frames_write(&ring, frame, 21));
	CHECK(frames_write(&ring, frame, 20));
	CHECK(!frames_has_room(&ring, 0));
	CHECK_EQUAL(frames_read(&ring, frame, sizeof(frame)), 40);
	CHECK(frames_write(&ring, frame, 40));
	CHECK_EQUAL(frames_read(&ring, frame, sizeof(frame)), 20);
}

TEST("a frame larger than the reader's memory is cut, and the next one is whole")
{
	struct frames ring = empty_ring();
	const uint8_t frame[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	REQUIRE(frames_write(&ring, frame, 10) && frames_write(&ring, frame, 3));
	uint8_t read[5] = {0, 0, 0, 0, 0xee};
	CHECK_EQUAL(frames_read(&ring, read, 4), 10);
	CHECK_EQUAL(read[4], 0xee);
	CHECK_EQUAL(frames_read(&ring, read, 4), 3);
}

TEST("an empty ring gives nothing, and an empty frame is not one")
{
	struct frames ring = empty_ring();
	uint8_t frame[1] = {0};
	CHECK_EQUAL(frames_read(&ring, frame, 1), 0);
	CHECK(!frames_write(&ring, frame, 0));
	CHECK(frames_is_empty(&ring));
}
