/*
 * The Ethernet controller, LAN9118. Its interrupt moves frames to a ring; when that is full, they
 * wait in the controller, which drops what comes too much.
 */
#ifndef MPS2_LAN_H
#define MPS2_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Resets the controller and writes its address. False = it does not answer. */
bool lan_start(uint8_t mac[6]);

/* The `send` of a net_link; `context` is not used. */
bool lan_send(void *context, const uint8_t *frame, size_t size);

/* Takes the oldest received frame; returns its size, 0 = none. */
size_t lan_receive(uint8_t *frame, size_t room);

/* Whether lan_receive would return 0. */
bool lan_is_empty(void);

/* Handler of LAN_IRQ. */
void lan_interrupt(void);

#endif
