#include "core/cbor/cbor.h"


enum {
	MAJOR_UINT = 0,
	MAJOR_NEGATIVE = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5,
	MAJOR_TAG = 6,
	MAJOR_SIMPLE = 7,
};

/** Simple values that may stand in an item that is skipped. */
enum { SIMPLE_FALSE = 20, SIMPLE_NULL = 22 };

/** First byte of an item, and the argument behind it (RFC 8949, 3). */
struct head {
	uint8_t major;     /* 0 to 7 */
	uint64_t argument; /* value, length, count or tag */
};

struct cbor_reader cbor_read(const uint8_t *data, size_t size)
{
	const struct cbor_reader reader = {data, data + size};
	return reader;
}

bool cbor_is_done(const struct cbor_reader *reader)
{
	return reader->cur == reader->end;
}

static size_t bytes_left(const struct cbor_reader *reader)
{
	return (size_t)(reader->end - reader->cur);
}

/* The argument in `size` bytes; a value that fits fewer is refused. */
static enum cbor_err get_argument(struct cbor_reader *reader, size_t size, uint64_t *argument)
{
	if (bytes_left(reader) < size) {
		return CBOR_TRUNCATED;
	}
	uint64_t value = 0;
	for (size_t index = 0; index < size; index++) {
		value = value << 8 | reader->cur[index];
	}
	const uint64_t least = size == 1 ? 24 : (uint64_t)1 << (size * 4);
	if (value < least) {
		return CBOR_MALFORMED;
	}
	reader->cur += size;
	*argument = value;
	return CBOR_OK;
}

static enum cbor_err get_head(struct cbor_reader *reader, struct head *head)
{
	if (cbor_is_done(reader)) {
		return CBOR_TRUNCATED;
	}
	const uint8_t first = *reader->cur;
	const uint8_t minor = first & 0x1f;
	head->major = first >> 5;
	head->argument = minor;
	if (head->major == MAJOR_SIMPLE && (minor < SIMPLE_FALSE || minor > SIMPLE_NULL)) {
		return CBOR_MALFORMED;
	}
	if (minor > 27) {
		return CBOR_MALFORMED;
	}
	reader->cur++;
	return minor < 24 ? CBOR_OK : get_argument(reader, (size_t)1 << (minor - 24), &head->argument);
}

static enum cbor_err get_major(struct cbor_reader *reader, uint8_t major, uint64_t *argument)
{
	struct head head;
	const enum cbor_err err = get_head(reader, &head);
	if (err != CBOR_OK) {
		return err;
	}
	const bool is_string = head.major == MAJOR_BYTES || head.major == MAJOR_TEXT;
	if (is_string && head.argument > bytes_left(reader)) {
		return CBOR_TRUNCATED;
	}
	if (head.major != major) {
		return CBOR_TYPE;
	}
	*argument = head.argument;
	return CBOR_OK;
}

enum cbor_err cbor_get_uint(struct cbor_reader *reader, uint64_t max, uint64_t *value)
{
	uint64_t argument = 0;
	const enum cbor_err err = get_major(reader, MAJOR_UINT, &argument);
	if (err != CBOR_OK) {
		return err;
	}
	if (argument > max) {
		return CBOR_RANGE;
	}
	*value = argument;
	return CBOR_OK;
}

enum cbor_err cbor_get_int(struct cbor_reader *reader, int64_t min, int64_t max, int64_t *value)
{
	struct cbor_reader ahead = *reader;
	struct head head;
	enum cbor_err err = get_head(&ahead, &head);
	if (err != CBOR_OK) {
		return err;
	}
	uint64_t argument = 0;
	err = get_major(reader, head.major == MAJOR_NEGATIVE ? MAJOR_NEGATIVE : MAJOR_UINT, &argument);
	if (err != CBOR_OK) {
		return err;
	}
	if (argument > INT64_MAX) {
		return CBOR_RANGE;
	}
	const int64_t number = head.major == MAJOR_NEGATIVE ? -1 - (int64_t)argument : (int64_t)argument;
	if (number < min || number > max) {
		return CBOR_RANGE;
	}
	*value = number;
	return CBOR_OK;
}

static enum cbor_err get_string(
	struct cbor_reader *reader, uint8_t major, size_t min, size_t max, struct cbor_view *value)
{
	uint64_t size = 0;
	const enum cbor_err err = get_major(reader, major, &size);
	if (err != CBOR_OK) {
		return err;
	}
	if (size < min || size > max) {
		return CBOR_LENGTH;
	}
	value->data = reader->cur;
	value->size = (size_t)size;
	reader->cur += size;
	return CBOR_OK;
}

enum cbor_err cbor_get_bytes(
	struct cbor_reader *reader, size_t min, size_t max, struct cbor_view *value)
{
	return get_string(reader, MAJOR_BYTES, min, max, value);
}

