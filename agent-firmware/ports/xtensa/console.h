/* Text out of the board's serial port, for a person; the firmware reads nothing from it. */
#ifndef XTENSA_CONSOLE_H
#define XTENSA_CONSOLE_H

#include <stdint.h>

/* Before the first text. */
void xt_console_start(void);

void xt_console_text(const char *text);

/* Eight hex digits. */
void xt_console_hex(uint32_t number);

#endif
