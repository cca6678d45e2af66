#include "harness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct {
	struct harness_test *first;
	struct harness_test **end;
	const char *row;
	uint64_t checks;
	bool failed;
} harness = {.end = NULL};

void harness_register(struct harness_test *test)
{
	if (harness.end == NULL) {
		harness.end = &harness.first;
	}
	*harness.end = test;
	harness.end = &test->next;
}

static void report(const char *text, const char *file, int line)
{
	harness.failed = true;
	printf("%s:%d: %s%s%s%s\n", file, line, text, harness.row == NULL ? "" : " (",
		harness.row == NULL ? "" : harness.row, harness.row == NULL ? "" : ")");
}

bool harness_check(bool holds, const char *text, const char *file, int line)
{
	harness.checks++;
	if (!holds) {
		report(text, file, line);
	}
	return holds;
}

bool harness_check_equal(
	int64_t actual, int64_t expected, const char *text, const char *file, int line)
{
	bool holds = harness_check(actual == expected, text, file, line);
	if (!holds) {
		printf("\tactual %" PRId64 ", expected %" PRId64 "\n", actual, expected);
	}
	return holds;
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t size)
{
	printf("\t%-8s", name);
	for (size_t i = 0; i < size; i++) {
		printf(" %02x", (unsigned)bytes[i]);
	}
	printf("\n");
}

bool harness_check_bytes(const void *actual, const void *expected, size_t size, const char *text,
	const char *file, int line)
{
	bool holds = harness_check(size == 0 || memcmp(actual, expected, size) == 0, text, file, line);
	if (!holds) {
		print_bytes("actual", actual, size);
		print_bytes("expected", expected, size);
	}
	return holds;
}

void harness_row(const char *row)
{
	harness.row = row;
}

bool harness_has_failed(void)
{
	return harness.failed;
}

static int nibble(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	if (digit >= 'a' && digit <= 'f') {
		return digit - 'a' + 10;
	}
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t harness_hex(const char *digits, uint8_t *bytes, size_t capacity)
{
	size_t nibbles = 0;
	for (; *digits != '\0'; digits++) {
		int value = nibble(*digits);
		if (value < 0 || nibbles / 2 == capacity) {
			continue;
		}
		uint8_t high = nibbles % 2 == 0 ? 0 : bytes[nibbles / 2];
		bytes[nibbles / 2] = (uint8_t)(high << 4 | value);
		nibbles++;
	}
	return nibbles / 2;
}

int main(int count, char **arguments)
{
	const char *name = count > 0 ? strrchr(arguments[0], '/') : NULL;
	unsigned tests = 0;
	unsigned failures = 0;
	for (struct harness_test *test = harness.first; test != NULL; test = test->next) {
		harness.failed = false;
		harness.row = NULL;
		test->run();
		tests++;
		if (harness.failed) {
			failures++;
			printf("failed: %s\n", test->sentence);
		}
	}
	printf("%s: %u tests, %" PRIu64 " checks, %u failed\n", name == NULL ? "?" : name + 1, tests,
		harness.checks, failures);
	return tests == 0 || failures > 0;
}
