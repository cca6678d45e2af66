#include "uart.h"

#include <string.h>

#include "ports/common/serial.h"
#include "reg.h"

#define UART 0x40002000u
#define TASK_START_RX REG(UART + 0x000u)
#define TASK_START_TX REG(UART + 0x008u)
#define EVENT_RECEIVED REG(UART + 0x108u)
#define EVENT_SENT REG(UART + 0x11cu)
#define INTERRUPT_SET REG(UART + 0x304u)
#define ENABLE REG(UART + 0x500u)
#define PIN_TX REG(UART + 0x50cu)
#define PIN_RX REG(UART + 0x514u)
#define RECEIVED REG(UART + 0x518u)
#define TO_SEND REG(UART + 0x51cu)
#define BAUD_RATE REG(UART + 0x524u)

#define ENABLED 4u
#define BAUD_115200 0x01d7e000u
#define INTERRUPT_RECEIVED (1u << 2)
#define INTERRUPT_SENT (1u << 7)
/* Of the micro:bit: to the chip that speaks USB. */
#define MICROBIT_PIN_TX 24u
#define MICROBIT_PIN_RX 25u

/* Powers of two. What the bridge has under way at most; two datagrams and their acknowledgements. */
#define IN_BYTES 1024u
#define OUT_BYTES 512u

/* One side writes `head`, the other `tail`; both count for ever, modulo 2^32. */
static struct {
	uint8_t bytes[IN_BYTES];
	volatile uint32_t head; /* of the interrupt */
	volatile uint32_t tail; /* of the thread */
} in;

static struct {
	uint8_t bytes[OUT_BYTES];
	volatile uint32_t head; /* of the thread */
	volatile uint32_t tail; /* of the interrupt, or of the thread while it is masked */
	volatile bool is_busy;  /* a byte is on the line, its interrupt will come */
} out;

static struct serial_decoder decoder;
static volatile struct uart_lost lost;

void uart_start(void)
{
	PIN_TX = MICROBIT_PIN_TX;
	PIN_RX = MICROBIT_PIN_RX;
	BAUD_RATE = BAUD_115200;
	ENABLE = ENABLED;
	INTERRUPT_SET = INTERRUPT_RECEIVED | INTERRUPT_SENT;
	TASK_START_RX = 1;
	TASK_START_TX = 1;
	irq_enable(UART_IRQ);
}

/* Puts the next byte onto the line, with interrupts masked or from the interrupt. */
static void send_next(void)
{
	out.is_busy = out.tail != out.head;
	if (out.is_busy) {
		TO_SEND = out.bytes[out.tail % OUT_BYTES];
		out.tail++;
	}
}

static void put(void *context, uint8_t byte)
{
	(void)context;
	out.bytes[out.head % OUT_BYTES] = byte;
	out.head++;
}

bool uart_send(const uint8_t *datagram, size_t size)
{
	const uint32_t room = OUT_BYTES - (out.head - out.tail);
	if (size + SERIAL_OVERHEAD_BYTES > room) {
		lost.unsent++;
		return false;
	}
	const bool is_framed = serial_encode((struct serial_sink){put, NULL}, datagram, size);
	irq_mask();
	if (!out.is_busy) {
		send_next();
	}
	irq_unmask();
	return is_framed;
}

size_t uart_receive(uint8_t *datagram, size_t room)
{
	while (in.tail != in.head) {
		const uint8_t byte = in.bytes[in.tail % IN_BYTES];
		in.tail++;
		if (serial_decode(&decoder, byte) == SERIAL_DATAGRAM &&
			decoder.datagram_bytes <= room) {
			memcpy(datagram, decoder.body, decoder.datagram_bytes);
			return decoder.datagram_bytes;
		}
	}
	return 0;
}

bool uart_is_ready(void)
{
	return in.tail != in.head;
}

struct uart_lost uart_get_lost(void)
{
	return lost;
}

static void take(uint8_t byte)
{
	if (in.head - in.tail == IN_BYTES) {
		lost.received++;
		return;
	}
	in.bytes[in.head % IN_BYTES] = byte;
	in.head++;
}

void uart_interrupt(void)
{
	while (EVENT_RECEIVED != 0) {
		EVENT_RECEIVED = 0;
		take((uint8_t)RECEIVED);
	}
	if (EVENT_SENT != 0) {
		EVENT_SENT = 0;
		send_next();
	}
}
