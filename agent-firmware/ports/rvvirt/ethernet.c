#include "ethernet.h"

#include <string.h>

#include "machine.h"

/* Registers of virtio over memory-mapped I/O, version 1: Virtio 1.1, 4.2.4. */
#define MAGIC 0x000u
#define VERSION 0x004u
#define DEVICE_ID 0x008u
#define DRIVER_FEATURES 0x020u
#define DRIVER_FEATURES_SELECT 0x024u
#define PAGE_SIZE 0x028u
#define QUEUE_SELECT 0x030u
#define QUEUE_SIZE 0x038u
#define QUEUE_ALIGN 0x03cu
#define QUEUE_PAGE 0x040u
#define QUEUE_NOTIFY 0x050u
#define INTERRUPT_STATUS 0x060u
#define INTERRUPT_ACKNOWLEDGE 0x064u
#define STATUS 0x070u
#define CARD_MAC 0x100u

#define MAGIC_VALUE 0x74726976u
#define VERSION_LEGACY 1u
#define DEVICE_NETWORK 1u
#define FEATURE_MAC (1u << 5)
#define STATUS_ACKNOWLEDGE 1u
#define STATUS_DRIVER 2u
#define STATUS_DRIVER_OK 4u

#define DESCRIPTOR_WRITABLE 2u /* by the card */
#define NO_INTERRUPT 1u

#define PAGE_BYTES 4096u
#define BUFFERS 8u /* of each queue; a power of two */
#define CARD_HEADER_BYTES 10u
#define FRAME_BYTES 1514u
#define RECEIVE 0u
#define SEND 1u

struct descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags;
	uint16_t next;
};

/* What the driver offers. */
struct available {
	uint16_t flags;
	uint16_t count; /* modulo 2^16 */
	uint16_t ring[BUFFERS];
	uint16_t used_event;
};

/* What the card gives back. */
struct used {
	uint16_t flags;
	uint16_t count; /* modulo 2^16 */
	struct {
		uint32_t descriptor;
		uint32_t size;
	} ring[BUFFERS];
	uint16_t available_event;
};

/* Layout of the legacy interface: the second part begins a page. */
struct queue {
	struct descriptor descriptors[BUFFERS];
	struct available available;
	struct used used __attribute__((aligned(PAGE_BYTES)));
};

static struct queue queues[2] __attribute__((aligned(PAGE_BYTES)));
static uint8_t received[BUFFERS][CARD_HEADER_BYTES + FRAME_BYTES] __attribute__((aligned(4)));
static uint8_t sent[BUFFERS][CARD_HEADER_BYTES + RV_ETHERNET_SEND_BYTES]
	__attribute__((aligned(4)));
static uint16_t taken; /* of the receive queue's used count */
static uint32_t slot;
static uint32_t card; /* address of its registers */

/* The card writes it at any time. */
static uint16_t used_count(uint32_t queue)
{
	const uint16_t count = *(const volatile uint16_t *)&queues[queue].used.count;
	FENCE();
	return count;
}

static void offer(uint32_t queue, uint16_t descriptor)
{
	struct available *available = &queues[queue].available;
	available->ring[available->count % BUFFERS] = descriptor;
	FENCE();
	*(volatile uint16_t *)&available->count = (uint16_t)(available->count + 1u);
	FENCE();
}

static bool find_card(void)
{
	for (slot = 0; slot < VIRTIO_SLOTS; slot++) {
		card = VIRTIO + slot * VIRTIO_STRIDE;
		if (*reg32(card + MAGIC) == MAGIC_VALUE &&
			*reg32(card + VERSION) == VERSION_LEGACY &&
			*reg32(card + DEVICE_ID) == DEVICE_NETWORK) {
			return true;
		}
	}
	return false;
}

static void set_up_queue(uint32_t queue)
{
	*reg32(card + QUEUE_SELECT) = queue;
	*reg32(card + QUEUE_SIZE) = BUFFERS;
	*reg32(card + QUEUE_ALIGN) = PAGE_BYTES;
	*reg32(card + QUEUE_PAGE) = (uint32_t)(uintptr_t)&queues[queue] / PAGE_BYTES;
}

bool rv_ethernet_open(uint8_t mac[6])
{
	if (!find_card()) {
		return false;
	}
	*reg32(card + STATUS) = 0; /* reset */
	*reg32(card + STATUS) = STATUS_ACKNOWLEDGE;
	*reg32(card + STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
	*reg32(card + DRIVER_FEATURES_SELECT) = 0;
	*reg32(card + DRIVER_FEATURES) = FEATURE_MAC;
	*reg32(card + PAGE_SIZE) = PAGE_BYTES;
	set_up_queue(RECEIVE);
	set_up_queue(SEND);
	queues[SEND].available.flags = NO_INTERRUPT;
	for (uint16_t i = 0; i < BUFFERS; i++) {
		queues[RECEIVE].descriptors[i] = (struct descriptor){
			(uintptr_t)received[i], sizeof(received[i]), DESCRIPTOR_WRITABLE, 0};
		offer(RECEIVE, i);
	}
	for (uint32_t i = 0; i < 6u; i++) {
		mac[i] = *reg8(card + CARD_MAC + i);
	}
	*reg32(card + STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_DRIVER_OK;
	*reg32(card + QUEUE_NOTIFY) = RECEIVE;
	return true;
}

bool rv_ethernet_send(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	const uint16_t count = queues[SEND].available.count;
	const bool is_full = (uint16_t)(count - used_count(SEND)) == BUFFERS;
	if (is_full || size > RV_ETHERNET_SEND_BYTES) {
		return false;
	}
	/* the card takes frames in order, so the buffer of the oldest is free */
	const uint16_t i = count % BUFFERS;
	memset(sent[i], 0, CARD_HEADER_BYTES);
	memcpy(sent[i] + CARD_HEADER_BYTES, frame, size);
	queues[SEND].descriptors[i] =
		(struct descriptor){(uintptr_t)sent[i], (uint32_t)(CARD_HEADER_BYTES + size), 0, 0};
	offer(SEND, i);
	*reg32(card + QUEUE_NOTIFY) = SEND;
	return true;
}

bool rv_ethernet_is_ready(void)
{
	return used_count(RECEIVE) != taken;
}

struct rv_frame rv_ethernet_receive(void)
{
	if (!rv_ethernet_is_ready()) {
		return (struct rv_frame){NULL, 0};
	}
	const struct used *used = &queues[RECEIVE].used;
	const uint32_t i = used->ring[taken % BUFFERS].descriptor % BUFFERS;
	const uint32_t size = used->ring[taken % BUFFERS].size;
	const bool is_whole = size > CARD_HEADER_BYTES && size <= sizeof(received[i]);
	/* an impossible size is a frame of one byte, which whoever parses it refuses */
	return (struct rv_frame){
		received[i] + CARD_HEADER_BYTES, is_whole ? size - CARD_HEADER_BYTES : 1u};
}

void rv_ethernet_release(void)
{
	const uint32_t i = queues[RECEIVE].used.ring[taken % BUFFERS].descriptor % BUFFERS;
	taken++;
	offer(RECEIVE, (uint16_t)i);
	*reg32(card + QUEUE_NOTIFY) = RECEIVE;
}

uint32_t rv_ethernet_interrupt_number(void)
{
	return slot + 1u;
}

void rv_ethernet_acknowledge(void)
{
	*reg32(card + INTERRUPT_ACKNOWLEDGE) = *reg32(card + INTERRUPT_STATUS);
}
