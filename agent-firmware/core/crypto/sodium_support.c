/*
 * The helpers that the compiled part of libsodium calls. Its own file of them needs an operating
 * system; these are the same functions for a machine without one. Declared by <sodium/utils.h> and
 * <sodium/core.h>, so the prototypes are checked.
 */
#include <stddef.h>

#include <sodium/core.h>
#include <sodium/utils.h>

void sodium_memzero(void *const memory, const size_t size)
{
	volatile unsigned char *byte = memory; /* volatile: must not be left out as a dead store */
	for (size_t i = 0; i < size; i++) {
		byte[i] = 0;
	}
}

int sodium_memcmp(const void *const left, const void *const right, size_t size)
{
	const volatile unsigned char *a = left;
	const volatile unsigned char *b = right;
	unsigned char difference = 0;
	for (size_t i = 0; i < size; i++) {
		difference = (unsigned char)(difference | (a[i] ^ b[i]));
	}
	return (1 & ((difference - 1) >> 8)) - 1; /* 0 when equal, else -1 */
}

int sodium_is_zero(const unsigned char *bytes, const size_t size)
{
	volatile unsigned char any = 0;
	for (size_t i = 0; i < size; i++) {
		any = (unsigned char)(any | bytes[i]);
	}
	return 1 & ((any - 1) >> 8);
}

void sodium_misuse(void)
{
	__builtin_trap();
}
