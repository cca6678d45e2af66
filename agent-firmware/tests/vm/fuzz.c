/* Random programs: what the verifier accepts ends within its budget and inside its memory. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "vm/run.h"
#include "vm/verify.h"

#define SLOTS_MAX 24u
#define PROGRAMS 60000u
#define BUDGET 200u
#define STACK 64u

/* SplitMix64, so that a failing program can be made again from its number. */
static uint64_t next(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static enum bpf_status call(void *context, uint32_t number, uint64_t args[5], uint64_t *result)
{
	const uint8_t *bytes = bpf_access(context, args[0], args[1], (number & 1u) != 0);
	for (uint64_t i = 0; bytes != NULL && i < args[1]; i++) {
		*result += bytes[i];
	}
	return number == 5 ? BPF_FAULT_HELPER_FAILED : BPF_DONE;
}

/* Fields that the opcode does not use become zero, so that the verifier accepts most of them. */
static void tidy(uint8_t slot[BPF_SLOT_SIZE], uint32_t value)
{
	const unsigned class = BPF_CLASS(slot[0]);
	const bool arithmetic = class == BPF_ALU || class == BPF_ALU64;
	const bool memory = class == BPF_LDX || class == BPF_STX;
	const bool by_register = memory || (class != BPF_ST && (slot[0] & BPF_X) != 0);
	if (arithmetic) {
		bpf_store16(slot + 2, 0);
	}
	if (by_register) {
		bpf_store32(slot + 4, 0);
	} else {
		slot[1] &= 0x0fu;
	}
	if (slot[0] == BPF_OPCODE_CALL) {
		memset(slot + 1, 0, BPF_SLOT_SIZE - 1);
		slot[4] = (uint8_t)(1 + value % 8);
	}
	if (arithmetic && BPF_OPERATION(slot[0]) == BPF_END) {
		slot[1] &= 0x0fu;
		bpf_store32(slot + 4, 16u << value % 3);
	}
}

/* One instruction for slot index of count; returns whether it may stand there. */
static bool random_slot(uint64_t *state, uint8_t *slots, uint32_t index, uint32_t count)
{
	uint8_t *slot = slots + (size_t)index * BPF_SLOT_SIZE;
	const uint64_t dice = next(state);
	const uint32_t value = (uint32_t)next(state);
	slot[0] = (uint8_t)dice;
	slot[1] = (uint8_t)((dice >> 8) % 10 | (dice >> 16) % 11 << 4);
	bpf_store16(slot + 2, (uint16_t)((dice >> 24) % 24 - 8));
	bpf_store32(slot + 4, value >> (dice >> 32) % 32);
	if ((dice >> 40) % 16 != 0) {
		tidy(slot, value);
	}
	const struct bpf_text one = {slot, 1, 0x1fe, STACK};
	const enum bpf_reason reason = bpf_verify(&one).reason;
	const unsigned class = BPF_CLASS(slot[0]);
	if ((class == BPF_JMP || class == BPF_JMP32) && reason == BPF_REFUSED_JUMP_OUTSIDE) {
		const uint32_t distance = (uint32_t)((dice >> 44) % count) - index - 1;
		if (slot[0] == BPF_OPCODE_JA32) {
			bpf_store32(slot + 4, distance);
		} else {
			bpf_store16(slot + 2, (uint16_t)distance);
		}
		return true;
	}
	return reason == BPF_ACCEPTED || reason == BPF_REFUSED_MISSING_EXIT;
}

/* The address of one of the five regions, or near to it, in any register. */
static void random_address(uint64_t *state, uint8_t *slot)
{
	const uint64_t dice = next(state);
	memset(slot, 0, 2 * (size_t)BPF_SLOT_SIZE);
	slot[0] = BPF_OPCODE_LDDW;
	slot[1] = (uint8_t)(dice % 10);
	bpf_store32(slot + 4, (uint32_t)(1 + (dice >> 8) % 5) << 28 | (uint32_t)(dice >> 16) % 72);
	slot[BPF_SLOT_SIZE + 4] = (dice >> 32) % 16 == 0;
}

static uint32_t random_text(uint64_t *state, uint8_t *slots)
{
	const uint32_t count = 6 + (uint32_t)(next(state) % (SLOTS_MAX - 6));
	uint32_t index = 0;
	while (index + 1 < count) {
		uint8_t *slot = slots + (size_t)index * BPF_SLOT_SIZE;
		if (index + 3 < count && next(state) % 4 == 0) {
			random_address(state, slot);
			index += 2;
			continue;
		}
		while (!random_slot(state, slots, index, count)) {
		}
		index++;
	}
	memset(slots + (size_t)index * BPF_SLOT_SIZE, 0, BPF_SLOT_SIZE);
	slots[(size_t)index * BPF_SLOT_SIZE] = BPF_OPCODE_EXIT;
	return count;
}

struct memory {
	uint8_t *stack; /* STACK bytes each, so that the sanitizer knows their ends */
	uint8_t *data;
	uint8_t *rodata;
	uint8_t *context;
	uint8_t *lent;
};

static enum bpf_status run(const struct memory *memory, const uint8_t *slots, uint32_t count,
			   uint32_t *left)
{
	const struct bpf_program program = {
		.text = slots,
		.rodata = memory->rodata,
		.data = memory->data,
		.helpers = 0x1fe,
		.text_count = (uint16_t)count,
		.rodata_size = STACK,
		.data_size = STACK,
		.stack_size = STACK,
	};
	struct bpf_vm vm;
	uint64_t result = 0;
	bpf_vm_init(&vm, &program, memory->stack);
	bpf_map(&vm, BPF_REGION_CONTEXT, memory->context, STACK, false);
	bpf_map(&vm, BPF_REGION_LENT, memory->lent, STACK, true);
	vm.call = call;
	vm.context = &vm;
	vm.budget = BUDGET;
	const enum bpf_status status = bpf_run(&vm, 0, &result);
	*left = vm.budget;
	CHECK(vm.pc < count || status == BPF_FAULT_PC_OUTSIDE);
	return status;
}

static uint8_t *zeros(void)
{
	uint8_t *bytes = calloc(STACK, 1);
	if (bytes == NULL) {
		abort();
	}
	return bytes;
}

TEST("random programs that are accepted stay in their text, memory and budget")
{
	const struct memory memory = {zeros(), zeros(), zeros(), zeros(), zeros()};
	uint8_t constant[STACK] = {0};
	unsigned ends[BPF_FAULT_PC_OUTSIDE + 1] = {0};
	unsigned accepted = 0;
	for (uint64_t number = 0; number < PROGRAMS; number++) {
		uint64_t state = number;
		uint8_t *slots = malloc((size_t)SLOTS_MAX * BPF_SLOT_SIZE);
		const uint32_t count = random_text(&state, slots);
		const struct bpf_text text = {slots, count, 0x1fe, STACK};
		if (bpf_verify(&text).reason == BPF_ACCEPTED) {
			uint32_t left = 0;
			const enum bpf_status status = run(&memory, slots, count, &left);
			accepted++;
			ends[status]++;
			CHECK(left <= BUDGET);
		}
		free(slots);
	}
	CHECK_BYTES(memory.rodata, constant, STACK);
	CHECK_BYTES(memory.context, constant, STACK);
	CHECK(accepted > PROGRAMS / 4);
	CHECK(ends[BPF_DONE] > 1000);
	CHECK(ends[BPF_FAULT_BAD_ACCESS] > 1000);
	CHECK(ends[BPF_FAULT_READ_ONLY] > 10);
	CHECK(ends[BPF_FAULT_BUDGET_EXHAUSTED] > 1000);
	CHECK_EQUAL(ends[BPF_FAULT_BAD_INSTRUCTION], 0);
	CHECK_EQUAL(ends[BPF_FAULT_PC_OUTSIDE], 0);
	CHECK_EQUAL(ends[BPF_FAULT_HELPER_DENIED], 0);
	free(memory.stack);
	free(memory.data);
	free(memory.rodata);
	free(memory.context);
	free(memory.lent);
}

TEST("random bytes that run unverified stay in their memory, too")
{
	const struct memory memory = {zeros(), zeros(), zeros(), zeros(), zeros()};
	uint8_t *slots = malloc((size_t)SLOTS_MAX * BPF_SLOT_SIZE);
	for (uint64_t number = 0; number < PROGRAMS; number++) {
		uint64_t state = ~number;
		uint32_t left = 0;
		for (size_t i = 0; i < SLOTS_MAX * BPF_SLOT_SIZE; i += 8) {
			bpf_store64(slots + i, next(&state));
			slots[i + 2] &= 0x07u;
			slots[i + 3] = 0;
		}
		CHECK(run(&memory, slots, SLOTS_MAX, &left) <= BPF_FAULT_PC_OUTSIDE);
	}
	free(slots);
	free(memory.stack);
	free(memory.data);
	free(memory.rodata);
	free(memory.context);
	free(memory.lent);
}
