#include "net.h"

#include <string.h>

#define MAC_BYTES 6u
#define IP_BYTES 4u

/* Ethernet. */
#define ETH_BYTES 14u
#define ETH_SOURCE 6u
#define ETH_TYPE 12u
#define TYPE_IPV4 0x0800u
#define TYPE_ARP 0x0806u

/* ARP, from the start of its packet. */
#define ARP_BYTES 28u
#define ARP_OPERATION 6u
#define ARP_SENDER_MAC 8u
#define ARP_SENDER_IP 14u
#define ARP_TARGET_MAC 18u
#define ARP_TARGET_IP 24u
#define ARP_REQUEST 1u
#define ARP_ANSWER 2u

/* IPv4, from the start of its packet. */
#define IP_HEADER_BYTES 20u
#define IP_LENGTH 2u
#define IP_IDENTIFICATION 4u
#define IP_FRAGMENT 6u
#define IP_LIFE 8u
#define IP_PROTOCOL 9u
#define IP_SUM 10u
#define IP_SOURCE 12u
#define IP_TARGET 16u
#define IP_VERSION_AND_SIZE 0x45u
#define IP_DO_NOT_FRAGMENT 0x4000u
#define IP_HOPS 64u
#define PROTOCOL_UDP 17u

/* UDP, from the start of its packet. */
#define UDP_HEADER_BYTES 8u
#define UDP_TARGET 2u
#define UDP_LENGTH 4u
#define UDP_SUM 6u

/* Ethernet and IPv4, addresses of 6 and 4 bytes. */
static const uint8_t arp_kind[ARP_OPERATION] = {0, 1, 8, 0, MAC_BYTES, IP_BYTES};
static const uint8_t everybody[MAC_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t nobody[MAC_BYTES];

static const struct net_datagram no_datagram;

static uint16_t load_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void save_u16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static struct net_datagram count(uint32_t *counter)
{
	*counter += *counter == UINT32_MAX ? 0 : 1u;
	return no_datagram;
}

/* Adds to a sum of 16-bit words; 32 bits hold it for every size that a packet can have. */
static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i + 1u < size; i += 2u) {
		sum += load_u16(bytes + i);
	}
	return size % 2u == 0 ? sum : sum + (uint32_t)(bytes[size - 1u] << 8);
}

