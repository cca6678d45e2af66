#include "image.h"

#include <string.h>

#define PARAMETER_NUMBERS 12u /* bytes of default, min and max */

struct cursor {
	const uint8_t *cur; /* next byte */
	const uint8_t *end; /* one beyond the last */
};

/* Moves over size bytes and returns where they begin; NULL, unmoved, when fewer are left. */
static const uint8_t *take(struct cursor *cursor, size_t size)
{
	if (size > (size_t)(cursor->end - cursor->cur)) {
		return NULL;
	}
	const uint8_t *start = cursor->cur;
	cursor->cur += size;
	return start;
}

static bool name_is_good(const uint8_t *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const uint8_t lower = name[i] | 0x20u;
		const bool letter = lower >= 'a' && lower <= 'z';
		const bool other = (name[i] >= '0' && name[i] <= '9') || name[i] == '_' ||
				   name[i] == '-';
		if (!letter && (i == 0 || !other)) {
			return false;
		}
	}
	return size > 0 && size <= BPF_IMAGE_MAX_PARAMETER_NAME;
}

static enum bpf_reason take_parameter(struct cursor *cursor, struct bpf_parameter *parameter)
{
	const uint8_t *size = take(cursor, 1);
	if (size == NULL) {
		return BPF_REFUSED_IMAGE_TRUNCATED;
	}
	const uint8_t *name = take(cursor, *size);
	const uint8_t *numbers = name == NULL ? NULL : take(cursor, PARAMETER_NUMBERS);
	if (numbers == NULL) {
		return BPF_REFUSED_IMAGE_TRUNCATED;
	}
	if (!name_is_good(name, *size)) {
		return BPF_REFUSED_IMAGE_PARAMETER_NAME;
	}
	*parameter = (struct bpf_parameter){
		.name = name,
		.name_size = *size,
		.initial = (int32_t)bpf_load32(numbers),
		.min = (int32_t)bpf_load32(numbers + 4),
		.max = (int32_t)bpf_load32(numbers + 8),
	};
	if (parameter->min > parameter->initial || parameter->initial > parameter->max) {
		return BPF_REFUSED_IMAGE_PARAMETER_RANGE;
	}
	return BPF_ACCEPTED;
}

/* True when one of the parameters from first up to before, itself good, has this name. */
static bool name_is_taken(const uint8_t *first, const uint8_t *before,
			  const struct bpf_parameter *parameter)
{
	struct cursor cursor = {first, before};
	struct bpf_parameter other;
	while (take_parameter(&cursor, &other) == BPF_ACCEPTED) {
		if (other.name_size == parameter->name_size &&
		    memcmp(other.name, parameter->name, other.name_size) == 0) {
			return true;
		}
	}
	return false;
}

static enum bpf_reason check_parameters(struct cursor *cursor, uint32_t count)
{
	const uint8_t *first = cursor->cur;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *start = cursor->cur;
		struct bpf_parameter parameter;
		const enum bpf_reason reason = take_parameter(cursor, &parameter);
		if (reason != BPF_ACCEPTED) {
			return reason;
		}
		if (name_is_taken(first, start, &parameter)) {
			return BPF_REFUSED_IMAGE_PARAMETER_TWICE;
		}
	}
	return BPF_ACCEPTED;
}

static enum bpf_reason check_header(const uint8_t *header, const struct bpf_image *image)
{
	if (bpf_load32(header + BPF_IMAGE_AT_MAGIC) != BPF_IMAGE_MAGIC) {
		return BPF_REFUSED_IMAGE_MAGIC;
	}
	if (header[BPF_IMAGE_AT_FORMAT] != BPF_IMAGE_FORMAT) {
		return BPF_REFUSED_IMAGE_FORMAT;
	}
	if (header[BPF_IMAGE_AT_RESERVED] != 0) {
		return BPF_REFUSED_IMAGE_RESERVED;
	}
	if (image->hook_count == 0 || image->hook_count > BPF_IMAGE_MAX_HOOKS) {
		return BPF_REFUSED_IMAGE_HOOK_COUNT;
	}
	if (image->parameter_count > BPF_IMAGE_MAX_PARAMETERS) {
		return BPF_REFUSED_IMAGE_PARAMETER_COUNT;
	}
	if (image->text_count == 0) {
		return BPF_REFUSED_IMAGE_TEXT_SIZE;
	}
	/* Two 16-bit numbers: their sum cannot wrap in 32 bits. */
	if ((uint32_t)image->data_size + image->bss_size > UINT16_MAX) {
		return BPF_REFUSED_IMAGE_DATA_SIZE;
	}
	if (image->stack_size > BPF_IMAGE_MAX_STACK || image->stack_size % 8u != 0) {
		return BPF_REFUSED_IMAGE_STACK_SIZE;
	}
	return BPF_ACCEPTED;
}

