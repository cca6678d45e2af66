/*
 * Integer functions that the compiler calls by these names, and that its library does not have for
 * this core: it multiplies 32 bits to 32 and divides nothing. A division by zero gives 0 and leaves
 * the dividend; the agent makes none.
 */
#include <stdbool.h>
#include <stdint.h>

uint64_t __umulsidi3(uint32_t left, uint32_t right);
uint64_t __muldi3(uint64_t left, uint64_t right);
uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
int32_t __divsi3(int32_t dividend, int32_t divisor);
int32_t __modsi3(int32_t dividend, int32_t divisor);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* Halves of 16 bits, as with pen and paper. */
uint64_t __umulsidi3(uint32_t left, uint32_t right)
{
	const uint32_t left_low = left & 0xffffu;
	const uint32_t left_high = left >> 16;
	const uint32_t right_low = right & 0xffffu;
	const uint32_t right_high = right >> 16;
	const uint32_t low = left_low * right_low;
	/* no overflow: a product of halves is at most 2^32 - 2^17 + 1, what is added less than 2^16 */
	const uint32_t middle = left_high * right_low + (low >> 16);
	const uint32_t other = left_low * right_high + (middle & 0xffffu);
	const uint32_t high = left_high * right_high + (middle >> 16) + (other >> 16);
	return (uint64_t)high << 32 | (other << 16) | (low & 0xffffu);
}

uint64_t __muldi3(uint64_t left, uint64_t right)
{
	const uint32_t left_low = (uint32_t)left;
	const uint32_t right_low = (uint32_t)right;
	const uint32_t crossed =
		left_low * (uint32_t)(right >> 32) + (uint32_t)(left >> 32) * right_low;
	return __umulsidi3(left_low, right_low) + ((uint64_t)crossed << 32);
}

struct division32 {
	uint32_t quotient;
	uint32_t rest;
};

static struct division32 divide32(uint32_t dividend, uint32_t divisor)
{
	struct division32 result = {0, dividend};
	if (divisor == 0 || dividend < divisor) {
		return result;
	}
	const int shift = __builtin_clz(divisor) - __builtin_clz(dividend);
	uint32_t part = divisor << shift;
	for (int i = 0; i <= shift; i++, part >>= 1) {
		const bool fits = result.rest >= part;
		result.rest -= fits ? part : 0;
		result.quotient = result.quotient << 1 | (fits ? 1u : 0);
	}
	return result;
}

struct division64 {
	uint64_t quotient;
	uint64_t rest;
};

static int leading_zeros(uint64_t value)
{
	const uint32_t high = (uint32_t)(value >> 32);
	return high != 0 ? __builtin_clz(high) : 32 + __builtin_clz((uint32_t)value);
}

static struct division64 divide64(uint64_t dividend, uint64_t divisor)
{
	struct division64 result = {0, dividend};
	if (divisor == 0 || dividend < divisor) {
		return result;
	}
	const int shift = leading_zeros(divisor) - leading_zeros(dividend);
	uint64_t part = divisor << shift;
	for (int i = 0; i <= shift; i++, part >>= 1) {
		const bool fits = result.rest >= part;
		result.rest -= fits ? part : 0;
		result.quotient = result.quotient << 1 | (fits ? 1u : 0);
	}
	return result;
}

static uint32_t size32(int32_t value)
{
	return value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
}

static int32_t signed32(uint32_t size, bool is_negative)
{
	return (int32_t)(is_negative ? 0u - size : size);
}

static uint64_t size64(int64_t value)
{
	return value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
}

static int64_t signed64(uint64_t size, bool is_negative)
{
	return (int64_t)(is_negative ? 0u - size : size);
}

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor)
{
	return divide32(dividend, divisor).quotient;
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor)
{
	return divide32(dividend, divisor).rest;
}

int32_t __divsi3(int32_t dividend, int32_t divisor)
{
	const uint32_t size = divide32(size32(dividend), size32(divisor)).quotient;
	return signed32(size, (dividend < 0) != (divisor < 0));
}

int32_t __modsi3(int32_t dividend, int32_t divisor)
{
	return signed32(divide32(size32(dividend), size32(divisor)).rest, dividend < 0);
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
	return divide64(dividend, divisor).quotient;
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
	return divide64(dividend, divisor).rest;
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
	const uint64_t size = divide64(size64(dividend), size64(divisor)).quotient;
	return signed64(size, (dividend < 0) != (divisor < 0));
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
	return signed64(divide64(size64(dividend), size64(divisor)).rest, dividend < 0);
}
