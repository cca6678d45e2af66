/* One UDP socket, connected to the bridge: datagrams of anyone else do not arrive. */
#ifndef HOST_UDP_H
#define HOST_UDP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Resolves "HOST:PORT" or "[ADDRESS]:PORT" once, and connects; fails when that does not work. */
int host_udp_open(const char *bridge);

/* Sends without waiting. What the system refuses is lost, as on any link. */
void host_udp_send(int udp, const uint8_t *datagram, size_t size);

/*
 * Takes the next datagram that is no longer than `room`; longer ones are dropped, as by a radio.
 * Returns its size, or -1 when none has arrived.
 */
ssize_t host_udp_receive(int udp, uint8_t *datagram, size_t room);

#endif
