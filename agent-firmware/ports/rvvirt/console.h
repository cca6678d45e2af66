/* Text out of the board's serial port, for a person; the firmware reads nothing from it. */
#ifndef RVVIRT_CONSOLE_H
#define RVVIRT_CONSOLE_H

#include <stdint.h>

void rv_console_text(const char *text);

/* Eight hex digits. */
void rv_console_hex(uint32_t number);

#endif
