/*
 * Just enough of ARP, IPv4 and UDP to exchange datagrams with one gateway: a fixed address in a
 * network of 256, no options, no fragments. All state is in `struct net`; frames begin with the
 * Ethernet header and have no check sequence. RFC 826, 791, 768.
 *
 * Until the gateway's address on the link is known, the newest datagram waits for it.
 */
#ifndef COMMON_NET_H
#define COMMON_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest datagram, and the frame that holds it. */
#define NET_DATAGRAM_BYTES 255u
#define NET_HEADER_BYTES 42u
#define NET_FRAME_BYTES (NET_HEADER_BYTES + NET_DATAGRAM_BYTES)
/* Smallest frame; shorter content is filled with zeros. */
#define NET_FRAME_MIN_BYTES 60u

/* Port that the device sends from and receives on. */
#define NET_LOCAL_PORT 10000u

/* The card: sends one frame of NET_FRAME_MIN_BYTES to NET_FRAME_BYTES; false = it did not leave. */
struct net_link {
	bool (*send)(void *context, const uint8_t *frame, size_t size);
	void *context;
};

struct net_address {
	uint8_t mac[6];     /* of this device */
	uint8_t ip[4];      /* of this device */
	uint8_t router[4];  /* what other networks are reached by */
	uint8_t gateway[4]; /* whom datagrams go to and come from */
	uint16_t gateway_port;
};

/* This device behind QEMU's user network: its addresses are fixed there; `mac` is left zero. */
struct net_address net_user_address(const uint8_t gateway[4], uint16_t gateway_port);

/* Frames that gave no datagram, since boot; they stop at their maximum. */
struct net_counters {
	uint32_t malformed; /* cut short, wrong length or checksum, options, fragments */
	uint32_t foreign;   /* right, but not for this device, or not from its gateway */
	uint32_t unsent;    /* datagrams that a newer one replaced before the address was known */
};

struct net {
	struct net_link link;
	struct net_address address;
	struct net_counters counters;
	uint8_t hop_mac[6];             /* where datagrams go on the link */
	bool is_hop_known;              /* hop_mac is that of an answer */
	uint16_t waiting_bytes;         /* of the frame that waits for hop_mac, 0 = none */
	uint16_t identification;        /* of the next IPv4 packet */
	uint8_t frame[NET_FRAME_BYTES]; /* the one that is sent, or waits */
};

/* A datagram inside the frame it came in; `data` NULL = none. */
struct net_datagram {
	const uint8_t *data;
	size_t size;
};

/* Says who it is to everybody (a gratuitous ARP), and asks for the gateway. */
void net_start(struct net *net, struct net_link link, const struct net_address *address);

/*
 * Sends a datagram of 1 to NET_DATAGRAM_BYTES bytes. False = it certainly did not leave; one that
 * waits for the gateway's address counts as sent.
 */
bool net_send(struct net *net, const uint8_t *datagram, size_t size);

/* Takes a received frame: answers it, or returns the datagram in it. */
struct net_datagram net_receive(struct net *net, const uint8_t *frame, size_t size);

#endif
