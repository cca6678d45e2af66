/* Properties of the verifier beyond single vectors. */
#include "harness.h"

#include <string.h>

#include "vm/verify.h"

/* RFC 9669, appendix A: opcodes of base64 and divmul64 that have a good form here. */
static const uint8_t good_opcodes[] = {
	0x18, 0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91, 0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73,
	0x7b, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c,
	0x74, 0x7c, 0x84, 0x94, 0x9c, 0xa4, 0xac, 0xb4, 0xbc, 0xc4, 0xcc, 0xd4, 0xdc, 0x07, 0x0f,
	0x17, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x47, 0x4f, 0x57, 0x5f, 0x67, 0x6f, 0x77, 0x7f, 0x87,
	0x97, 0x9f, 0xa7, 0xaf, 0xb7, 0xbf, 0xc7, 0xcf, 0xd7, 0x05, 0x06, 0x85, 0x95, 0x15, 0x1d,
	0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x55, 0x5d, 0x65, 0x6d, 0x75, 0x7d, 0xa5, 0xad, 0xb5,
	0xbd, 0xc5, 0xcd, 0xd5, 0xdd, 0x16, 0x1e, 0x26, 0x2e, 0x36, 0x3e, 0x46, 0x4e, 0x56, 0x5e,
	0x66, 0x6e, 0x76, 0x7e, 0xa6, 0xae, 0xb6, 0xbe, 0xc6, 0xce, 0xd6, 0xde,
};

static bool has_good_form(uint8_t opcode)
{
	return memchr(good_opcodes, opcode, sizeof good_opcodes) != NULL;
}

/* Whether one of the plain immediates makes the opcode good: 0, a width, or a helper. */
static bool is_accepted(uint8_t opcode)
{
	static const uint8_t immediates[] = {0, 1, 16};
	for (size_t i = 0; i < sizeof immediates; i++) {
		uint8_t slots[3 * BPF_SLOT_SIZE] = {opcode, 0, 0, 0, immediates[i]};
		const bool wide = opcode == BPF_OPCODE_LDDW;
		slots[BPF_SLOT_SIZE] = wide ? 0 : BPF_OPCODE_EXIT;
		slots[2 * BPF_SLOT_SIZE] = BPF_OPCODE_EXIT;
		const struct bpf_text text = {slots, 3, UINT64_C(1) << 1, 512};
		if (bpf_verify(&text).reason == BPF_ACCEPTED) {
			return true;
		}
	}
	return false;
}

TEST("of all 256 opcodes those of base64 and divmul64 are accepted, and no other")
{
	for (unsigned opcode = 0; opcode < 256; opcode++) {
		if (is_accepted((uint8_t)opcode) != has_good_form((uint8_t)opcode)) {
			CHECK_EQUAL(opcode, -1);
		}
	}
	CHECK_EQUAL(sizeof good_opcodes, 117);
}

TEST("a helper is permitted by its bit of the mask alone")
{
	for (unsigned helper = 1; helper < 64; helper++) {
		uint8_t slots[2 * BPF_SLOT_SIZE] = {BPF_OPCODE_CALL, 0, 0, 0, (uint8_t)helper};
		slots[BPF_SLOT_SIZE] = BPF_OPCODE_EXIT;
		const struct bpf_text with = {slots, 2, UINT64_C(1) << helper, 0};
		const struct bpf_text without = {slots, 2, ~(UINT64_C(1) << helper), 0};
		CHECK_EQUAL(bpf_verify(&with).reason, BPF_ACCEPTED);
		CHECK_EQUAL(bpf_verify(&without).reason, BPF_REFUSED_HELPER_DENIED);
	}
}

TEST("a hook starts at an instruction inside the text")
{
	static const uint8_t slots[4 * BPF_SLOT_SIZE] = {
		[0] = BPF_OPCODE_LDDW,
		[2 * BPF_SLOT_SIZE] = BPF_OPCODE_EXIT,
		[3 * BPF_SLOT_SIZE] = BPF_OPCODE_EXIT,
	};
	const struct bpf_text text = {slots, 4, 0, 0};
	static const struct {
		uint8_t entry;
		enum bpf_reason reason;
	} rows[] = {
		{0, BPF_ACCEPTED},
		{1, BPF_REFUSED_ENTRY_INTO_WIDE},
		{2, BPF_ACCEPTED},
		{3, BPF_ACCEPTED},
		{4, BPF_REFUSED_ENTRY_OUTSIDE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const uint8_t hooks[] = {1, 0, rows[i].entry, 0};
		const struct bpf_image image = {.hooks = hooks, .hook_count = 1};
		const struct bpf_verdict verdict = bpf_verify_image(&image, &text);
		CHECK_EQUAL(verdict.reason, rows[i].reason);
		const bool accepted = rows[i].reason == BPF_ACCEPTED;
		CHECK_EQUAL(verdict.instruction, accepted ? 0 : rows[i].entry);
	}
}

TEST("reasons and causes have names")
{
	CHECK(strcmp(bpf_reason_name(BPF_REFUSED_JUMP_INTO_WIDE), "JumpIntoWide") == 0);
	CHECK(strcmp(bpf_status_name(BPF_FAULT_BUDGET_EXHAUSTED), "BudgetExhausted") == 0);
	CHECK(strcmp(bpf_reason_name((enum bpf_reason)255), "?") == 0);
}
