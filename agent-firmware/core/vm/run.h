/*
 * The interpreter. A container sees a 32-bit address space of regions, address = region << 28 |
 * offset, and no address of the host. Run after bpf_verify has accepted the text; a text that it
 * would refuse ends the run with a fault and still reaches no other memory.
 *
 * One thread or interrupt level runs one struct bpf_vm at a time; a run neither blocks nor
 * allocates. It needs about 300 bytes of C stack besides struct bpf_vm.
 */
#ifndef BPF_RUN_H
#define BPF_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf_reasons.h"
#include "image_format.h"

/* What stays in memory for an installed container. The pointers are the caller's to keep valid. */
struct bpf_program {
	const uint8_t *text; /* text_count * 8 bytes, verified */
	const uint8_t *rodata; /* rodata_size bytes; may be NULL when 0 */
	uint8_t *data; /* data_size bytes, kept from run to run; may be NULL when 0 */
	uint64_t helpers; /* bit n set: helper number n may be called */
	uint16_t text_count; /* slots */
	uint16_t rodata_size; /* bytes */
	uint16_t data_size; /* bytes of data and bss together */
	uint16_t stack_size; /* bytes; what bpf_vm_init is given must have as many */
};

_Static_assert(sizeof(struct bpf_program) <= 48, "an instance stays small");

struct bpf_region {
	uint8_t *base; /* of the host; never written where size[true] is 0 */
	uint32_t size[2]; /* bytes that may be read, bytes that may be written: below 2^28 */
};

/*
 * A call of a permitted helper: number 1 to 63, args[0..4] = r1..r5. Sets *result, which becomes
 * r0, and returns BPF_DONE, or ends the run by returning a fault. Checks addresses by bpf_access.
 */
typedef enum bpf_status bpf_call(void *context, uint32_t number, uint64_t args[5],
				 uint64_t *result);

/* One run; may lie on the C stack. */
struct bpf_vm {
	struct bpf_region regions[BPF_REGION_COUNT]; /* by number; 0 is never mapped */
	const struct bpf_program *program; /* what runs */
	bpf_call *call; /* the helpers of this firmware */
	void *context; /* first argument of call */
	uint32_t budget; /* instructions left, a wide load counting as two; set before a run */
	uint32_t pc; /* slot at which the last run ended */
};

/* Maps stack (program->stack_size bytes), data and rodata; no context, nothing lent, budget 0. */
void bpf_vm_init(struct bpf_vm *vm, const struct bpf_program *program, uint8_t *stack);

/*
 * Maps size bytes, less than 2^28, as context or lent region (BPF_REGION_CONTEXT, _LENT) for runs
 * from now on, until mapped anew or size 0.
 */
void bpf_map(struct bpf_vm *vm, uint32_t region, uint8_t *bytes, uint32_t size, bool writable);

/*
 * Runs from slot entry with r1 = address and r2 = size of the context (both 0 without one), all
 * else zero, stack zeroed. Ends after at most budget + 1 instructions. On BPF_DONE *result is r0;
 * on a fault it is unchanged and vm->pc is where. vm->budget is what is left.
 */
enum bpf_status bpf_run(struct bpf_vm *vm, uint32_t entry, uint64_t *result);

/*
 * Host address of size bytes at a container's address, NULL when they are not wholly inside one
 * region, or not writable when write. All 64 bits of address and size count. Zero bytes need a
 * valid address, too.
 */
uint8_t *bpf_access(const struct bpf_vm *vm, uint64_t address, uint64_t size, bool write);

/* For helpers: what it took, in instructions. The run ends when it exceeds what is left. */
void bpf_charge(struct bpf_vm *vm, uint32_t instructions);

#endif
