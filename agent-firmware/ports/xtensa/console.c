#include "console.h"

#include "machine.h"

#define DATA (UART + 0x00u)
#define INTERRUPTS (UART + 0x04u)
#define DIVISOR_HIGH INTERRUPTS
#define FIFO_CONTROL (UART + 0x08u)
#define LINE_CONTROL (UART + 0x0cu)
#define LINE_STATUS (UART + 0x14u)

#define FIFO_ON 0x07u /* and empty */
#define EIGHT_BITS 0x03u
#define DIVISOR_SHOWN 0x80u
#define DIVISOR 8u /* 115,200 baud from 14.7456 MHz */
#define TRANSMITTER_EMPTY 0x20u

void xt_console_start(void)
{
	*reg32(LINE_CONTROL) = EIGHT_BITS | DIVISOR_SHOWN;
	*reg32(DATA) = DIVISOR;
	*reg32(DIVISOR_HIGH) = 0;
	*reg32(LINE_CONTROL) = EIGHT_BITS;
	*reg32(FIFO_CONTROL) = FIFO_ON;
	*reg32(INTERRUPTS) = 0;
}

void xt_console_text(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((*reg32(LINE_STATUS) & TRANSMITTER_EMPTY) == 0) {
		}
		*reg32(DATA) = (uint8_t)*text;
	}
}

void xt_console_hex(uint32_t number)
{
	char text[9] = {0};
	for (uint32_t i = 0; i < 8u; i++) {
		text[i] = "0123456789abcdef"[number >> (28u - 4u * i) & 15u];
	}
	xt_console_text(text);
}
