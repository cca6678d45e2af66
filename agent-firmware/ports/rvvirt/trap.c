#include "trap.h"

#include "console.h"
#include "ethernet.h"
#include "machine.h"
#include "reset.h"

#define PLIC_PRIORITY(number) (PLIC + 4u * (number))
#define PLIC_ENABLE (PLIC + 0x2000u)
#define PLIC_THRESHOLD (PLIC + 0x200000u)
#define PLIC_CLAIM (PLIC + 0x200004u)

#define CAUSE_TIMER 0x80000007u
#define CAUSE_EXTERNAL 0x8000000bu

void rv_trap_enable(uint32_t number)
{
	*reg32(PLIC_PRIORITY(number)) = 1;
	*reg32(PLIC_ENABLE) |= 1u << number;
	*reg32(PLIC_THRESHOLD) = 0;
}

static _Noreturn void fail(const char *what, uint32_t cause, uint32_t address, uint32_t value)
{
	rv_console_text(what);
	rv_console_hex(cause);
	rv_console_text(" address=");
	rv_console_hex(address);
	rv_console_text(" value=");
	rv_console_hex(value);
	rv_console_text("\n");
	/* either way the program did not come back from a call, which a trial counts */
	rv_reset(FEMTO_RESET_WATCHDOG);
}

void rv_trap(uint32_t cause, uint32_t address, uint32_t value)
{
	if (cause == CAUSE_TIMER) {
		fail("reset by the watchdog: cause=", cause, address, value);
	}
	if (cause != CAUSE_EXTERNAL) {
		fail("reset by a fault: cause=", cause, address, value);
	}
	const uint32_t number = *reg32(PLIC_CLAIM);
	if (number == 0) {
		return; /* another claim took it */
	}
	rv_ethernet_acknowledge(); /* the only one that is enabled */
	*reg32(PLIC_CLAIM) = number;
}
