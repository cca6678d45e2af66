#include "run.h"

#include <string.h>

#include "alu.h"

#define REGION_SHIFT 28
#define OFFSET_MASK 0x0fffffffu
#define REGISTERS 16u /* as many as a nibble can name, so that no text reaches beyond them */

struct state {
	uint64_t r[REGISTERS]; /* r0 to r10; the rest exists for texts that were not verified */
	uint32_t pc; /* slot that runs next */
	uint32_t start; /* slot after the last taken jump: pc - start are not yet counted */
	uint32_t limit; /* first slot that must not run: end of text or of budget */
};

void bpf_vm_init(struct bpf_vm *vm, const struct bpf_program *program, uint8_t *stack)
{
	*vm = (struct bpf_vm){.program = program};
	bpf_map(vm, BPF_REGION_STACK, stack, program->stack_size, true);
	bpf_map(vm, BPF_REGION_DATA, program->data, program->data_size, true);
	/* A region holds a pointer that may be written; this one has no writable byte. */
	bpf_map(vm, BPF_REGION_RODATA, (uint8_t *)(uintptr_t)program->rodata, program->rodata_size,
		false);
}

void bpf_map(struct bpf_vm *vm, uint32_t region, uint8_t *bytes, uint32_t size, bool writable)
{
	if (region < BPF_REGION_COUNT && size <= OFFSET_MASK) {
		vm->regions[region] = (struct bpf_region){bytes, {size, writable ? size : 0}};
	}
}

void bpf_charge(struct bpf_vm *vm, uint32_t instructions)
{
	vm->budget -= instructions < vm->budget ? instructions : vm->budget;
}

/* One look-up and one comparison: size is below 2^28, so that the sum cannot wrap. */
static uint8_t *locate(const struct bpf_vm *vm, uint64_t address, uint32_t size, bool write)
{
	const uint64_t number = address >> REGION_SHIFT;
	if (number >= BPF_REGION_COUNT) {
		return NULL;
	}
	const struct bpf_region *region = &vm->regions[number];
	const uint32_t offset = (uint32_t)address & OFFSET_MASK;
	if (offset + size > region->size[write]) {
		return NULL;
	}
	return region->base == NULL ? NULL : region->base + offset;
}

uint8_t *bpf_access(const struct bpf_vm *vm, uint64_t address, uint64_t size, bool write)
{
	return size > OFFSET_MASK ? NULL : locate(vm, address, (uint32_t)size, write);
}

static enum bpf_status access_fault(const struct bpf_vm *vm, uint64_t address, uint32_t size)
{
	return locate(vm, address, size, false) == NULL ? BPF_FAULT_BAD_ACCESS
							: BPF_FAULT_READ_ONLY;
}

static uint64_t load(const uint8_t *bytes, uint32_t size)
{
	switch (size) {
	case 1:
		return bytes[0];
	case 2:
		return bpf_load16(bytes);
	case 4:
		return bpf_load32(bytes);
	default:
		return bpf_load64(bytes);
	}
}

static void store(uint8_t *bytes, uint32_t size, uint64_t value)
{
	switch (size) {
	case 1:
		bytes[0] = (uint8_t)value;
		break;
	case 2:
		bpf_store16(bytes, (uint16_t)value);
		break;
	case 4:
		bpf_store32(bytes, (uint32_t)value);
		break;
	default:
		bpf_store64(bytes, value);
		break;
	}
}

static enum bpf_status run_load(const struct bpf_vm *vm, const struct bpf_instruction *at,
				uint64_t *r)
{
	const uint32_t size = bpf_access_size(at->opcode);
	const uint64_t address = r[at->src] + (uint64_t)(int64_t)at->offset;
	const uint8_t *bytes = locate(vm, address, size, false);
	if (bytes == NULL) {
		return BPF_FAULT_BAD_ACCESS;
	}
	const uint64_t value = load(bytes, size);
	const unsigned mode = BPF_MODE(at->opcode);
	if (mode != BPF_MEM && mode != BPF_MEMSX) {
		return BPF_FAULT_BAD_INSTRUCTION;
	}
	r[at->dst] = mode == BPF_MEMSX ? bpf_sign_extend(value, size * 8u) : value;
	return BPF_DONE;
}

static enum bpf_status run_store(const struct bpf_vm *vm, const struct bpf_instruction *at,
				 const uint64_t *r)
{
	const uint32_t size = bpf_access_size(at->opcode);
	const uint64_t address = r[at->dst] + (uint64_t)(int64_t)at->offset;
	if (BPF_MODE(at->opcode) != BPF_MEM) {
		return BPF_FAULT_BAD_INSTRUCTION;
	}
	uint8_t *bytes = locate(vm, address, size, true);
	if (bytes == NULL) {
		return access_fault(vm, address, size);
	}
	const bool by_register = BPF_CLASS(at->opcode) == BPF_STX;
	store(bytes, size, by_register ? r[at->src] : (uint64_t)(int64_t)at->imm);
	return BPF_DONE;
}

