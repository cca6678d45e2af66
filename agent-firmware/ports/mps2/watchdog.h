/*
 * The watchdog. When it is not fed for WATCHDOG_SECONDS it raises an NMI, whose handler resets the
 * board; when that does not happen within the same time again, the hardware does.
 */
#ifndef MPS2_WATCHDOG_H
#define MPS2_WATCHDOG_H

#define WATCHDOG_SECONDS 10u

void watchdog_start(void);
void watchdog_feed(void);

#endif
