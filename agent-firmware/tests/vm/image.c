/* Images: a good one, every refusal by name, every truncation and every changed bit. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "vm/image.h"
#include "vm/verify.h"

/* Hooks timer at 0 and message at 3, parameters "n" and "m2", five slots, 3 bytes of rodata, 2 of
 * data, 4 of bss, 16 of stack. */
static const char good[] = "464d544f 01 02 02 00 0500 0a00 0300 0200 0400 1000"
			   "0100 0000 0200 0300"
			   "01 6e 05000000 fdffffff 09000000"
			   "02 6d32 00000000 00000000 00000000"
			   "18 01 02 ff01 95 b7 00 08 95"
			   "aabbcc ddee";

static const char good_text[] = "1801000001000000 0000000080ffffff 9500000000000000"
				"b700000004000000 9500000000000000";

#define IMAGE_MAX 128u
#define AT_HOOKS 20u
#define AT_PARAMETERS 28u
#define AT_SECOND_PARAMETER 42u
#define AT_TEXT 57u
#define TEXT_SLOTS 5u

/* Parses and expands a copy of exactly this size, so that the sanitizer sees a byte too many. */
static enum bpf_reason read(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	struct bpf_image image;
	memcpy(copy, bytes, size);
	enum bpf_reason reason = bpf_image_parse(copy, size, &image);
	if (reason == BPF_ACCEPTED) {
		uint8_t *text = malloc((size_t)image.text_count * BPF_SLOT_SIZE);
		reason = bpf_image_expand(&image, text);
		if (reason == BPF_ACCEPTED) {
			const struct bpf_text slots = {text, image.text_count, UINT64_MAX, 512};
			(void)bpf_verify_image(&image, &slots);
		}
		free(text);
	}
	free(copy);
	return reason;
}

TEST("an image is read as it was written")
{
	uint8_t bytes[IMAGE_MAX];
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	struct bpf_image image;
	REQUIRE(bpf_image_parse(bytes, size, &image) == BPF_ACCEPTED);
	CHECK_EQUAL(image.hook_count, 2);
	CHECK_EQUAL(bpf_image_hook(&image, 1).id, 2);
	CHECK_EQUAL(bpf_image_hook(&image, 1).entry, 3);
	CHECK_EQUAL(image.text_count, TEXT_SLOTS);
	CHECK_EQUAL(image.bss_size, 4);
	CHECK_EQUAL(image.stack_size, 16);
	CHECK_BYTES(image.rodata, "\xaa\xbb\xcc", 3);
	CHECK_BYTES(image.data, "\xdd\xee", 2);
}

TEST("parameters are found by index")
{
	uint8_t bytes[IMAGE_MAX];
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	struct bpf_image image;
	struct bpf_parameter parameter;
	REQUIRE(bpf_image_parse(bytes, size, &image) == BPF_ACCEPTED);
	REQUIRE(bpf_image_parameter(&image, 0, &parameter));
	CHECK_EQUAL(parameter.initial, 5);
	CHECK_EQUAL(parameter.min, -3);
	CHECK_EQUAL(parameter.max, 9);
	REQUIRE(bpf_image_parameter(&image, 1, &parameter));
	CHECK_EQUAL(parameter.name_size, 2);
	CHECK_BYTES(parameter.name, "m2", 2);
	CHECK(!bpf_image_parameter(&image, 2, &parameter));
}

TEST("packed text expands to instructions of eight bytes")
{
	uint8_t bytes[IMAGE_MAX];
	uint8_t text[TEXT_SLOTS * BPF_SLOT_SIZE];
	uint8_t expected[TEXT_SLOTS * BPF_SLOT_SIZE];
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	struct bpf_image image;
	REQUIRE(bpf_image_parse(bytes, size, &image) == BPF_ACCEPTED);
	REQUIRE(bpf_image_expand(&image, text) == BPF_ACCEPTED);
	CHECK_EQUAL(harness_hex(good_text, expected, sizeof expected), sizeof expected);
	CHECK_BYTES(text, expected, sizeof text);
}

