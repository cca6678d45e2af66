/*
 * Images: the packed form in which a container travels and is stored (protocol/schema/image.ts
 * has the table). Reading allocates nothing: a struct bpf_image holds views into the caller's
 * bytes, valid as long as these are. Thread context; cost is linear in the size of the image.
 */
#ifndef BPF_IMAGE_H
#define BPF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_reasons.h"
#include "image_format.h"
#include "instruction.h"

struct bpf_image {
	const uint8_t *hooks; /* hook_count entries of BPF_IMAGE_HOOK_SIZE bytes */
	const uint8_t *parameters; /* parameter_count entries of varying length, checked */
	const uint8_t *text; /* text_size bytes of packed instructions, not yet checked */
	const uint8_t *rodata; /* rodata_size bytes */
	const uint8_t *data; /* data_size bytes; bss_size zeros follow them in the region */
	uint16_t text_count; /* slots of 8 bytes after expansion, at least 1 */
	uint16_t text_size; /* bytes */
	uint16_t rodata_size; /* bytes */
	uint16_t data_size; /* bytes; with bss_size at most 65535 */
	uint16_t bss_size; /* bytes */
	uint16_t stack_size; /* bytes, a multiple of 8, at most BPF_IMAGE_MAX_STACK */
	uint8_t hook_count; /* 1 to BPF_IMAGE_MAX_HOOKS */
	uint8_t parameter_count; /* 0 to BPF_IMAGE_MAX_PARAMETERS */
};

struct bpf_hook {
	uint16_t id; /* of protocol/schema/hooks.ts */
	uint16_t entry; /* slot of its first instruction, less than text_count */
};

struct bpf_parameter {
	const uint8_t *name; /* name_size characters, no NUL */
	uint8_t name_size; /* 1 to BPF_IMAGE_MAX_PARAMETER_NAME */
	int32_t initial; /* value when the document sets none; min <= initial <= max */
	int32_t min; /* least value */
	int32_t max; /* greatest value */
};

/* State of expanding a packed text slot by slot, as a store that programs 8 bytes at a time. */
struct bpf_expansion {
	const uint8_t *cur; /* next packed byte */
	const uint8_t *end; /* end of the packed text */
	uint32_t left; /* slots still to come */
	int32_t wide; /* immediate of the second slot when in_wide */
	bool in_wide; /* the next slot is the second of a wide load */
};

/*
 * Checks all of an image but its packed text, and writes the views only when it is good.
 * Any bytes are allowed; they are read only within size.
 */
enum bpf_reason bpf_image_parse(const uint8_t *bytes, size_t size, struct bpf_image *image);

/* Hook at index, less than image->hook_count. */
struct bpf_hook bpf_image_hook(const struct bpf_image *image, uint32_t index);

/* False when the image has no parameter of this index. */
bool bpf_image_parameter(const struct bpf_image *image, uint32_t index,
			 struct bpf_parameter *parameter);

/* Begins to expand; then call bpf_expand_next image->text_count times and bpf_expand_end once. */
struct bpf_expansion bpf_expand_begin(const struct bpf_image *image);

/* Writes the next slot, also one that the verifier will refuse; refuses what is no coding. */
enum bpf_reason bpf_expand_next(struct bpf_expansion *expansion, uint8_t slot[BPF_SLOT_SIZE]);

/* Refuses packed bytes that are left over. */
enum bpf_reason bpf_expand_end(const struct bpf_expansion *expansion);

/* Expands all of it to text, which has room for image->text_count * BPF_SLOT_SIZE bytes. */
enum bpf_reason bpf_image_expand(const struct bpf_image *image, uint8_t *text);

#endif
