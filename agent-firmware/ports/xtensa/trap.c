#include "trap.h"

#include "clock.h"
#include "console.h"
#include "ethernet.h"
#include "machine.h"
#include "reset.h"

#define CAUSE_INTERRUPT 4u

static _Noreturn void fail(const char *what, uint32_t cause, uint32_t address, uint32_t value)
{
	xt_console_text(what);
	xt_console_hex(cause);
	xt_console_text(" address=");
	xt_console_hex(address);
	xt_console_text(" value=");
	xt_console_hex(value);
	xt_console_text("\n");
	/* either way the program did not come back from a call, which a trial counts */
	xt_reset(FEMTO_RESET_WATCHDOG);
}

_Noreturn void xt_trap_fault(uint32_t cause, uint32_t address, uint32_t value)
{
	fail("reset by a fault: cause=", cause, address, value);
}

void xt_trap(uint32_t cause, uint32_t address, uint32_t value)
{
	if (cause != CAUSE_INTERRUPT) {
		xt_trap_fault(cause, address, value);
	}
	uint32_t pending;
	SPECIAL_READ(interrupt, pending);
	if ((pending & INTERRUPT_ETHERNET) != 0) {
		xt_ethernet_acknowledge();
	}
	if ((pending & INTERRUPT_TIMER) != 0 && !xt_clock_take_alarm()) {
		fail("reset by the watchdog: cause=", cause, address, value);
	}
}
