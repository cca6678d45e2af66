#define _GNU_SOURCE
#include "udp.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

#define HOST_BYTES 256

/* Splits at the last colon; the brackets around an address of IPv6 go. */
static const char *split(const char *bridge, char host[HOST_BYTES])
{
	const char *colon = strrchr(bridge, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - bridge);
	const char *begin = bridge;
	if (length >= 2 && bridge[0] == '[' && bridge[length - 1u] == ']') {
		begin++;
		length -= 2u;
	}
	if (length == 0 || length >= HOST_BYTES || colon[1] == 0) {
		host_fail("Cannot use --bridge %s: HOST:PORT required", bridge);
	}
	memcpy(host, begin, length);
	host[length] = 0;
	return colon + 1;
}

static int connect_to(const struct addrinfo *address)
{
	const int type = address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
	const int udp = socket(address->ai_family, type, address->ai_protocol);
	if (udp >= 0 && connect(udp, address->ai_addr, address->ai_addrlen) != 0) {
		(void)close(udp);
		return -1;
	}
	return udp;
}

int host_udp_open(const char *bridge)
{
	char host[HOST_BYTES];
	const char *port = split(bridge, host);
	const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	const int error = getaddrinfo(host, port, &wanted, &list);
	if (error != 0) {
		host_fail("Cannot find bridge %s: %s", bridge, gai_strerror(error));
	}
	int udp = -1;
	for (const struct addrinfo *next = list; next != NULL && udp < 0; next = next->ai_next) {
		udp = connect_to(next);
	}
	if (udp < 0) {
		host_fail("Cannot use bridge %s: %s", bridge, strerror(errno));
	}
	freeaddrinfo(list);
	return udp;
}

void host_udp_send(int udp, const uint8_t *datagram, size_t size)
{
	/* ECONNREFUSED is the answer to an earlier datagram: this one has not been tried yet. */
	if (send(udp, datagram, size, MSG_DONTWAIT) < 0 && errno == ECONNREFUSED) {
		(void)send(udp, datagram, size, MSG_DONTWAIT);
	}
}

ssize_t host_udp_receive(int udp, uint8_t *datagram, size_t room)
{
	for (;;) {
		const ssize_t size = recv(udp, datagram, room, MSG_DONTWAIT | MSG_TRUNC);
		if (size >= 0 && (size_t)size <= room) {
			return size;
		}
		if (size < 0 && errno != ECONNREFUSED && errno != EINTR) {
			return -1;
		}
	}
}
