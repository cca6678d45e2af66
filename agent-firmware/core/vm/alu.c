#include "alu.h"

/* C leaves >> of negative numbers to the compiler; both that we build with shift arithmetically. */
_Static_assert((INT64_C(-2) >> 1) == INT64_C(-1), "arithmetic right shift");

struct quotient {
	uint64_t quotient; /* 0 for a divisor of 0 */
	uint64_t rest; /* the dividend for a divisor of 0 */
};

/* Bit by bit, so that cores without 64-bit division need no library for the rare wide case. */
static struct quotient divide(uint64_t dividend, uint64_t divisor)
{
	struct quotient result = {0, dividend};
	if (divisor == 0) {
		return result;
	}
	if ((dividend | divisor) <= UINT32_MAX) {
		result.quotient = (uint32_t)dividend / (uint32_t)divisor;
		result.rest = (uint32_t)dividend % (uint32_t)divisor;
		return result;
	}
	unsigned shift = 0;
	/* A divisor of at most half the rest has a free upper bit. */
	while (divisor <= result.rest >> 1) {
		divisor <<= 1;
		shift++;
	}
	for (unsigned i = 0; i <= shift; i++) {
		result.quotient <<= 1;
		if (result.rest >= divisor) {
			result.rest -= divisor;
			result.quotient |= 1u;
		}
		divisor >>= 1;
	}
	return result;
}

/* Truncates towards zero; the remainder has the sign of the dividend. Unsigned, so that the least
 * number divided by -1 wraps to itself instead of trapping. */
static struct quotient divide_signed(uint64_t dividend, uint64_t divisor)
{
	const bool negative = dividend >> 63 != 0;
	const bool opposite = negative != (divisor >> 63 != 0);
	struct quotient result = divide(negative ? 0 - dividend : dividend,
					divisor >> 63 != 0 ? 0 - divisor : divisor);
	if (opposite) {
		result.quotient = 0 - result.quotient;
	}
	if (negative) {
		result.rest = 0 - result.rest;
	}
	return result;
}

uint64_t bpf_sign_extend(uint64_t value, unsigned width)
{
	const uint64_t sign = UINT64_C(1) << (width - 1);
	const uint64_t kept = value & (sign | (sign - 1));
	return (kept ^ sign) - sign;
}

static uint64_t reverse(uint64_t value, unsigned width)
{
	uint64_t result = 0;
	for (unsigned i = 0; i < width; i += 8) {
		result = result << 8 | (value >> i & 0xffu);
	}
	return result;
}

/* The machine is little endian whatever its host is, so "to little endian" only truncates. */
static uint64_t swap(const struct bpf_instruction *at, uint64_t value)
{
	const unsigned width = (unsigned)at->imm & 0x7fu;
	const bool little = BPF_CLASS(at->opcode) == BPF_ALU && (at->opcode & BPF_X) == 0;
	if (width > 64 || !little) {
		return reverse(value, width > 64 ? 64 : width);
	}
	return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

static struct quotient divide_as(const struct bpf_instruction *at, uint64_t a, uint64_t b)
{
	if (at->offset == 0) {
		return divide(a, b);
	}
	if (BPF_CLASS(at->opcode) == BPF_ALU) {
		return divide_signed(bpf_sign_extend(a, 32), bpf_sign_extend(b, 32));
	}
	return divide_signed(a, b);
}

static uint64_t move(const struct bpf_instruction *at, uint64_t b)
{
	const unsigned width = (unsigned)at->offset & 0x38u;
	return width == 0 ? b : bpf_sign_extend(b, width);
}

static uint64_t shift_arithmetic(uint64_t value, unsigned count, bool wide)
{
	const int64_t number = (int64_t)(wide ? value : bpf_sign_extend(value, 32));
	return (uint64_t)(number >> count);
}

bool bpf_alu(const struct bpf_instruction *at, uint64_t a, uint64_t b, uint64_t *result)
{
	const bool wide = BPF_CLASS(at->opcode) == BPF_ALU64;
	const uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
	const unsigned count = (unsigned)b & (wide ? 63u : 31u);
	uint64_t value = 0;
	const uint64_t left = a & mask;
	const uint64_t right = b & mask;
	switch (BPF_OPERATION(at->opcode)) {
	case BPF_ADD:
		value = left + right;
		break;
	case BPF_SUB:
		value = left - right;
		break;
	case BPF_MUL:
		value = left * right;
		break;
	case BPF_DIV:
		value = divide_as(at, left, right).quotient;
		break;
	case BPF_MOD:
		value = divide_as(at, left, right).rest;
		break;
	case BPF_OR:
		value = left | right;
		break;
	case BPF_AND:
		value = left & right;
		break;
	case BPF_XOR:
		value = left ^ right;
		break;
	case BPF_LSH:
		value = left << count;
		break;
	case BPF_RSH:
		value = left >> count;
		break;
	case BPF_ARSH:
		value = shift_arithmetic(left, count, wide);
		break;
	case BPF_NEG:
		value = 0 - left;
		break;
	case BPF_MOV:
		value = move(at, right);
		break;
	case BPF_END: /* 64 bits wide in either class */
		*result = swap(at, a);
		return true;
	default:
		return false;
	}
	*result = value & mask;
	return true;
}

bool bpf_compare(uint8_t opcode, uint64_t a, uint64_t b)
{
	if (BPF_CLASS(opcode) == BPF_JMP32) {
		/* Extending both by their signs keeps unsigned order and common bits, too. */
		a = bpf_sign_extend(a, 32);
		b = bpf_sign_extend(b, 32);
	}
	switch (BPF_OPERATION(opcode)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JSET:
		return (a & b) != 0;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSGT:
		return (int64_t)a > (int64_t)b;
	case BPF_JSGE:
		return (int64_t)a >= (int64_t)b;
	case BPF_JSLT:
		return (int64_t)a < (int64_t)b;
	case BPF_JSLE:
		return (int64_t)a <= (int64_t)b;
	default:
		return false;
	}
}
