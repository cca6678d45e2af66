#include "core/cbor/cbor.h"

#include <string.h>

struct cbor_writer cbor_write(uint8_t *data, size_t capacity)
{
	const struct cbor_writer writer = {data, capacity, 0};
	return writer;
}

struct cbor_writer cbor_measure(void)
{
	const struct cbor_writer writer = {NULL, SIZE_MAX, 0};
	return writer;
}

enum cbor_err cbor_written(const struct cbor_writer *writer)
{
	return writer->size <= writer->capacity ? CBOR_OK : CBOR_NO_ROOM;
}

void cbor_put_raw(struct cbor_writer *writer, const uint8_t *data, size_t size)
{
	const bool has_room = writer->size <= writer->capacity && size <= writer->capacity - writer->size;
	if (writer->data != NULL && has_room && size > 0) {
		memcpy(writer->data + writer->size, data, size);
	}
	/* Sizes of messages are far below SIZE_MAX: the sum that tells "no room" can't wrap. */
	writer->size += size;
}

static void put_head(struct cbor_writer *writer, uint8_t major, uint64_t argument)
{
	uint8_t head[9];
	uint8_t width = 0;
	if (argument >= 24) {
		width = argument > UINT32_MAX ? 8 : argument > UINT16_MAX ? 4 : argument > UINT8_MAX ? 2 : 1;
	}
	const uint8_t minors[9] = {0, 24, 25, 0, 26, 0, 0, 0, 27};
	const uint8_t minor = width == 0 ? (uint8_t)argument : minors[width];
	head[0] = (uint8_t)(major << 5 | minor);
	for (uint8_t index = 0; index < width; index++) {
		head[1 + index] = (uint8_t)(argument >> (8 * (width - 1 - index)));
	}
	cbor_put_raw(writer, head, (size_t)1 + width);
}

void cbor_put_uint(struct cbor_writer *writer, uint64_t value)
{
	put_head(writer, 0, value);
}

void cbor_put_int(struct cbor_writer *writer, int64_t value)
{
	if (value < 0) {
		put_head(writer, 1, (uint64_t)(-1 - value));
	} else {
		put_head(writer, 0, (uint64_t)value);
	}
}

void cbor_put_bytes_head(struct cbor_writer *writer, size_t size)
{
	put_head(writer, 2, size);
}

void cbor_put_bytes(struct cbor_writer *writer, struct cbor_view value)
{
	put_head(writer, 2, value.size);
	cbor_put_raw(writer, value.data, value.size);
}

void cbor_put_text(struct cbor_writer *writer, struct cbor_view value)
{
	put_head(writer, 3, value.size);
	cbor_put_raw(writer, value.data, value.size);
}

void cbor_put_array(struct cbor_writer *writer, uint32_t count)
{
	put_head(writer, 4, count);
}

void cbor_put_map(struct cbor_writer *writer, uint32_t count)
{
	put_head(writer, 5, count);
}

void cbor_put_tag(struct cbor_writer *writer, uint64_t tag)
{
	put_head(writer, 6, tag);
}

void cbor_put_list(struct cbor_writer *writer, const struct cbor_list *list)
{
	put_head(writer, 4, list->count);
	cbor_put_raw(writer, list->items.cur, (size_t)(list->items.end - list->items.cur));
}