TEST("expansion ends after the last slot")
{
	uint8_t bytes[IMAGE_MAX];
	uint8_t slot[BPF_SLOT_SIZE];
	struct bpf_image image;
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	REQUIRE(bpf_image_parse(bytes, size, &image) == BPF_ACCEPTED);
	struct bpf_expansion expansion = bpf_expand_begin(&image);
	for (unsigned i = 0; i < TEXT_SLOTS; i++) {
		CHECK_EQUAL(bpf_expand_next(&expansion, slot), BPF_ACCEPTED);
	}
	CHECK_EQUAL(bpf_expand_next(&expansion, slot), BPF_REFUSED_IMAGE_TEXT_SIZE);
	CHECK_EQUAL(bpf_expand_end(&expansion), BPF_ACCEPTED);
}

struct change {
	const char *name; /* what is wrong */
	uint8_t at; /* offset of the changed bytes */
	const char *bytes; /* what is written there, in hexadecimal */
	enum bpf_reason reason; /* why it is refused */
};

static const struct change changes[] = {
	{"wrong magic", 0, "47", BPF_REFUSED_IMAGE_MAGIC},
	{"format 0", 4, "00", BPF_REFUSED_IMAGE_FORMAT},
	{"format 2", 4, "02", BPF_REFUSED_IMAGE_FORMAT},
	{"no hook", 5, "00", BPF_REFUSED_IMAGE_HOOK_COUNT},
	{"17 hooks", 5, "11", BPF_REFUSED_IMAGE_HOOK_COUNT},
	{"three hooks where there are two", 5, "03", BPF_REFUSED_IMAGE_HOOK_OFFSET},
	{"16 hooks, more than the bytes", 5, "10", BPF_REFUSED_IMAGE_TRUNCATED},
	{"17 parameters", 6, "11", BPF_REFUSED_IMAGE_PARAMETER_COUNT},
	{"reserved byte", 7, "01", BPF_REFUSED_IMAGE_RESERVED},
	{"no text", 8, "0000", BPF_REFUSED_IMAGE_TEXT_SIZE},
	{"one slot less", 8, "0400", BPF_REFUSED_IMAGE_TEXT_TRAILING},
	{"one slot more", 8, "0600", BPF_REFUSED_IMAGE_TEXT_TRUNCATED},
	{"packed text beyond the end", 10, "ffff", BPF_REFUSED_IMAGE_TRUNCATED},
	{"packed text one byte longer", 10, "0b00", BPF_REFUSED_IMAGE_TRUNCATED},
	{"packed text one byte shorter", 10, "0900", BPF_REFUSED_IMAGE_TRAILING},
	{"rodata beyond the end", 12, "ffff", BPF_REFUSED_IMAGE_TRUNCATED},
	{"data beyond the end", 14, "fbff", BPF_REFUSED_IMAGE_TRUNCATED},
	{"all sizes at once", 10, "ffffffffffff0000", BPF_REFUSED_IMAGE_TRUNCATED},
	{"data and bss beyond 65535", 16, "feff", BPF_REFUSED_IMAGE_DATA_SIZE},
	{"stack of 520", 18, "0802", BPF_REFUSED_IMAGE_STACK_SIZE},
	{"stack of 12", 18, "0c00", BPF_REFUSED_IMAGE_STACK_SIZE},
	{"hook 0", AT_HOOKS, "0000", BPF_REFUSED_IMAGE_HOOK_ORDER},
	{"one hook twice", AT_HOOKS, "0200", BPF_REFUSED_IMAGE_HOOK_ORDER},
	{"hooks in falling order", AT_HOOKS, "0300", BPF_REFUSED_IMAGE_HOOK_ORDER},
	{"hook behind the text", AT_HOOKS + 6, "0500", BPF_REFUSED_IMAGE_HOOK_OFFSET},
	{"hook far behind the text", AT_HOOKS + 6, "ffff", BPF_REFUSED_IMAGE_HOOK_OFFSET},
	{"empty name", AT_PARAMETERS, "00", BPF_REFUSED_IMAGE_PARAMETER_NAME},
	{"name of 24 characters", AT_PARAMETERS, "18", BPF_REFUSED_IMAGE_PARAMETER_NAME},
	{"name beyond the end", AT_PARAMETERS, "ff", BPF_REFUSED_IMAGE_TRUNCATED},
	{"name with a digit first", AT_PARAMETERS + 1, "31", BPF_REFUSED_IMAGE_PARAMETER_NAME},
	{"name with a NUL", AT_PARAMETERS + 1, "00", BPF_REFUSED_IMAGE_PARAMETER_NAME},
	{"name with a bracket", AT_PARAMETERS + 1, "5b", BPF_REFUSED_IMAGE_PARAMETER_NAME},
	{"default below min", AT_PARAMETERS + 2, "fcffffff", BPF_REFUSED_IMAGE_PARAMETER_RANGE},
	{"default above max", AT_PARAMETERS + 2, "0a000000", BPF_REFUSED_IMAGE_PARAMETER_RANGE},
	{"number of more than 32 bits", AT_TEXT, "07 00 ffffffff1f 95 95 95",
		BPF_REFUSED_IMAGE_TEXT_NUMBER},
	{"number of six bytes", AT_TEXT, "07 00 ffffffffff00 95 95", BPF_REFUSED_IMAGE_TEXT_NUMBER},
	{"number with a needless byte", AT_TEXT, "07 00 8000", BPF_REFUSED_IMAGE_TEXT_NUMBER},
	{"offset above 16 bits", AT_TEXT, "05 808004 95 95 95 95 95 95",
		BPF_REFUSED_IMAGE_TEXT_NUMBER},
	{"offset below 16 bits", AT_TEXT, "05 818004 95 95 95 95 95 95",
		BPF_REFUSED_IMAGE_TEXT_NUMBER},
	{"wide load that is cut", AT_TEXT, "95 95 95 95 18 00 02 ffff03",
		BPF_REFUSED_IMAGE_TEXT_TRAILING},
	{"text that ends in an escape", AT_TEXT, "95 95 95 95 0005000002 00",
		BPF_REFUSED_IMAGE_TEXT_TRAILING},
	{"text that ends in a number", AT_TEXT, "95 95 95 95 07 00 ffffffff",
		BPF_REFUSED_IMAGE_TEXT_TRUNCATED},
	{"text that ends in a byte of registers", AT_TEXT, "07 00 ffffffff0f 95 95 07",
		BPF_REFUSED_IMAGE_TEXT_TRUNCATED},
};

