#include "ethernet.h"

#include "machine.h"

#define MODE (ETHERNET + 0x00u)
#define INTERRUPT_SOURCE (ETHERNET + 0x04u)
#define INTERRUPT_MASK (ETHERNET + 0x08u)
#define SEND_DESCRIPTORS (ETHERNET + 0x20u)
#define MAC_LOW (ETHERNET + 0x40u) /* last four bytes */
#define MAC_HIGH (ETHERNET + 0x44u)
#define DESCRIPTORS (ETHERNET + 0x400u)

#define MODE_ON 0xa403u /* fills short frames up, appends check sequences, full duplex, both ways */
#define INTERRUPT_RECEIVED 0x04u
#define INTERRUPT_ALL 0x7fu

/* Descriptors have two words: size and flags, address. Those to send from come first. */
#define SENDING 4u
#define RECEIVING 8u
#define SEND_READY 0x8000u
#define SEND_FLAGS 0x1800u /* fill up, check sequence */
#define RECEIVE_EMPTY 0x8000u
#define RECEIVE_INTERRUPT 0x4000u
#define RECEIVE_ERRORS 0x007fu
#define LAST 0x2000u /* the next is the first again */

#define SEND_BYTES 304u /* of a buffer; whole words */
#define RECEIVE_BYTES 1536u
#define CHECK_BYTES 4u

_Static_assert(SEND_BYTES >= NET_FRAME_BYTES && SEND_BYTES % 4u == 0, "a frame fits");
_Static_assert(SENDING * SEND_BYTES + RECEIVING * RECEIVE_BYTES <= 16384u, "memory there is");

static uint32_t next_send;
static uint32_t next_receive;

static volatile uint32_t *flags_of(uint32_t descriptor)
{
	return reg32(DESCRIPTORS + 8u * descriptor);
}

static volatile uint32_t *address_of(uint32_t descriptor)
{
	return reg32(DESCRIPTORS + 8u * descriptor + 4u);
}

static uint32_t send_buffer(uint32_t i)
{
	return PACKETS + i * SEND_BYTES;
}

static uint32_t receive_buffer(uint32_t i)
{
	return PACKETS + SENDING * SEND_BYTES + i * RECEIVE_BYTES;
}

static uint32_t last_flag(uint32_t i, uint32_t count)
{
	return i == count - 1u ? LAST : 0;
}

static void offer(uint32_t i)
{
	*flags_of(SENDING + i) = RECEIVE_EMPTY | RECEIVE_INTERRUPT | last_flag(i, RECEIVING);
}

void xt_ethernet_start(const uint8_t mac[6])
{
	*reg32(MODE) = 0;
	*reg32(INTERRUPT_MASK) = 0;
	*reg32(INTERRUPT_SOURCE) = INTERRUPT_ALL;
	*reg32(SEND_DESCRIPTORS) = SENDING;
	*reg32(MAC_HIGH) = (uint32_t)mac[0] << 8 | mac[1];
	*reg32(MAC_LOW) = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
	for (uint32_t i = 0; i < SENDING; i++) {
		*address_of(i) = send_buffer(i);
		*flags_of(i) = last_flag(i, SENDING);
	}
	for (uint32_t i = 0; i < RECEIVING; i++) {
		*address_of(SENDING + i) = receive_buffer(i);
		offer(i);
	}
	*reg32(INTERRUPT_MASK) = INTERRUPT_RECEIVED;
	*reg32(MODE) = MODE_ON;
}

/* Up to four bytes, the first lowest; zeros behind the last. */
static uint32_t load_word(const uint8_t *bytes, size_t size)
{
	uint32_t word = 0;
	for (uint32_t i = 0; i < 4u && i < size; i++) {
		word |= (uint32_t)bytes[i] << 8u * i;
	}
	return word;
}

bool xt_ethernet_send(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	if (size > NET_FRAME_BYTES || (*flags_of(next_send) & SEND_READY) != 0) {
		return false;
	}
	for (uint32_t at = 0; at < size; at += 4u) {
		*reg32(send_buffer(next_send) + at) = load_word(frame + at, size - at);
	}
	*flags_of(next_send) = (uint32_t)size << 16 | SEND_READY | SEND_FLAGS | last_flag(next_send, SENDING);
	next_send = (next_send + 1u) % SENDING;
	return true;
}

bool xt_ethernet_is_ready(void)
{
	return (*flags_of(SENDING + next_receive) & RECEIVE_EMPTY) == 0;
}

static void copy_frame(uint8_t *frame, uint32_t buffer, uint32_t size)
{
	for (uint32_t at = 0; at < size; at += 4u) {
		const uint32_t word = *reg32(buffer + at);
		for (uint32_t i = at; i < at + 4u && i < size; i++) {
			frame[i] = (uint8_t)(word >> 8u * (i - at));
		}
	}
}

size_t xt_ethernet_receive(uint8_t frame[NET_FRAME_BYTES])
{
	if (!xt_ethernet_is_ready()) {
		return 0;
	}
	const uint32_t flags = *flags_of(SENDING + next_receive);
	const uint32_t size = flags >> 16; /* with the check sequence */
	const bool is_whole = (flags & RECEIVE_ERRORS) == 0 && size > CHECK_BYTES &&
			      size <= NET_FRAME_BYTES + CHECK_BYTES;
	const uint32_t taken = is_whole ? size - CHECK_BYTES : 1u;
	copy_frame(frame, receive_buffer(next_receive), taken);
	offer(next_receive);
	next_receive = (next_receive + 1u) % RECEIVING;
	return taken;
}

void xt_ethernet_acknowledge(void)
{
	*reg32(INTERRUPT_SOURCE) = INTERRUPT_RECEIVED;
}