/* RFC 1071: 0 over bytes that hold their own checksum. */
static uint16_t checksum(uint32_t sum)
{
	sum = (sum & 0xffffu) + (sum >> 16);
	sum = (sum & 0xffffu) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool is_same(const uint8_t *left, const uint8_t *right, size_t size)
{
	return memcmp(left, right, size) == 0;
}

/* --- ARP */

static void send_arp(const struct net *net, uint8_t operation, const uint8_t *target_mac,
	const uint8_t *target_ip)
{
	uint8_t frame[NET_FRAME_MIN_BYTES] = {0};
	const bool is_request = operation == ARP_REQUEST;
	memcpy(frame, is_request ? everybody : target_mac, MAC_BYTES);
	memcpy(frame + ETH_SOURCE, net->address.mac, MAC_BYTES);
	save_u16(frame + ETH_TYPE, TYPE_ARP);
	uint8_t *arp = frame + ETH_BYTES;
	memcpy(arp, arp_kind, sizeof(arp_kind));
	arp[ARP_OPERATION + 1u] = operation;
	memcpy(arp + ARP_SENDER_MAC, net->address.mac, MAC_BYTES);
	memcpy(arp + ARP_SENDER_IP, net->address.ip, IP_BYTES);
	memcpy(arp + ARP_TARGET_MAC, target_mac, MAC_BYTES);
	memcpy(arp + ARP_TARGET_IP, target_ip, IP_BYTES);
	(void)net->link.send(net->link.context, frame, sizeof(frame)); /* asked again when needed */
}

/* Who carries datagrams to the gateway: itself, when it is of this network. */
static const uint8_t *hop_ip(const struct net *net)
{
	const struct net_address *address = &net->address;
	return is_same(address->ip, address->gateway, 3) ? address->gateway : address->router;
}

static void learn_hop(struct net *net, const uint8_t *mac)
{
	memcpy(net->hop_mac, mac, MAC_BYTES);
	net->is_hop_known = true;
	if (net->waiting_bytes > 0) {
		memcpy(net->frame, mac, MAC_BYTES);
		(void)net->link.send(net->link.context, net->frame, net->waiting_bytes);
		net->waiting_bytes = 0;
	}
}

static struct net_datagram receive_arp(struct net *net, const uint8_t *arp, size_t size)
{
	if (size < ARP_BYTES || !is_same(arp, arp_kind, sizeof(arp_kind)) ||
		(arp[ARP_SENDER_MAC] & 1u) != 0) { /* a group sends nothing */
		return count(&net->counters.malformed);
	}
	const uint8_t *sender_mac = arp + ARP_SENDER_MAC;
	const uint8_t *sender_ip = arp + ARP_SENDER_IP;
	const uint16_t operation = load_u16(arp + ARP_OPERATION);
	const bool is_to_me = is_same(arp + ARP_TARGET_IP, net->address.ip, IP_BYTES);
	if (!is_to_me || (operation != ARP_REQUEST && operation != ARP_ANSWER)) {
		return count(&net->counters.foreign);
	}
	if (is_same(sender_ip, hop_ip(net), IP_BYTES)) {
		learn_hop(net, sender_mac);
	}
	if (operation == ARP_REQUEST) {
		send_arp(net, ARP_ANSWER, sender_mac, sender_ip);
	}
	return no_datagram;
}

/* --- IPv4 and UDP */

static struct net_datagram receive_udp(
	struct net *net, const uint8_t *ip, const uint8_t *udp, size_t size)
{
	if (size < UDP_HEADER_BYTES) {
		return count(&net->counters.malformed);
	}
	const size_t length = load_u16(udp + UDP_LENGTH);
	if (length < UDP_HEADER_BYTES || length > size) {
		return count(&net->counters.malformed);
	}
	/* both addresses, the protocol and the length are summed, too; no checksum is allowed */
	const uint32_t sum = add_words((uint32_t)(PROTOCOL_UDP + length), ip + IP_SOURCE, 2u * IP_BYTES);
	if (load_u16(udp + UDP_SUM) != 0 && checksum(add_words(sum, udp, length)) != 0) {
		return count(&net->counters.malformed);
	}
	if (load_u16(udp) != net->address.gateway_port || load_u16(udp + UDP_TARGET) != NET_LOCAL_PORT) {
		return count(&net->counters.foreign);
	}
	return (struct net_datagram){udp + UDP_HEADER_BYTES, length - UDP_HEADER_BYTES};
}

static struct net_datagram receive_ip(struct net *net, const uint8_t *ip, size_t size)
{
	if (size < IP_HEADER_BYTES || ip[0] != IP_VERSION_AND_SIZE ||
		checksum(add_words(0, ip, IP_HEADER_BYTES)) != 0) {
		return count(&net->counters.malformed);
	}
	/* the frame may be filled up behind the packet */
	const size_t length = load_u16(ip + IP_LENGTH);
	const bool is_fragment = (load_u16(ip + IP_FRAGMENT) & ~IP_DO_NOT_FRAGMENT) != 0;
	if (length < IP_HEADER_BYTES || length > size || is_fragment) {
		return count(&net->counters.malformed);
	}
	if (!is_same(ip + IP_TARGET, net->address.ip, IP_BYTES) ||
		!is_same(ip + IP_SOURCE, net->address.gateway, IP_BYTES) ||
		ip[IP_PROTOCOL] != PROTOCOL_UDP) {
		return count(&net->counters.foreign);
	}
	return receive_udp(net, ip, ip + IP_HEADER_BYTES, length - IP_HEADER_BYTES);
}

struct net_datagram net_receive(struct net *net, const uint8_t *frame, size_t size)
{
	if (size < ETH_BYTES) {
		return count(&net->counters.malformed);
	}
	if (!is_same(frame, net->address.mac, MAC_BYTES) && !is_same(frame, everybody, MAC_BYTES)) {
		return count(&net->counters.foreign);
	}
	switch (load_u16(frame + ETH_TYPE)) {
	case TYPE_ARP:
		return receive_arp(net, frame + ETH_BYTES, size - ETH_BYTES);
	case TYPE_IPV4:
		return receive_ip(net, frame + ETH_BYTES, size - ETH_BYTES);
	default: /* any other number */
		return count(&net->counters.foreign);
	}
}

/* Writes all headers of net->frame but the receiver's address on the link. */
static void write_headers(struct net *net, size_t size)
{
	memset(net->frame, 0, NET_HEADER_BYTES);
	memcpy(net->frame + ETH_SOURCE, net->address.mac, MAC_BYTES);
	save_u16(net->frame + ETH_TYPE, TYPE_IPV4);
	uint8_t *ip = net->frame + ETH_BYTES;
	ip[0] = IP_VERSION_AND_SIZE;
	save_u16(ip + IP_LENGTH, IP_HEADER_BYTES + UDP_HEADER_BYTES + size);
	save_u16(ip + IP_IDENTIFICATION, net->identification++);
	save_u16(ip + IP_FRAGMENT, IP_DO_NOT_FRAGMENT);
	ip[IP_LIFE] = IP_HOPS;
	ip[IP_PROTOCOL] = PROTOCOL_UDP;
	memcpy(ip + IP_SOURCE, net->address.ip, IP_BYTES);
	memcpy(ip + IP_TARGET, net->address.gateway, IP_BYTES);
	save_u16(ip + IP_SUM, checksum(add_words(0, ip, IP_HEADER_BYTES)));
	uint8_t *udp = ip + IP_HEADER_BYTES;
	save_u16(udp, NET_LOCAL_PORT);
	save_u16(udp + UDP_TARGET, net->address.gateway_port);
	save_u16(udp + UDP_LENGTH, UDP_HEADER_BYTES + size);
}

bool net_send(struct net *net, const uint8_t *datagram, size_t size)
{
	if (size == 0 || size > NET_DATAGRAM_BYTES) {
		return false;
	}
	if (net->waiting_bytes > 0) {
		(void)count(&net->counters.unsent);
	}
	write_headers(net, size);
	memcpy(net->frame + NET_HEADER_BYTES, datagram, size);
	size_t total = NET_HEADER_BYTES + size;
	if (total < NET_FRAME_MIN_BYTES) {
		memset(net->frame + total, 0, NET_FRAME_MIN_BYTES - total);
		total = NET_FRAME_MIN_BYTES;
	}
	if (!net->is_hop_known) {
		net->waiting_bytes = (uint16_t)total;
		send_arp(net, ARP_REQUEST, nobody, hop_ip(net));
		return true;
	}
	memcpy(net->frame, net->hop_mac, MAC_BYTES);
	return net->link.send(net->link.context, net->frame, total);
}

struct net_address net_user_address(const uint8_t gateway[4], uint16_t gateway_port)
{
	struct net_address address = {
		.ip = {10, 0, 2, 15},
		.router = {10, 0, 2, 2},
		.gateway_port = gateway_port,
	};
	memcpy(address.gateway, gateway, sizeof(address.gateway));
	return address;
}

void net_start(struct net *net, struct net_link link, const struct net_address *address)
{
	*net = (struct net){.link = link, .address = *address};
	send_arp(net, ARP_REQUEST, nobody, address->ip);
	send_arp(net, ARP_REQUEST, nobody, hop_ip(net));
}
