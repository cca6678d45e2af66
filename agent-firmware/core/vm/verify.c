#include "verify.h"

#define HELPER_MAX 63 /* highest bit of the permission mask */

#define CALL_HELPER 0u /* src of a call: what its immediate means */
#define CALL_LOCAL 1u
#define CALL_TYPED 2u

struct check {
	const struct bpf_text *text; /* what is verified */
	uint32_t index; /* slot of the instruction under check */
	struct bpf_instruction at; /* that instruction */
};

static struct bpf_instruction decode_at(const struct bpf_text *text, uint32_t index)
{
	return bpf_decode(text->slots + (size_t)index * BPF_SLOT_SIZE);
}

/* A good text has opcode 0 in second slots of wide loads, and only there. */
static bool is_second_slot(const struct bpf_text *text, uint32_t index)
{
	return decode_at(text, index).opcode == 0;
}

/* RFC 9669, 4.1: destination writable, the operand either a register or an immediate. */
static enum bpf_reason check_operands(const struct bpf_instruction *at)
{
	if (at->dst >= BPF_FRAME_POINTER) {
		return at->dst == BPF_FRAME_POINTER ? BPF_REFUSED_REGISTER_READ_ONLY
						    : BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if ((at->opcode & BPF_X) == 0) {
		return at->src == 0 ? BPF_ACCEPTED : BPF_REFUSED_FIELD_NOT_ZERO;
	}
	if (at->src > BPF_FRAME_POINTER) {
		return BPF_REFUSED_REGISTER_UNKNOWN;
	}
	return at->imm == 0 ? BPF_ACCEPTED : BPF_REFUSED_FIELD_NOT_ZERO;
}

/* NEG and END use neither source register nor offset; their source bit selects a variant. */
static enum bpf_reason check_unary(const struct bpf_instruction *at)
{
	const bool negate = BPF_OPERATION(at->opcode) == BPF_NEG;
	const bool variant = (at->opcode & BPF_X) != 0;
	if (variant && (negate || BPF_CLASS(at->opcode) == BPF_ALU64)) {
		return BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (at->dst >= BPF_FRAME_POINTER) {
		return at->dst == BPF_FRAME_POINTER ? BPF_REFUSED_REGISTER_READ_ONLY
						    : BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if (at->src != 0 || at->offset != 0 || (negate && at->imm != 0)) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	if (!negate && at->imm != 16 && at->imm != 32 && at->imm != 64) {
		return BPF_REFUSED_SWAP_WIDTH;
	}
	return BPF_ACCEPTED;
}

/* The offset selects signed division (1) or the width of a sign-extending move (8, 16, 32). */
static enum bpf_reason check_variant(const struct bpf_instruction *at)
{
	const unsigned operation = BPF_OPERATION(at->opcode);
	if (at->offset == 0) {
		return BPF_ACCEPTED;
	}
	if (operation == BPF_DIV || operation == BPF_MOD) {
		return at->offset == 1 ? BPF_ACCEPTED : BPF_REFUSED_OFFSET_UNKNOWN;
	}
	if (operation != BPF_MOV || (at->opcode & BPF_X) == 0) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	const bool wide = BPF_CLASS(at->opcode) == BPF_ALU64;
	const bool known = at->offset == 8 || at->offset == 16 || (wide && at->offset == 32);
	return known ? BPF_ACCEPTED : BPF_REFUSED_OFFSET_UNKNOWN;
}

static enum bpf_reason check_alu(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	const unsigned operation = BPF_OPERATION(at->opcode);
	if (operation > BPF_END) {
		return BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (operation == BPF_NEG || operation == BPF_END) {
		return check_unary(at);
	}
	const enum bpf_reason reason = check_operands(at);
	return reason == BPF_ACCEPTED ? check_variant(at) : reason;
}

/* Target counted in slots from the one after the jump; 64 bits, so that no distance wraps. */
static enum bpf_reason check_target(const struct check *check, int32_t distance)
{
	const int64_t target = (int64_t)check->index + 1 + distance;
	if (target < 0 || target >= (int64_t)check->text->count) {
		return BPF_REFUSED_JUMP_OUTSIDE;
	}
	return is_second_slot(check->text, (uint32_t)target) ? BPF_REFUSED_JUMP_INTO_WIDE
							     : BPF_ACCEPTED;
}

static enum bpf_reason check_call(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	if (at->dst != 0 || at->offset != 0) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	if (at->src != CALL_HELPER) {
		if (at->src == CALL_LOCAL) {
			return BPF_REFUSED_LOCAL_CALL_UNSUPPORTED;
		}
		return at->src == CALL_TYPED ? BPF_REFUSED_TYPED_CALL_UNSUPPORTED
					     : BPF_REFUSED_CALL_KIND_UNKNOWN;
	}
	if (at->imm < 1 || at->imm > HELPER_MAX) {
		return BPF_REFUSED_HELPER_UNKNOWN;
	}
	const bool allowed = (check->text->helpers >> at->imm & 1u) != 0;
	return allowed ? BPF_ACCEPTED : BPF_REFUSED_HELPER_DENIED;
}

/* Jump always, exit and call exist in the immediate form only. */
static enum bpf_reason check_jump_always(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	if (at->opcode == BPF_OPCODE_CALL) {
		return check_call(check);
	}
	const bool wide = at->opcode == BPF_OPCODE_JA32;
	if (at->opcode != BPF_OPCODE_JA && at->opcode != BPF_OPCODE_EXIT && !wide) {
		return BPF_REFUSED_OPCODE_UNKNOWN;
	}
	const bool offset_used = at->opcode == BPF_OPCODE_JA;
	if (at->dst != 0 || at->src != 0 || (!offset_used && at->offset != 0) ||
	    (!wide && at->imm != 0)) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	if (at->opcode == BPF_OPCODE_EXIT) {
		return BPF_ACCEPTED;
	}
	return check_target(check, wide ? at->imm : at->offset);
}

static enum bpf_reason check_jump(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	const unsigned operation = BPF_OPERATION(at->opcode);
	if (operation > BPF_JSLE) {
		return BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (operation == BPF_JA || operation == BPF_CALL || operation == BPF_EXIT) {
		return check_jump_always(check);
	}
	const bool by_register = (at->opcode & BPF_X) != 0;
	if (at->dst > BPF_FRAME_POINTER || (by_register && at->src > BPF_FRAME_POINTER)) {
		return BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if (by_register ? at->imm != 0 : at->src != 0) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	return check_target(check, at->offset);
}

/* The one instruction of two slots; the caller goes on after the second. */
static enum bpf_reason check_wide(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	if (at->opcode != BPF_OPCODE_LDDW) {
		const unsigned mode = BPF_MODE(at->opcode);
		const bool packet = (mode == BPF_ABS || mode == BPF_IND) &&
				    BPF_SIZE(at->opcode) != BPF_DW;
		return packet ? BPF_REFUSED_PACKET_UNSUPPORTED : BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (at->dst >= BPF_FRAME_POINTER) {
		return at->dst == BPF_FRAME_POINTER ? BPF_REFUSED_REGISTER_READ_ONLY
						    : BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if (at->src != 0) {
		return BPF_REFUSED_WIDE_KIND_UNSUPPORTED;
	}
	if (at->offset != 0) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	if (check->index + 1 >= check->text->count) {
		return BPF_REFUSED_WIDE_TRUNCATED;
	}
	const struct bpf_instruction second = decode_at(check->text, check->index + 1);
	const bool bare = second.opcode == 0 && second.dst == 0 && second.src == 0 &&
			  second.offset == 0;
	return bare ? BPF_ACCEPTED : BPF_REFUSED_WIDE_SECOND_SLOT;
}

/* An access relative to r10 is decided here; every other one when it runs. */
static enum bpf_reason check_stack(const struct check *check, uint8_t base)
{
	const int32_t offset = check->at.offset;
	const int32_t size = (int32_t)bpf_access_size(check->at.opcode);
	if (base != BPF_FRAME_POINTER) {
		return BPF_ACCEPTED;
	}
	/* 64 bits: a stack size is any 32-bit number. */
	const bool inside = (int64_t)offset + check->text->stack_size >= 0 && offset + size <= 0;
	return inside ? BPF_ACCEPTED : BPF_REFUSED_STACK_OUTSIDE;
}

static enum bpf_reason check_load(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	const unsigned mode = BPF_MODE(at->opcode);
	const bool extends = mode == BPF_MEMSX && BPF_SIZE(at->opcode) != BPF_DW;
	if (mode != BPF_MEM && !extends) {
		return BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (at->dst > BPF_FRAME_POINTER || at->src > BPF_FRAME_POINTER) {
		return BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if (at->dst == BPF_FRAME_POINTER) {
		return BPF_REFUSED_REGISTER_READ_ONLY;
	}
	return at->imm == 0 ? check_stack(check, at->src) : BPF_REFUSED_FIELD_NOT_ZERO;
}

static enum bpf_reason check_store(const struct check *check)
{
	const struct bpf_instruction *at = &check->at;
	const bool by_register = BPF_CLASS(at->opcode) == BPF_STX;
	if (BPF_MODE(at->opcode) != BPF_MEM) {
		const bool atomic = by_register && BPF_MODE(at->opcode) == BPF_ATOMIC &&
				    (BPF_SIZE(at->opcode) == BPF_W ||
				     BPF_SIZE(at->opcode) == BPF_DW);
		return atomic ? BPF_REFUSED_ATOMIC_UNSUPPORTED : BPF_REFUSED_OPCODE_UNKNOWN;
	}
	if (at->dst > BPF_FRAME_POINTER || (by_register && at->src > BPF_FRAME_POINTER)) {
		return BPF_REFUSED_REGISTER_UNKNOWN;
	}
	if (by_register ? at->imm != 0 : at->src != 0) {
		return BPF_REFUSED_FIELD_NOT_ZERO;
	}
	return check_stack(check, at->dst);
}

static enum bpf_reason check_instruction(const struct check *check)
{
	switch (BPF_CLASS(check->at.opcode)) {
	case BPF_LD:
		return check_wide(check);
	case BPF_LDX:
		return check_load(check);
	case BPF_ST:
	case BPF_STX:
		return check_store(check);
	case BPF_JMP:
	case BPF_JMP32:
		return check_jump(check);
	default:
		return check_alu(check);
	}
}

/* The last instruction must not fall through, and something must exit. */
static enum bpf_reason check_end(uint8_t last_opcode, bool exits)
{
	const bool stays = last_opcode == BPF_OPCODE_EXIT || last_opcode == BPF_OPCODE_JA ||
			   last_opcode == BPF_OPCODE_JA32;
	return stays && exits ? BPF_ACCEPTED : BPF_REFUSED_MISSING_EXIT;
}

struct bpf_verdict bpf_verify(const struct bpf_text *text)
{
	struct check check = {.text = text};
	bool exits = false;
	uint32_t last = 0;
	if (text->count == 0) {
		return (struct bpf_verdict){BPF_REFUSED_TEXT_EMPTY, 0};
	}
	while (check.index < text->count) {
		check.at = decode_at(text, check.index);
		const enum bpf_reason reason = check_instruction(&check);
		if (reason != BPF_ACCEPTED) {
			return (struct bpf_verdict){reason, check.index};
		}
		exits = exits || check.at.opcode == BPF_OPCODE_EXIT;
		last = check.index;
		check.index += check.at.opcode == BPF_OPCODE_LDDW ? 2u : 1u;
	}
	const enum bpf_reason reason = check_end(check.at.opcode, exits);
	return (struct bpf_verdict){reason, reason == BPF_ACCEPTED ? 0 : last};
}

struct bpf_verdict bpf_verify_image(const struct bpf_image *image, const struct bpf_text *text)
{
	const struct bpf_verdict verdict = bpf_verify(text);
	if (verdict.reason != BPF_ACCEPTED) {
		return verdict;
	}
	for (uint32_t i = 0; i < image->hook_count; i++) {
		const uint32_t entry = bpf_image_hook(image, i).entry;
		if (entry >= text->count) {
			return (struct bpf_verdict){BPF_REFUSED_ENTRY_OUTSIDE, entry};
		}
		if (is_second_slot(text, entry)) {
			return (struct bpf_verdict){BPF_REFUSED_ENTRY_INTO_WIDE, entry};
		}
	}
	return verdict;
}
