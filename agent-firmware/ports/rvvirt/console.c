#include "console.h"

#include "machine.h"

#define LINE_STATUS (UART + 5u)
#define TRANSMITTER_EMPTY 0x20u

void rv_console_text(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((*reg8(LINE_STATUS) & TRANSMITTER_EMPTY) == 0) {
		}
		*reg8(UART) = (uint8_t)*text;
	}
}

void rv_console_hex(uint32_t number)
{
	char text[9] = {0};
	for (uint32_t i = 0; i < 8u; i++) {
		text[i] = "0123456789abcdef"[number >> (28u - 4u * i) & 15u];
	}
	rv_console_text(text);
}