TEST("each way to break an image has its reason")
{
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		uint8_t bytes[IMAGE_MAX];
		const size_t size = harness_hex(good, bytes, sizeof bytes);
		harness_row(changes[i].name);
		(void)harness_hex(changes[i].bytes, bytes + changes[i].at, size - changes[i].at);
		CHECK_EQUAL(read(bytes, size), changes[i].reason);
	}
	harness_row(NULL);
}

TEST("two parameters of one name are refused")
{
	uint8_t bytes[IMAGE_MAX];
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	bytes[AT_PARAMETERS] = 2;
	memmove(bytes + AT_PARAMETERS + 3, bytes + AT_PARAMETERS + 2, size - AT_PARAMETERS - 2);
	memcpy(bytes + AT_PARAMETERS + 1, "m2", 2);
	CHECK_EQUAL(read(bytes, size + 1), BPF_REFUSED_IMAGE_PARAMETER_TWICE);
}

TEST("every shorter image is truncated, every longer one has bytes too many")
{
	uint8_t bytes[IMAGE_MAX] = {0};
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	for (size_t shorter = 0; shorter < size; shorter++) {
		CHECK_EQUAL(read(bytes, shorter), BPF_REFUSED_IMAGE_TRUNCATED);
	}
	CHECK_EQUAL(read(bytes, size), BPF_ACCEPTED);
	CHECK_EQUAL(read(bytes, size + 1), BPF_REFUSED_IMAGE_TRAILING);
}

TEST("an image with any two bits changed is read without harm")
{
	uint8_t bytes[IMAGE_MAX];
	const size_t size = harness_hex(good, bytes, sizeof bytes);
	unsigned refused = 0;
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		for (size_t other = bit + 1; other < size * 8 && other < bit + 40; other++) {
			bytes[other / 8] ^= (uint8_t)(1u << other % 8);
			refused += read(bytes, size) != BPF_ACCEPTED;
			bytes[other / 8] ^= (uint8_t)(1u << other % 8);
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	CHECK(refused > 1000);
	CHECK_EQUAL(read(bytes, size), BPF_ACCEPTED);
}
