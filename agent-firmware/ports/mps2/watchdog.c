#include "watchdog.h"

#include BOARD_FILE
#include "reg.h"

#define LOAD REG(WATCHDOG_BASE + 0x00u)
#define CONTROL REG(WATCHDOG_BASE + 0x08u)
#define INTERRUPT_CLEAR REG(WATCHDOG_BASE + 0x0cu)
#define LOCK REG(WATCHDOG_BASE + 0xc00u)

#define INTERRUPT 1u
#define RESET 2u
#define UNLOCK 0x1acce551u

void watchdog_start(void)
{
	LOCK = UNLOCK;
	LOAD = WATCHDOG_SECONDS * CLOCK_HZ;
	CONTROL = INTERRUPT | RESET;
}

void watchdog_feed(void)
{
	INTERRUPT_CLEAR = 1; /* loads the counter, too */
}
