#include "console.h"

#include BOARD_FILE
#include "reg.h"

#define DATA REG(UART_BASE + 0x00u)
#define STATE REG(UART_BASE + 0x04u)
#define CONTROL REG(UART_BASE + 0x08u)
#define DIVISOR REG(UART_BASE + 0x10u)

#define IS_FULL 1u
#define TRANSMIT 1u
#define BAUD 115200u
#define DIGITS_MAX 10u

void console_start(void)
{
	DIVISOR = CLOCK_HZ / BAUD;
	CONTROL = TRANSMIT;
}

void console_text(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((STATE & IS_FULL) != 0) {
		}
		DATA = (uint8_t)*text;
	}
}

void console_number(uint32_t number)
{
	char digits[DIGITS_MAX + 1u];
	char *first = digits + DIGITS_MAX;
	*first = '\0';
	do {
		*--first = (char)('0' + number % 10u);
		number /= 10u;
	} while (number > 0);
	console_text(first);
}
