/*
 * PMSAv8: regions begin and end at multiples of 32 and may not overlap, so that what is read-only
 * is cut in pieces around what may be written: stack, then the memory of containers.
 */
#include "ports/mps2/mpu.h"

#include "ports/mps2/reg.h"
#include "ports/mps2/start.h"

#define MPU_NUMBER REG(0xe000ed98u)
#define MPU_BASE REG(0xe000ed9cu)
#define MPU_LIMIT REG(0xe000eda0u)
#define MPU_MEMORY_KINDS REG(0xe000edc0u)

#define GRANULE 32u
#define ENABLED 1u
#define READ_WRITE (0u << 1) /* for privileged code */
#define READ_ONLY (2u << 1)
#define NO_EXECUTION 1u
#define NORMAL_UNCACHED 0x44u /* kind 0 */

static uint32_t next_region;

/* Up to `end`, exclusive; 0 = the end of memory. */
static void add(uintptr_t base, uintptr_t end, uint32_t rights)
{
	if (base == end) {
		return;
	}
	MPU_NUMBER = next_region++;
	MPU_BASE = (uint32_t)base | rights;
	MPU_LIMIT = ((uint32_t)end - GRANULE) | ENABLED;
}

bool mpu_start(uintptr_t memory, size_t size)
{
	const uintptr_t stack = start_stack_address();
	const uintptr_t stack_end = stack + start_stack_bytes();
	if ((stack | stack_end | memory | size) % GRANULE != 0 || memory < stack_end) {
		return false;
	}
	MPU_MEMORY_KINDS = NORMAL_UNCACHED;
	add(0, stack, READ_ONLY);
	add(stack, stack_end, READ_WRITE | NO_EXECUTION);
	add(stack_end, memory, READ_ONLY);
	add(memory, memory + size, READ_WRITE | NO_EXECUTION);
	add(memory + size, 0, READ_ONLY);
	return true;
}
