#include "console.h"

#include "machine.h"

#define LINE_STATUS (UART + 5u)
#define TRANSMITTER_EMPTY 0x20u

void rv_console_write(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((*reg8(LINE_STATUS) & TRANSMITTER_EMPTY) == 0) {
		}
		*reg8(UART) = (uint8_t)*text;
	}
}
