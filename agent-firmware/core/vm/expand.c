/* The packed coding of instructions; protocol/schema/image.ts describes it. */
#include <string.h>

#include "image.h"

/* What of an instruction is packed besides its opcode. */
#define FIELD_REGISTERS 0x01u
#define FIELD_OFFSET 0x02u
#define FIELD_IMM 0x04u
#define FIELD_WIDE 0x08u /* a second immediate: the slot that follows a wide load */
#define FIELD_ALL (FIELD_REGISTERS | FIELD_OFFSET | FIELD_IMM)

/* Two places change together: packedFields in protocol/image/coding.ts. */
static unsigned fields_of(uint8_t opcode)
{
	const unsigned operand = (opcode & BPF_X) != 0 ? 0 : FIELD_IMM;
	switch (BPF_CLASS(opcode)) {
	case BPF_LD:
		return opcode == BPF_OPCODE_LDDW ? FIELD_REGISTERS | FIELD_IMM | FIELD_WIDE
						 : FIELD_ALL;
	case BPF_LDX:
	case BPF_STX:
		return FIELD_REGISTERS | FIELD_OFFSET;
	case BPF_ST:
		return FIELD_ALL;
	case BPF_ALU:
	case BPF_ALU64:
		if (BPF_OPERATION(opcode) == BPF_NEG) {
			return FIELD_REGISTERS;
		}
		if (BPF_OPERATION(opcode) == BPF_END) {
			return FIELD_REGISTERS | FIELD_IMM;
		}
		return FIELD_REGISTERS | operand;
	default:
		break;
	}
	switch (opcode) {
	case BPF_OPCODE_JA:
		return FIELD_OFFSET;
	case BPF_OPCODE_JA32:
	case BPF_OPCODE_CALL:
		return FIELD_IMM;
	case BPF_OPCODE_EXIT:
		return 0;
	default:
		return FIELD_REGISTERS | FIELD_OFFSET | operand;
	}
}

static enum bpf_reason take_byte(struct bpf_expansion *expansion, uint8_t *value)
{
	if (expansion->cur == expansion->end) {
		return BPF_REFUSED_IMAGE_TEXT_TRUNCATED;
	}
	*value = *expansion->cur++;
	return BPF_ACCEPTED;
}

/* Zig-zag LEB128 in its shortest form, at most 32 bits. */
static enum bpf_reason take_number(struct bpf_expansion *expansion, int32_t *value)
{
	uint32_t sum = 0;
	uint8_t byte = 0x80;
	for (unsigned shift = 0; (byte & 0x80u) != 0; shift += 7) {
		const enum bpf_reason reason = take_byte(expansion, &byte);
		if (reason != BPF_ACCEPTED) {
			return reason;
		}
		/* The fifth byte holds the last 4 bits; a last byte of zero adds nothing. */
		if ((shift == 28 && byte > 0x0fu) || (shift > 0 && byte == 0)) {
			return BPF_REFUSED_IMAGE_TEXT_NUMBER;
		}
		sum |= (uint32_t)(byte & 0x7fu) << shift;
	}
	*value = (int32_t)((sum >> 1) ^ (0u - (sum & 1u)));
	return BPF_ACCEPTED;
}

struct bpf_expansion bpf_expand_begin(const struct bpf_image *image)
{
	return (struct bpf_expansion){
		.cur = image->text,
		.end = image->text + image->text_size,
		.left = image->text_count,
	};
}

/* Reads the fields of one instruction into slot, whose opcode stands and whose rest is zero. */
static enum bpf_reason take_fields(struct bpf_expansion *expansion, unsigned fields, uint8_t *slot)
{
	enum bpf_reason reason = BPF_ACCEPTED;
	int32_t number = 0;
	if ((fields & FIELD_REGISTERS) != 0) {
		reason = take_byte(expansion, &slot[1]);
	}
	if (reason == BPF_ACCEPTED && (fields & FIELD_OFFSET) != 0) {
		reason = take_number(expansion, &number);
		if (reason == BPF_ACCEPTED && (number < INT16_MIN || number > INT16_MAX)) {
			reason = BPF_REFUSED_IMAGE_TEXT_NUMBER;
		}
		bpf_store16(slot + 2, (uint16_t)number);
	}
	if (reason == BPF_ACCEPTED && (fields & FIELD_IMM) != 0) {
		reason = take_number(expansion, &number);
		bpf_store32(slot + 4, (uint32_t)number);
	}
	if (reason == BPF_ACCEPTED && (fields & FIELD_WIDE) != 0) {
		reason = take_number(expansion, &expansion->wide);
		expansion->in_wide = true;
	}
	return reason;
}

enum bpf_reason bpf_expand_next(struct bpf_expansion *expansion, uint8_t slot[BPF_SLOT_SIZE])
{
	memset(slot, 0, BPF_SLOT_SIZE);
	if (expansion->left == 0) {
		return BPF_REFUSED_IMAGE_TEXT_SIZE;
	}
	expansion->left--;
	if (expansion->in_wide) {
		expansion->in_wide = false;
		bpf_store32(slot + 4, (uint32_t)expansion->wide);
		return BPF_ACCEPTED;
	}
	enum bpf_reason reason = take_byte(expansion, slot);
	unsigned fields = fields_of(slot[0]);
	if (reason == BPF_ACCEPTED && slot[0] == 0) {
		reason = take_byte(expansion, slot);
		fields = FIELD_ALL;
	}
	return reason == BPF_ACCEPTED ? take_fields(expansion, fields, slot) : reason;
}

enum bpf_reason bpf_expand_end(const struct bpf_expansion *expansion)
{
	const bool done = expansion->cur == expansion->end && !expansion->in_wide;
	return done ? BPF_ACCEPTED : BPF_REFUSED_IMAGE_TEXT_TRAILING;
}

enum bpf_reason bpf_image_expand(const struct bpf_image *image, uint8_t *text)
{
	struct bpf_expansion expansion = bpf_expand_begin(image);
	for (uint32_t i = 0; i < image->text_count; i++) {
		const enum bpf_reason reason =
			bpf_expand_next(&expansion, text + (size_t)i * BPF_SLOT_SIZE);
		if (reason != BPF_ACCEPTED) {
			return reason;
		}
	}
	return bpf_expand_end(&expansion);
}
