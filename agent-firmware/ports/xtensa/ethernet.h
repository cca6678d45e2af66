/* Ethernet by the OpenCores controller: buffers in a memory of its own, an interrupt for each frame. */
#ifndef XTENSA_ETHERNET_H
#define XTENSA_ETHERNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/common/net.h"

/* Starts the controller, which has no address but the one that it is given. */
void xt_ethernet_start(const uint8_t mac[6]);

/*
 * Copies a frame of at most NET_FRAME_BYTES to the controller. Does not wait: false = all its
 * buffers are on their way.
 */
bool xt_ethernet_send(void *context, const uint8_t *frame, size_t size);

/*
 * Takes the oldest received frame, without its check sequence. Returns its size, 0 = none waits; 1 =
 * it is broken, or larger than any that may hold a datagram.
 */
size_t xt_ethernet_receive(uint8_t frame[NET_FRAME_BYTES]);

/* Whether a frame waits. May be asked with interrupts off. */
bool xt_ethernet_is_ready(void);

/* Called by the handler of interrupts. The frame stays in its buffer: the thread takes it. */
void xt_ethernet_acknowledge(void);

#endif