static enum bpf_reason check_hooks(const struct bpf_image *image)
{
	uint32_t last = 0;
	for (uint32_t i = 0; i < image->hook_count; i++) {
		const struct bpf_hook hook = bpf_image_hook(image, i);
		if (hook.id <= last) {
			return BPF_REFUSED_IMAGE_HOOK_ORDER;
		}
		if (hook.entry >= image->text_count) {
			return BPF_REFUSED_IMAGE_HOOK_OFFSET;
		}
		last = hook.id;
	}
	return BPF_ACCEPTED;
}

/* Lays the views over what follows the header. The cursor holds the bytes after it. */
static enum bpf_reason take_parts(struct cursor *cursor, struct bpf_image *image)
{
	image->hooks = take(cursor, (size_t)image->hook_count * BPF_IMAGE_HOOK_SIZE);
	if (image->hooks == NULL) {
		return BPF_REFUSED_IMAGE_TRUNCATED;
	}
	enum bpf_reason reason = check_hooks(image);
	if (reason != BPF_ACCEPTED) {
		return reason;
	}
	image->parameters = cursor->cur;
	reason = check_parameters(cursor, image->parameter_count);
	if (reason != BPF_ACCEPTED) {
		return reason;
	}
	image->text = take(cursor, image->text_size);
	image->rodata = image->text == NULL ? NULL : take(cursor, image->rodata_size);
	image->data = image->rodata == NULL ? NULL : take(cursor, image->data_size);
	if (image->data == NULL) {
		return BPF_REFUSED_IMAGE_TRUNCATED;
	}
	return cursor->cur == cursor->end ? BPF_ACCEPTED : BPF_REFUSED_IMAGE_TRAILING;
}

enum bpf_reason bpf_image_parse(const uint8_t *bytes, size_t size, struct bpf_image *image)
{
	struct cursor cursor = {bytes, bytes + size};
	const uint8_t *header = take(&cursor, BPF_IMAGE_HEADER_SIZE);
	if (header == NULL) {
		return BPF_REFUSED_IMAGE_TRUNCATED;
	}
	struct bpf_image read = {
		.text_count = bpf_load16(header + BPF_IMAGE_AT_TEXT_COUNT),
		.text_size = bpf_load16(header + BPF_IMAGE_AT_TEXT_SIZE),
		.rodata_size = bpf_load16(header + BPF_IMAGE_AT_RODATA_SIZE),
		.data_size = bpf_load16(header + BPF_IMAGE_AT_DATA_SIZE),
		.bss_size = bpf_load16(header + BPF_IMAGE_AT_BSS_SIZE),
		.stack_size = bpf_load16(header + BPF_IMAGE_AT_STACK_SIZE),
		.hook_count = header[BPF_IMAGE_AT_HOOK_COUNT],
		.parameter_count = header[BPF_IMAGE_AT_PARAMETER_COUNT],
	};
	enum bpf_reason reason = check_header(header, &read);
	if (reason == BPF_ACCEPTED) {
		reason = take_parts(&cursor, &read);
	}
	if (reason == BPF_ACCEPTED) {
		*image = read;
	}
	return reason;
}

struct bpf_hook bpf_image_hook(const struct bpf_image *image, uint32_t index)
{
	const uint8_t *entry = image->hooks + (size_t)index * BPF_IMAGE_HOOK_SIZE;
	return (struct bpf_hook){.id = bpf_load16(entry), .entry = bpf_load16(entry + 2)};
}

bool bpf_image_parameter(const struct bpf_image *image, uint32_t index,
			 struct bpf_parameter *parameter)
{
	struct cursor cursor = {image->parameters, image->text};
	struct bpf_parameter found = {0};
	if (index >= image->parameter_count) {
		return false;
	}
	for (uint32_t i = 0; i <= index; i++) {
		if (take_parameter(&cursor, &found) != BPF_ACCEPTED) {
			return false;
		}
	}
	*parameter = found;
	return true;
}
