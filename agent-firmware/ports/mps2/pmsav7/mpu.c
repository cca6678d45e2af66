/*
 * PMSAv7: regions are powers of two in size and place, and a higher one wins. Region 0 makes all
 * memory read-only, the next ones open what may be written.
 */
#include "ports/mps2/mpu.h"

#include "ports/mps2/reg.h"
#include "ports/mps2/start.h"

#define MPU_NUMBER REG(0xe000ed98u)
#define MPU_BASE REG(0xe000ed9cu)
#define MPU_ATTRIBUTES REG(0xe000eda0u)

#define REGIONS 8u
#define SIZE_MIN 32u
#define ENABLED 1u
#define SIZE(exponent) (((uint32_t)(exponent)-1u) << 1)
#define NORMAL (1u << 19 | 1u << 18 | 1u << 17) /* TEX 1, C, B; shared */
#define READ_ONLY (5u << 24)                    /* for privileged code */
#define READ_WRITE (1u << 24)
#define NO_EXECUTION (1u << 28)

static uint32_t next_region;

static void add(uintptr_t base, uint32_t exponent, uint32_t rights)
{
	MPU_NUMBER = next_region++;
	MPU_BASE = (uint32_t)base;
	MPU_ATTRIBUTES = rights | NORMAL | SIZE(exponent) | ENABLED;
}

/* Covers a span with as few regions as there are, the largest possible first at each address. */
static bool add_span(uintptr_t base, size_t size)
{
	while (size >= SIZE_MIN && next_region < REGIONS && base % SIZE_MIN == 0) {
		uint32_t exponent = 5u; /* SIZE_MIN */
		while (exponent < 31u && base % ((uintptr_t)2u << exponent) == 0 &&
			size >= (size_t)2u << exponent) {
			exponent++;
		}
		add(base, exponent, READ_WRITE | NO_EXECUTION);
		base += (uintptr_t)1u << exponent;
		size -= (size_t)1u << exponent;
	}
	return size == 0;
}

bool mpu_start(uintptr_t memory, size_t size)
{
	add(0, 32u, READ_ONLY);
	return add_span(start_stack_address(), start_stack_bytes()) && add_span(memory, size);
}
