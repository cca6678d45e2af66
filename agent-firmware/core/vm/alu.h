/* Arithmetic and comparison of RFC 9669, 4.1 to 4.3, on values; no state, no memory. */
#ifndef BPF_ALU_H
#define BPF_ALU_H

#include <stdbool.h>
#include <stdint.h>

#include "instruction.h"

/*
 * Result of an ALU or ALU64 instruction for the destination a and the operand b, an immediate
 * sign-extended. Division by zero gives 0, the remainder a; shift counts are masked; a 32-bit
 * result has an upper half of zeros. False when the instruction is none that the verifier accepts.
 */
bool bpf_alu(const struct bpf_instruction *at, uint64_t a, uint64_t b, uint64_t *result);

/* Whether a conditional jump is taken. False for an operation that is none. */
bool bpf_compare(uint8_t opcode, uint64_t a, uint64_t b);

/* The lower width bits of value as a signed number; width is 8, 16, 32 or 64. */
uint64_t bpf_sign_extend(uint64_t value, unsigned width);

#endif
