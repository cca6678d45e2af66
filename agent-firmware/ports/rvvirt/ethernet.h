/* Ethernet by a virtio network card (legacy registers, one queue each way, no offloads). */
#ifndef RVVIRT_ETHERNET_H
#define RVVIRT_ETHERNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the card and starts it; writes its address. False = there is none of that kind. */
bool rv_ethernet_open(uint8_t mac[6]);

/*
 * Hands a frame of at most RV_ETHERNET_SEND_BYTES to the card, which copies it before it sends.
 * Does not wait: false = all its buffers are on their way.
 */
#define RV_ETHERNET_SEND_BYTES 512u
bool rv_ethernet_send(void *context, const uint8_t *frame, size_t size);

/* The oldest received frame, which stays until rv_ethernet_release; size 0 = none. */
struct rv_frame {
	const uint8_t *bytes;
	size_t size;
};
struct rv_frame rv_ethernet_receive(void);
void rv_ethernet_release(void);

/* Whether a frame waits. May be asked with interrupts off. */
bool rv_ethernet_is_ready(void);

/* Called by the handler of interrupts. The frame stays in its buffer: the thread takes it. */
uint32_t rv_ethernet_interrupt_number(void);
void rv_ethernet_acknowledge(void);

#endif
