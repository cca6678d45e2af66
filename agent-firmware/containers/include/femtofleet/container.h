/*
 * What the C source of a container includes. Compile with
 *
 *   clang -target bpfel -mcpu=v3 -O2 -ffreestanding -c
 *
 * A container is one or more hooks, at most 16 parameters, and static data. Memory is its stack (512 bytes at most),
 * its variables and string constants, the hook's context (read-only), and what a hook or helper lends for one run.
 * An access elsewhere, or more instructions than the budget, ends the run and counts as a fault.
 */
#ifndef FEMTOFLEET_CONTAINER_H
#define FEMTOFLEET_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "generated/interface.h"

/*
 * Begins the function that a hook runs, once per hook and container:
 *
 *   FEMTO_HOOK(timer)
 *   {
 *           return femto_publish(&context->now_ms, 8, 0);
 *   }
 *
 * `context` is a const struct femto_<hook> *; what the result means belongs to the hook.
 */
#define FEMTO_HOOK(hook) \
	int64_t femto_on_##hook(const FEMTO_CONTEXT_##hook *context); \
	__attribute__((section("femto/" #hook), used)) int64_t femto_on_##hook( \
		__attribute__((unused)) const FEMTO_CONTEXT_##hook *context)

/* Functions that hooks call must become a part of them. */
#define FEMTO_INLINE static inline __attribute__((always_inline, unused))

/* One entry of the section femto.parameters. */
struct femto_parameter_entry {
	char name[24]; /* at most 23 characters and the NUL */
	int32_t initial; /* value when the operator sets none */
	int32_t min; /* least value */
	int32_t max; /* greatest value */
};

/*
 * Declares an integer that an operator may set; femto_parameter(number) reads it. Numbers start at 0 and follow the
 * order in the source; the build refuses any other.
 */
#define FEMTO_PARAMETER(number, label, initial_value, least, greatest) \
	extern const struct femto_parameter_entry femto_parameter_##number; \
	__attribute__((section("femto.parameters"), used)) const struct femto_parameter_entry \
		femto_parameter_##number = {label, initial_value, least, greatest}

/*
 * Signed division that truncates towards zero, for compilers whose BPF has none (instructions before v4). By zero the
 * quotient is 0 and the remainder the dividend, as with the operators of a BPF machine.
 */
FEMTO_INLINE int64_t femto_divide(int64_t dividend, int64_t divisor)
{
	const uint64_t left = dividend < 0 ? 0 - (uint64_t)dividend : (uint64_t)dividend;
	const uint64_t right = divisor < 0 ? 0 - (uint64_t)divisor : (uint64_t)divisor;
	const uint64_t quotient = right == 0 ? 0 : left / right;
	return (int64_t)((dividend < 0) != (divisor < 0) ? 0 - quotient : quotient);
}

FEMTO_INLINE int64_t femto_remainder(int64_t dividend, int64_t divisor)
{
	return (int64_t)((uint64_t)dividend - (uint64_t)femto_divide(dividend, divisor) * (uint64_t)divisor);
}

/* The bytes of the message that a message hook handles: context->length of them. */
FEMTO_INLINE const uint8_t *femto_message_data(const struct femto_message *context)
{
	return (const uint8_t *)context->data;
}

#endif
