#include "protect.h"

#include <stdint.h>

#include "machine.h"

/* Of the linker script: code, constants, then the stack. */
extern const uint8_t _start[];
extern const uint8_t rv_code_end[];
extern const uint8_t rv_stack_end[];

/* Configuration of an entry. A range begins at the address of the entry before. */
#define LOCKED 0x80u /* until reset, and for machine mode, too */
#define RANGE 0x08u
#define POWER_OF_TWO 0x18u
#define READ 1u
#define WRITE 2u
#define EXECUTE 4u

/* Entries 0 to 5; the first that matches counts. */
#define CODE ((LOCKED | RANGE | READ | EXECUTE) << 8) /* from entry 0 to 1 */
#define STACK ((RANGE | READ | WRITE) << 16) /* from there to 2 */
#define CONTAINERS (RANGE | READ | WRITE) /* from entry 3 to 4 */
#define REST ((POWER_OF_TWO | READ) << 8) /* all memory: 5 */

#define UNIT 4u /* what the registers count in */

void rv_protect_start(void)
{
	CSR_WRITE(pmpaddr0, (uintptr_t)_start / UNIT);
	CSR_WRITE(pmpaddr1, (uintptr_t)rv_code_end / UNIT);
	CSR_WRITE(pmpaddr2, (uintptr_t)rv_stack_end / UNIT);
	CSR_WRITE(pmpaddr5, MEMORY / UNIT | (MEMORY_BYTES / UNIT / 2u - 1u));
	CSR_WRITE(pmpcfg0, CODE | STACK);
	CSR_WRITE(pmpcfg1, CONTAINERS | REST);
}

/*
 * The engine stays in machine mode, which only locked entries bind, but loads and stores as user
 * mode, which all do. An interrupt is free of that until it returns: it notes machine mode as the
 * one it came from, and the return notes user mode again.
 */
void rv_protect_begin(void *context, void *memory, size_t size)
{
	(void)context;
	CSR_WRITE(pmpaddr3, (uintptr_t)memory / UNIT);
	CSR_WRITE(pmpaddr4, ((uintptr_t)memory + size) / UNIT);
	CSR_CLEAR(mstatus, MSTATUS_MPP);
	CSR_SET(mstatus, MSTATUS_MPRV);
}

void rv_protect_end(void *context)
{
	(void)context;
	CSR_CLEAR(mstatus, MSTATUS_MPRV);
}
