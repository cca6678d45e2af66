#include "reset.h"

#include <stdbool.h>

#include "machine.h"

#define RESET (FPGA + 0x10u)
#define RESET_NOW 0xdeadu
/* Memory that was never written holds neither this nor its complement. */
#define MARK 0x57444f47u

struct note {
	uint32_t mark;
	uint32_t complement;
	uint32_t cause; /* enum femto_reset */
};

static struct note note __attribute__((section(".noinit")));

enum femto_reset xt_reset_take_cause(void)
{
	const bool is_kept = note.mark == MARK && note.complement == ~MARK;
	const bool was_watchdog = is_kept && note.cause == (uint32_t)FEMTO_RESET_WATCHDOG;
	note = (struct note){.mark = 0};
	return was_watchdog ? FEMTO_RESET_WATCHDOG : FEMTO_RESET_OTHER;
}

_Noreturn void xt_reset(enum femto_reset cause)
{
	note = (struct note){MARK, ~MARK, (uint32_t)cause};
	*reg32(RESET) = RESET_NOW;
	for (;;) {
	}
}
