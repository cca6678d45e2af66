/* The part of <string.h> in use, and abort(), for a target without a C library. */
#include <stdlib.h>
#include <string.h>

#include <stdint.h>

#define WORD_BYTES sizeof(uint32_t)

/* Two addresses that are multiples of a word, whatever the core thinks of others. */
static int are_aligned(const void *left, const void *right)
{
	return (((uintptr_t)left | (uintptr_t)right) & (WORD_BYTES - 1u)) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;
	if (are_aligned(to, from)) {
		for (; size >= WORD_BYTES; size -= WORD_BYTES, out += WORD_BYTES, in += WORD_BYTES) {
			*(uint32_t *)(void *)out = *(const uint32_t *)(const void *)in;
		}
	}
	for (; size > 0; size--) {
		*out++ = *in++;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;
	if ((uintptr_t)out <= (uintptr_t)in) {
		return memcpy(to, from, size);
	}
	while (size > 0) {
		size--;
		out[size] = in[size];
	}
	return to;
}

void *memset(void *to, int value, size_t size)
{
	unsigned char *out = to;
	const uint32_t word = (unsigned char)value * 0x01010101u;
	if (are_aligned(to, to)) {
		for (; size >= WORD_BYTES; size -= WORD_BYTES, out += WORD_BYTES) {
			*(uint32_t *)(void *)out = word;
		}
	}
	for (; size > 0; size--) {
		*out++ = (unsigned char)value;
	}
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left;
	const unsigned char *b = right;
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i]) {
			return a[i] < b[i] ? -1 : 1;
		}
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t size = 0;
	while (text[size] != '\0') {
		size++;
	}
	return size;
}

int strcmp(const char *left, const char *right)
{
	while (*left != '\0' && *left == *right) {
		left++;
		right++;
	}
	return (unsigned char)*left - (unsigned char)*right;
}

_Noreturn void abort(void)
{
	__builtin_trap();
}
