/* Runs tests/vectors/ebpf: every instruction, every refusal, every fault. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "vectors_ebpf.h"
#include "vm/run.h"
#include "vm/verify.h"

#define TEXT_MAX 512u
#define MEMORY_MAX 64u

/* Helpers that only the vectors have. */
#define HELPER_SUM_BYTES 59u
#define HELPER_CHARGE 60u
#define HELPER_FAIL 61u
#define HELPER_SUM_ARGUMENTS 63u

static enum bpf_status call(void *context, uint32_t number, uint64_t args[5], uint64_t *result)
{
	struct bpf_vm *vm = context;
	const uint8_t *bytes = NULL;
	switch (number) {
	case HELPER_SUM_BYTES:
		bytes = bpf_access(vm, args[0], args[1], false);
		if (bytes == NULL) {
			return BPF_FAULT_BAD_ACCESS;
		}
		for (uint64_t i = 0; i < args[1]; i++) {
			*result += bytes[i];
		}
		return BPF_DONE;
	case HELPER_CHARGE:
		bpf_charge(vm, (uint32_t)args[0]);
		return BPF_DONE;
	case HELPER_FAIL:
		return BPF_FAULT_HELPER_FAILED;
	case HELPER_SUM_ARGUMENTS:
		*result = args[0] + args[1] + args[2] + args[3] + args[4];
		return BPF_DONE;
	default:
		return BPF_FAULT_HELPER_UNKNOWN;
	}
}

/* Exact allocation, so that the sanitizer sees one byte too many; never of zero bytes. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	if (copy == NULL) {
		abort();
	}
	memcpy(copy, bytes, size);
	return copy;
}

static void run_vector(const struct ebpf_vector *vector, const struct bpf_program *program)
{
	uint8_t bytes[MEMORY_MAX];
	const uint32_t size = (uint32_t)harness_hex(vector->memory, bytes, sizeof bytes);
	uint8_t *memory = copy_of(bytes, size);
	uint8_t *stack = malloc(program->stack_size + 1u);
	struct bpf_vm vm;
	uint64_t result = 0xdead;
	memset(stack, 0x5a, program->stack_size + 1u);
	bpf_vm_init(&vm, program, stack);
	bpf_map(&vm, BPF_REGION_CONTEXT, memory, size, true);
	vm.call = call;
	vm.context = &vm;
	vm.budget = vector->budget;
	const enum bpf_status status = bpf_run(&vm, 0, &result);
	CHECK_EQUAL(status, vector->status);
	if (vector->status == BPF_DONE) {
		CHECK_EQUAL(result, vector->result);
	} else {
		CHECK_EQUAL(result, 0xdead);
		CHECK_EQUAL(vm.pc, vector->instruction);
	}
	CHECK(vm.budget <= vector->budget);
	CHECK_EQUAL(stack[program->stack_size], 0x5a);
	if (vector->after != NULL) {
		uint8_t after[MEMORY_MAX];
		CHECK_EQUAL(harness_hex(vector->after, after, sizeof after), size);
		CHECK_BYTES(memory, after, size);
	}
	free(stack);
	free(memory);
}

static void check_vector(const struct ebpf_vector *vector)
{
	uint8_t bytes[TEXT_MAX];
	const size_t size = harness_hex(vector->text, bytes, sizeof bytes);
	uint8_t *slots = copy_of(bytes, size);
	const struct bpf_text text = {
		.slots = slots,
		.count = (uint32_t)(size / BPF_SLOT_SIZE),
		.helpers = vector->helpers,
		.stack_size = vector->stack,
	};
	const struct bpf_verdict verdict = bpf_verify(&text);
	harness_row(vector->name);
	CHECK_EQUAL(verdict.reason, vector->reason);
	if (vector->reason != BPF_ACCEPTED) {
		CHECK_EQUAL(verdict.instruction, vector->instruction);
	} else if (verdict.reason == BPF_ACCEPTED) {
		const struct bpf_program program = {
			.text = slots,
			.helpers = vector->helpers,
			.text_count = (uint16_t)text.count,
			.stack_size = (uint16_t)vector->stack,
		};
		run_vector(vector, &program);
	}
	free(slots);
}

TEST("every vector is refused, faults or ends as it says")
{
	const size_t count = sizeof ebpf_vectors / sizeof ebpf_vectors[0];
	for (size_t i = 0; i < count; i++) {
		check_vector(&ebpf_vectors[i]);
	}
	harness_row(NULL);
	CHECK(count > 800);
}

TEST("a call is checked against the permissions again when it runs")
{
	const uint8_t slots[2 * BPF_SLOT_SIZE] = {
		[0] = BPF_OPCODE_CALL,
		[4] = HELPER_SUM_ARGUMENTS,
		[BPF_SLOT_SIZE] = BPF_OPCODE_EXIT,
	};
	const struct bpf_program program = {
		.text = slots,
		.helpers = ~(UINT64_C(1) << HELPER_SUM_ARGUMENTS),
		.text_count = 2,
	};
	struct bpf_vm vm;
	uint64_t result = 0;
	bpf_vm_init(&vm, &program, NULL);
	vm.call = call;
	vm.budget = 2;
	CHECK_EQUAL(bpf_run(&vm, 0, &result), BPF_FAULT_HELPER_DENIED);
	CHECK_EQUAL(vm.pc, 0);
}

TEST("a firmware without helpers faults at a call")
{
	const uint8_t slots[2 * BPF_SLOT_SIZE] = {
		[0] = BPF_OPCODE_CALL,
		[4] = 1,
		[BPF_SLOT_SIZE] = BPF_OPCODE_EXIT,
	};
	const struct bpf_program program = {.text = slots, .helpers = UINT64_MAX, .text_count = 2};
	struct bpf_vm vm;
	uint64_t result = 0;
	bpf_vm_init(&vm, &program, NULL);
	vm.budget = 2;
	CHECK_EQUAL(bpf_run(&vm, 0, &result), BPF_FAULT_HELPER_UNKNOWN);
}

/* A text that was never verified, or changed since: it must fault, not reach beyond. */
TEST("a refused text that runs all the same touches nothing outside")
{
	const size_t count = sizeof ebpf_vectors / sizeof ebpf_vectors[0];
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[TEXT_MAX];
		const size_t size = harness_hex(ebpf_vectors[i].text, bytes, sizeof bytes);
		if (ebpf_vectors[i].reason == BPF_ACCEPTED) {
			continue;
		}
		uint8_t *slots = copy_of(bytes, size);
		uint8_t stack[64];
		const struct bpf_program program = {
			.text = slots,
			.helpers = UINT64_MAX,
			.text_count = (uint16_t)(size / BPF_SLOT_SIZE),
			.stack_size = sizeof stack,
		};
		struct bpf_vm vm;
		uint64_t result = 0;
		bpf_vm_init(&vm, &program, stack);
		vm.call = call;
		vm.context = &vm;
		vm.budget = 1000;
		(void)bpf_run(&vm, 0, &result);
		CHECK(vm.budget <= 1000);
		free(slots);
	}
}
