/**
 * Deterministic CBOR (RFC 8949, 4.2.1) without a heap: a cursor that reads, a cursor that writes.
 *
 * Reading never forms a pointer beyond the input; on failure the value is not written and the position
 * of the reader is undefined. Views point into the input and live as long as it does.
 * All functions may be called from any context; none blocks.
 */
#ifndef CBOR_CBOR_H
#define CBOR_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Outcomes; the names are those of protocol/cbor/errors.ts. */
enum cbor_err {
	CBOR_END = 1, /**< outcome of a `_next` function: the list has no more items */
	CBOR_OK = 0,
	CBOR_TRUNCATED = -1,
	CBOR_MALFORMED = -2,
	CBOR_TYPE = -3,
	CBOR_RANGE = -4,
	CBOR_LENGTH = -5,
	CBOR_TEXT = -6,
	CBOR_CONSTANT = -7,
	CBOR_COUNT = -8,
	CBOR_KEY = -9,
	CBOR_MISSING = -10,
	CBOR_TAG = -11,
	CBOR_TRAILING = -12,
	CBOR_SIZE = -13,
	CBOR_NO_ROOM = -14, /**< writing: the buffer is too small */
};

/** Bytes that somebody else owns. */
struct cbor_view {
	const uint8_t *data; /**< first byte */
	size_t size;         /**< bytes */
};

struct cbor_reader {
	const uint8_t *cur; /**< next byte to read, cur <= end */
	const uint8_t *end; /**< first byte beyond the input */
};

/** Items of an array that have been checked but not copied; `count` of them are left. */
struct cbor_list {
	struct cbor_reader items; /**< their encodings, one behind the other */
	uint32_t count;           /**< items left */
};

/** With `data` NULL it only measures. */
struct cbor_writer {
	uint8_t *data;   /**< buffer or NULL */
	size_t capacity; /**< its bytes */
	size_t size;     /**< bytes written, or wanted when above capacity */
};

struct cbor_reader cbor_read(const uint8_t *data, size_t size);
bool cbor_is_done(const struct cbor_reader *reader);

enum cbor_err cbor_get_uint(struct cbor_reader *reader, uint64_t max, uint64_t *value);
enum cbor_err cbor_get_int(struct cbor_reader *reader, int64_t min, int64_t max, int64_t *value);
enum cbor_err cbor_get_bytes(
	struct cbor_reader *reader, size_t min, size_t max, struct cbor_view *value);
/** Printable ASCII only. */
enum cbor_err cbor_get_text(
	struct cbor_reader *reader, size_t min, size_t max, struct cbor_view *value);
/** Number of items of an array. */
enum cbor_err cbor_get_array(
	struct cbor_reader *reader, uint32_t min, uint32_t max, uint32_t *count);
/** Number of pairs of a map. */
enum cbor_err cbor_get_map(struct cbor_reader *reader, uint32_t max, uint32_t *count);
enum cbor_err cbor_get_tag(struct cbor_reader *reader, uint64_t tag);
/** One item that must have exactly these bytes. */
enum cbor_err cbor_get_constant(struct cbor_reader *reader, const uint8_t *encoded, size_t size);
/** Steps over one item of any kind. */
enum cbor_err cbor_skip(struct cbor_reader *reader);
/** A key of a map; `previous` must hold the key before it unless `is_first`. */
enum cbor_err cbor_get_key(
	struct cbor_reader *reader, bool is_first, int64_t previous, int64_t *key);

enum cbor_err cbor_next_uint(struct cbor_list *list, uint64_t *value);
enum cbor_err cbor_next_int(struct cbor_list *list, int64_t *value);
enum cbor_err cbor_next_bytes(struct cbor_list *list, struct cbor_view *value);

struct cbor_writer cbor_write(uint8_t *data, size_t capacity);
struct cbor_writer cbor_measure(void);
/** CBOR_NO_ROOM when more was written than there is room for. */
enum cbor_err cbor_written(const struct cbor_writer *writer);

void cbor_put_uint(struct cbor_writer *writer, uint64_t value);
void cbor_put_int(struct cbor_writer *writer, int64_t value);
void cbor_put_bytes(struct cbor_writer *writer, struct cbor_view value);
/** Head of a byte string whose `size` bytes follow. */
void cbor_put_bytes_head(struct cbor_writer *writer, size_t size);
void cbor_put_text(struct cbor_writer *writer, struct cbor_view value);
void cbor_put_array(struct cbor_writer *writer, uint32_t count);
void cbor_put_map(struct cbor_writer *writer, uint32_t count);
void cbor_put_tag(struct cbor_writer *writer, uint64_t tag);
/** Bytes that are encoded already. */
void cbor_put_raw(struct cbor_writer *writer, const uint8_t *data, size_t size);
/** An array whose items are encoded already. */
void cbor_put_list(struct cbor_writer *writer, const struct cbor_list *list);

#endif
