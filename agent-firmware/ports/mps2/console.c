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