/* Books the instructions since start, and goes on at target. */
static void jump(struct bpf_vm *vm, struct state *state, uint32_t target)
{
	const uint32_t count = vm->program->text_count;
	bpf_charge(vm, state->pc - state->start);
	state->pc = target;
	state->start = target;
	/* A target outside leaves a limit of 0, so that the next instruction is not run. */
	state->limit = 0;
	if (target < count) {
		state->limit = vm->budget < count - target ? target + vm->budget : count;
	}
}

static enum bpf_status run_call(struct bpf_vm *vm, const struct bpf_instruction *at,
				struct state *state)
{
	/* As unsigned, negative numbers are large ones. */
	const uint32_t number = (uint32_t)at->imm;
	if (at->src != 0) {
		return BPF_FAULT_BAD_INSTRUCTION;
	}
	if (number >= 64 || (vm->program->helpers >> number & 1u) == 0) {
		return BPF_FAULT_HELPER_DENIED;
	}
	if (vm->call == NULL) {
		return BPF_FAULT_HELPER_UNKNOWN;
	}
	/* Books first, so that the helper can charge what it took. */
	jump(vm, state, state->pc);
	state->r[0] = 0;
	const enum bpf_status status = vm->call(vm->context, number, &state->r[1], &state->r[0]);
	jump(vm, state, state->pc);
	return status;
}

/* All jumps but exit. state->pc is already the slot that follows. */
static enum bpf_status run_jump(struct bpf_vm *vm, const struct bpf_instruction *at,
				struct state *state, uint64_t operand)
{
	int32_t distance = at->offset;
	switch (at->opcode) {
	case BPF_OPCODE_CALL:
		return run_call(vm, at, state);
	case BPF_OPCODE_JA:
		break;
	case BPF_OPCODE_JA32:
		distance = at->imm;
		break;
	default:
		if (!bpf_compare(at->opcode, state->r[at->dst], operand)) {
			return BPF_DONE;
		}
		break;
	}
	jump(vm, state, state->pc + (uint32_t)distance);
	return BPF_DONE;
}

static enum bpf_status run_wide(const struct bpf_vm *vm, const struct bpf_instruction *at,
				struct state *state)
{
	if (at->opcode != BPF_OPCODE_LDDW || state->pc >= vm->program->text_count) {
		return BPF_FAULT_BAD_INSTRUCTION;
	}
	const uint8_t *second = vm->program->text + (size_t)state->pc * BPF_SLOT_SIZE;
	state->r[at->dst] = (uint32_t)at->imm | (uint64_t)bpf_load32(second + 4) << 32;
	state->pc++;
	return BPF_DONE;
}

static void begin(struct bpf_vm *vm, struct state *state, uint32_t entry)
{
	const struct bpf_region *stack = &vm->regions[BPF_REGION_STACK];
	const uint32_t context = vm->regions[BPF_REGION_CONTEXT].size[false];
	if (stack->size[true] > 0) {
		memset(stack->base, 0, stack->size[true]);
	}
	if (context > 0) {
		state->r[1] = BPF_REGION_CONTEXT << REGION_SHIFT;
		state->r[2] = context;
	}
	state->r[BPF_FRAME_POINTER] = (BPF_REGION_STACK << REGION_SHIFT) + stack->size[true];
	jump(vm, state, entry);
}

enum bpf_status bpf_run(struct bpf_vm *vm, uint32_t entry, uint64_t *result)
{
	struct state state = {0};
	enum bpf_status status = BPF_DONE;
	bool ends = false;
	begin(vm, &state, entry);
	while (status == BPF_DONE && !ends) {
		vm->pc = state.pc;
		if (state.pc >= state.limit) {
			const bool inside = state.pc < vm->program->text_count;
			status = inside ? BPF_FAULT_BUDGET_EXHAUSTED : BPF_FAULT_PC_OUTSIDE;
			break;
		}
		const struct bpf_instruction at =
			bpf_decode(vm->program->text + (size_t)state.pc * BPF_SLOT_SIZE);
		const bool by_register = (at.opcode & BPF_X) != 0;
		const uint64_t operand = by_register ? state.r[at.src] : (uint64_t)(int64_t)at.imm;
		state.pc++;
		switch (BPF_CLASS(at.opcode)) {
		case BPF_ALU:
		case BPF_ALU64:
			if (!bpf_alu(&at, state.r[at.dst], operand, &state.r[at.dst])) {
				status = BPF_FAULT_BAD_INSTRUCTION;
			}
			break;
		case BPF_LDX:
			status = run_load(vm, &at, state.r);
			break;
		case BPF_ST:
		case BPF_STX:
			status = run_store(vm, &at, state.r);
			break;
		case BPF_JMP:
		case BPF_JMP32:
			ends = at.opcode == BPF_OPCODE_EXIT;
			status = ends ? BPF_DONE : run_jump(vm, &at, &state, operand);
			break;
		default:
			status = run_wide(vm, &at, &state);
			break;
		}
	}
	bpf_charge(vm, state.pc - state.start);
	if (ends) {
		*result = state.r[0];
	}
	return status;
}
