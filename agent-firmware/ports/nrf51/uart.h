/* The UART, 115200 baud 8N1: datagrams in frames (ports/common/serial.h), a ring each way. */
#ifndef NRF51_UART_H
#define NRF51_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that no ring had room for, since boot. */
struct uart_lost {
	uint32_t received; /* bytes: the frame they belong to is bad */
	uint32_t unsent;   /* datagrams */
};

void uart_start(void);

/* Sends a datagram without waiting. False = it certainly did not leave: the ring is full. */
bool uart_send(const uint8_t *datagram, size_t size);

/* Takes the next datagram that is no longer than `room`; returns its size, 0 = none. */
size_t uart_receive(uint8_t *datagram, size_t room);

/* Whether bytes wait for uart_receive. */
bool uart_is_ready(void);

struct uart_lost uart_get_lost(void);

/* Handler of UART_IRQ. */
void uart_interrupt(void);

#endif
