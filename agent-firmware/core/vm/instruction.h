/*
 * The instruction set of RFC 9669: numbers of the encoding, and one instruction taken apart.
 *
 *   byte 0 opcode   byte 1 src << 4 | dst   bytes 2-3 offset   bytes 4-7 immediate
 */
#ifndef BPF_INSTRUCTION_H
#define BPF_INSTRUCTION_H

#include <stdint.h>

#include "bytes.h"

#define BPF_SLOT_SIZE 8u /* bytes of one instruction; a wide load is two slots */

/* Class: opcode & 7 */
#define BPF_CLASS(opcode) ((opcode) & 0x07u)
#define BPF_LD 0x00u
#define BPF_LDX 0x01u
#define BPF_ST 0x02u
#define BPF_STX 0x03u
#define BPF_ALU 0x04u
#define BPF_JMP 0x05u
#define BPF_JMP32 0x06u
#define BPF_ALU64 0x07u

/* ALU and jump: source bit, and operation in the upper four bits */
#define BPF_X 0x08u
#define BPF_OPERATION(opcode) ((opcode) & 0xf0u)
#define BPF_ADD 0x00u
#define BPF_SUB 0x10u
#define BPF_MUL 0x20u
#define BPF_DIV 0x30u
#define BPF_OR 0x40u
#define BPF_AND 0x50u
#define BPF_LSH 0x60u
#define BPF_RSH 0x70u
#define BPF_NEG 0x80u
#define BPF_MOD 0x90u
#define BPF_XOR 0xa0u
#define BPF_MOV 0xb0u
#define BPF_ARSH 0xc0u
#define BPF_END 0xd0u

#define BPF_JA 0x00u
#define BPF_JEQ 0x10u
#define BPF_JGT 0x20u
#define BPF_JGE 0x30u
#define BPF_JSET 0x40u
#define BPF_JNE 0x50u
#define BPF_JSGT 0x60u
#define BPF_JSGE 0x70u
#define BPF_CALL 0x80u
#define BPF_EXIT 0x90u
#define BPF_JLT 0xa0u
#define BPF_JLE 0xb0u
#define BPF_JSLT 0xc0u
#define BPF_JSLE 0xd0u

/* Loads and stores: size in bits 3-4, mode in the upper three bits */
#define BPF_SIZE(opcode) ((opcode) & 0x18u)
#define BPF_W 0x00u
#define BPF_H 0x08u
#define BPF_B 0x10u
#define BPF_DW 0x18u
#define BPF_MODE(opcode) ((opcode) & 0xe0u)
#define BPF_ABS 0x20u
#define BPF_IND 0x40u
#define BPF_MEM 0x60u
#define BPF_MEMSX 0x80u
#define BPF_ATOMIC 0xc0u

#define BPF_OPCODE_LDDW 0x18u
#define BPF_OPCODE_JA 0x05u
#define BPF_OPCODE_JA32 0x06u
#define BPF_OPCODE_CALL 0x85u
#define BPF_OPCODE_EXIT 0x95u

#define BPF_FRAME_POINTER 10u /* register that holds the end of the stack; read-only */

struct bpf_instruction {
	uint8_t opcode; /* class, operation and source, or class, size and mode */
	uint8_t dst; /* 0 to 15; the verifier refuses more than 10 */
	uint8_t src; /* as dst */
	int16_t offset; /* of an address in bytes, or of a jump in slots; selects variants */
	int32_t imm; /* immediate */
};

static inline struct bpf_instruction bpf_decode(const uint8_t *slot)
{
	return (struct bpf_instruction){
		.opcode = slot[0],
		.dst = slot[1] & 0x0fu,
		.src = (uint8_t)(slot[1] >> 4),
		.offset = (int16_t)bpf_load16(slot + 2),
		.imm = (int32_t)bpf_load32(slot + 4),
	};
}

/* Bytes that a load or store moves: 4, 2, 1, 8 for W, H, B, DW. */
static inline uint32_t bpf_access_size(uint8_t opcode)
{
	switch (BPF_SIZE(opcode)) {
	case BPF_W:
		return 4;
	case BPF_H:
		return 2;
	case BPF_B:
		return 1;
	default:
		return 8;
	}
}

#endif
