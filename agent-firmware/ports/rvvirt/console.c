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

static void write_digits(uint32_t number, uint32_t base, uint32_t least)
{
	char text[11] = {0};
	uint32_t at = sizeof(text) - 1u;
	for (uint32_t digits = 0; number > 0 || digits < least; digits++) {
		at--;
		text[at] = "0123456789abcdef"[number % base];
		number /= base;
	}
	rv_console_text(text + at);
}

void rv_console_number(uint32_t number)
{
	write_digits(number, 10, 1);
}

void rv_console_hex(uint32_t number)
{
	write_digits(number, 16, 8);
}
