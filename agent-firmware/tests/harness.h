/*
 * Test harness of the firmware: every .c file of one folder tests/<area>/ becomes one program.
 *
 *     #include "harness.h"
 *     TEST("an empty store holds nothing") { CHECK(store_is_empty(&store)); }
 *
 * Tests register themselves and run in the order of files and lines. A failed check is printed with
 * its place and the test goes on; REQUIRE leaves the test function instead. No main is needed.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct harness_test {
	const char *sentence;      /* what is true when the test passes */
	void (*run)(void);         /* its body */
	struct harness_test *next; /* in order of registration */
};

/* Used by the macros below. Each returns whether the check held. */
void harness_register(struct harness_test *test);
bool harness_check(bool holds, const char *text, const char *file, int line);
bool harness_check_equal(
	int64_t actual, int64_t expected, const char *text, const char *file, int line);
bool harness_check_bytes(const void *actual, const void *expected, size_t size, const char *text,
	const char *file, int line);

/* Names the row of a table that the checks from here on belong to; NULL for none. Not copied. */
void harness_row(const char *row);

/* Whether a check of the running test has failed. */
bool harness_has_failed(void);

/* Turns hexadecimal digits (blanks allowed) into at most `capacity` bytes; returns their number. */
size_t harness_hex(const char *digits, uint8_t *bytes, size_t capacity);

#define HARNESS_JOIN_(a, b) a##b
#define HARNESS_JOIN(a, b) HARNESS_JOIN_(a, b)

#define TEST(sentence_)                                                                    \
	static void HARNESS_JOIN(test_at_, __LINE__)(void);                                \
	static struct harness_test HARNESS_JOIN(entry_at_, __LINE__) = {                   \
		(sentence_), HARNESS_JOIN(test_at_, __LINE__), NULL};                      \
	__attribute__((constructor)) static void HARNESS_JOIN(register_at_, __LINE__)(void) \
	{                                                                                  \
		harness_register(&HARNESS_JOIN(entry_at_, __LINE__));                      \
	}                                                                                  \
	static void HARNESS_JOIN(test_at_, __LINE__)(void)

#define CHECK(condition) ((void)harness_check((condition), #condition, __FILE__, __LINE__))

#define CHECK_EQUAL(actual, expected)                                                           \
	((void)harness_check_equal((int64_t)(actual), (int64_t)(expected), #actual " == " #expected, \
		__FILE__, __LINE__))

#define CHECK_BYTES(actual, expected, size) \
	((void)harness_check_bytes((actual), (expected), (size), #actual, __FILE__, __LINE__))

#define REQUIRE(condition)                                                       \
	do {                                                                     \
		if (!harness_check((condition), #condition, __FILE__, __LINE__)) { \
			return;                                                  \
		}                                                                \
	} while (0)

#endif