enum cbor_err cbor_get_text(
	struct cbor_reader *reader, size_t min, size_t max, struct cbor_view *value)
{
	struct cbor_view text;
	const enum cbor_err err = get_string(reader, MAJOR_TEXT, min, max, &text);
	if (err != CBOR_OK) {
		return err;
	}
	for (size_t index = 0; index < text.size; index++) {
		if (text.data[index] < 0x20 || text.data[index] > 0x7e) {
			return CBOR_TEXT;
		}
	}
	*value = text;
	return CBOR_OK;
}

static enum cbor_err get_count(
	struct cbor_reader *reader, uint8_t major, uint32_t min, uint32_t max, uint32_t *count)
{
	uint64_t argument = 0;
	const enum cbor_err err = get_major(reader, major, &argument);
	if (err != CBOR_OK) {
		return err;
	}
	if (argument < min || argument > max) {
		return CBOR_COUNT;
	}
	*count = (uint32_t)argument;
	return CBOR_OK;
}

enum cbor_err cbor_get_array(
	struct cbor_reader *reader, uint32_t min, uint32_t max, uint32_t *count)
{
	return get_count(reader, MAJOR_ARRAY, min, max, count);
}

enum cbor_err cbor_get_map(struct cbor_reader *reader, uint32_t max, uint32_t *count)
{
	return get_count(reader, MAJOR_MAP, 0, max, count);
}

enum cbor_err cbor_get_tag(struct cbor_reader *reader, uint64_t tag)
{
	uint64_t argument = 0;
	const enum cbor_err err = get_major(reader, MAJOR_TAG, &argument);
	if (err != CBOR_OK) {
		return err;
	}
	return argument == tag ? CBOR_OK : CBOR_TAG;
}

enum cbor_err cbor_get_constant(struct cbor_reader *reader, const uint8_t *encoded, size_t size)
{
	for (size_t index = 0; index < size; index++) {
		if (cbor_is_done(reader)) {
			return CBOR_TRUNCATED;
		}
		if (*reader->cur != encoded[index]) {
			return CBOR_CONSTANT;
		}
		reader->cur++;
	}
	return CBOR_OK;
}

/* Items that an item holds; 32 bits of count are more than any message has bytes. */
static enum cbor_err children_of(
	struct cbor_reader *reader, const struct head *head, uint64_t *children)
{
	*children = 0;
	switch (head->major) {
	case MAJOR_BYTES:
	case MAJOR_TEXT:
		if (head->argument > bytes_left(reader)) {
			return CBOR_TRUNCATED;
		}
		reader->cur += head->argument;
		return CBOR_OK;
	case MAJOR_ARRAY:
	case MAJOR_MAP:
		if (head->argument > UINT32_MAX) {
			return CBOR_TRUNCATED;
		}
		*children = head->major == MAJOR_MAP ? head->argument * 2 : head->argument;
		return CBOR_OK;
	case MAJOR_TAG:
		*children = 1;
		return CBOR_OK;
	default:
		return CBOR_OK;
	}
}

enum cbor_err cbor_skip(struct cbor_reader *reader)
{
	/* No overflow: each turn adds at most 2^33 and consumes a byte. */
	for (uint64_t remaining = 1; remaining > 0; remaining--) {
		struct head head;
		enum cbor_err err = get_head(reader, &head);
		if (err != CBOR_OK) {
			return err;
		}
		uint64_t children = 0;
		err = children_of(reader, &head, &children);
		if (err != CBOR_OK) {
			return err;
		}
		remaining += children;
	}
	return CBOR_OK;
}

/* Order of encoded keys: 0, 1, … then −1, −2, … (RFC 8949, 4.2.1). */
static bool precedes(int64_t first, int64_t second)
{
	if ((first < 0) != (second < 0)) {
		return second < 0;
	}
	return first < 0 ? second < first : first < second;
}

enum cbor_err cbor_get_key(
	struct cbor_reader *reader, bool is_first, int64_t previous, int64_t *key)
{
	int64_t value = 0;
	const enum cbor_err err = cbor_get_int(reader, INT32_MIN, INT32_MAX, &value);
	if (err != CBOR_OK) {
		return err;
	}
	if (!is_first && !precedes(previous, value)) {
		return CBOR_KEY;
	}
	*key = value;
	return CBOR_OK;
}

enum cbor_err cbor_next_uint(struct cbor_list *list, uint64_t *value)
{
	if (list->count == 0) {
		return CBOR_END;
	}
	list->count--;
	return cbor_get_uint(&list->items, UINT64_MAX, value);
}

enum cbor_err cbor_next_int(struct cbor_list *list, int64_t *value)
{
	if (list->count == 0) {
		return CBOR_END;
	}
	list->count--;
	return cbor_get_int(&list->items, INT64_MIN, INT64_MAX, value);
}

enum cbor_err cbor_next_bytes(struct cbor_list *list, struct cbor_view *value)
{
	if (list->count == 0) {
		return CBOR_END;
	}
	list->count--;
	return cbor_get_bytes(&list->items, 0, SIZE_MAX, value);
}
