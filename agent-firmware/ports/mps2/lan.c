#include "lan.h"

#include BOARD_FILE
#include "ports/common/frames.h"
#include "ports/common/net.h"
#include "reg.h"

#define RX_DATA REG(LAN_BASE + 0x00u)
#define TX_DATA REG(LAN_BASE + 0x20u)
#define RX_STATUS REG(LAN_BASE + 0x40u)
#define TX_STATUS REG(LAN_BASE + 0x48u)
#define IRQ_CONFIG REG(LAN_BASE + 0x54u)
#define IRQ_STATUS REG(LAN_BASE + 0x58u)
#define IRQ_ENABLE REG(LAN_BASE + 0x5cu)
#define BYTE_TEST REG(LAN_BASE + 0x64u)
#define FIFO_LEVEL REG(LAN_BASE + 0x68u)
#define RX_CONFIG REG(LAN_BASE + 0x6cu)
#define TX_CONFIG REG(LAN_BASE + 0x70u)
#define HARDWARE_CONFIG REG(LAN_BASE + 0x74u)
#define RX_INFO REG(LAN_BASE + 0x7cu)
#define TX_INFO REG(LAN_BASE + 0x80u)
#define MAC_COMMAND REG(LAN_BASE + 0xa4u)
#define MAC_DATA REG(LAN_BASE + 0xa8u)

#define BYTE_ORDER 0x87654321u
#define SOFT_RESET 1u
#define TX_FIFO_5K (5u << 16)
#define MUST_BE_ONE (1u << 20)
#define TX_ON 2u
#define RX_STATUS_LEVEL (1u << 3)
#define IRQ_OUTPUT (1u << 8 | 1u << 4 | 1u) /* enabled, active high, push-pull */
#define TX_LEVEL_DEFAULT 0x48000000u        /* receive level 0: an interrupt for each frame */
#define TX_WHOLE_FRAME (1u << 13 | 1u << 12)
#define RX_ERROR (1u << 15)
#define CHECK_BYTES 4u /* the check sequence behind a received frame */

#define MAC_BUSY 0x80000000u
#define MAC_READ 0x40000000u
#define MAC_CONTROL 1u
#define MAC_ADDRESS_HIGH 2u
#define MAC_ADDRESS_LOW 3u
#define FULL_DUPLEX (1u << 20)
#define TRANSMITTER (1u << 3)
#define RECEIVER (1u << 2)

/* Patience with the controller's own work, in reads of a register. */
#define TRIES 100000u

/* Power of two, for ten frames of the largest size and more of the usual. */
#define RING_BYTES 4096u

static uint8_t ring_bytes[RING_BYTES];
static struct frames ring = {.bytes = ring_bytes, .size = RING_BYTES};

static uint32_t statuses_waiting(uint32_t info)
{
	return info >> 16 & 0xffu;
}

static bool is_mac_idle(void)
{
	for (uint32_t i = 0; i < TRIES; i++) {
		if ((MAC_COMMAND & MAC_BUSY) == 0) {
			return true;
		}
	}
	return false;
}

static bool mac_read(uint32_t index, uint32_t *value)
{
	MAC_COMMAND = MAC_BUSY | MAC_READ | index;
	const bool is_done = is_mac_idle();
	*value = MAC_DATA;
	return is_done;
}

static bool mac_write(uint32_t index, uint32_t value)
{
	MAC_DATA = value;
	MAC_COMMAND = MAC_BUSY | index;
	return is_mac_idle();
}

static bool reset_controller(void)
{
	uint32_t tries = 0;
	while (BYTE_TEST != BYTE_ORDER && tries < TRIES) {
		tries++;
	}
	HARDWARE_CONFIG = SOFT_RESET;
	while ((HARDWARE_CONFIG & SOFT_RESET) != 0 && tries < TRIES) {
		tries++;
	}
	return tries < TRIES;
}

bool lan_start(uint8_t mac[6])
{
	uint32_t low = 0;
	uint32_t high = 0;
	if (!reset_controller() || !mac_read(MAC_ADDRESS_LOW, &low) ||
		!mac_read(MAC_ADDRESS_HIGH, &high)) {
		return false;
	}
	for (uint32_t i = 0; i < 6u; i++) {
		mac[i] = (uint8_t)(i < 4u ? low >> 8u * i : high >> 8u * (i - 4u));
	}
	HARDWARE_CONFIG = TX_FIFO_5K | MUST_BE_ONE;
	RX_CONFIG = 0;
	TX_CONFIG = TX_ON;
	if (!mac_write(MAC_CONTROL, FULL_DUPLEX | TRANSMITTER | RECEIVER)) {
		return false;
	}
	FIFO_LEVEL = TX_LEVEL_DEFAULT;
	IRQ_CONFIG = IRQ_OUTPUT;
	IRQ_STATUS = UINT32_MAX;
	IRQ_ENABLE = RX_STATUS_LEVEL;
	irq_enable(LAN_IRQ);
	return true;
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

bool lan_send(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	while (statuses_waiting(TX_INFO) > 0) {
		(void)TX_STATUS;
	}
	/* two words of command and one for the odd bytes */
	if ((TX_INFO & 0xffffu) < size + 12u) {
		return false;
	}
	TX_DATA = TX_WHOLE_FRAME | (uint32_t)size;
	TX_DATA = (uint32_t)size;
	for (size_t i = 0; i < size; i += 4u) {
		TX_DATA = load_word(frame + i, size - i);
	}
	return true;
}

/* Takes one frame from the controller; what no frame of ours can be is dropped. */
static void take_frame(void)
{
	static uint8_t frame[NET_FRAME_BYTES + CHECK_BYTES];
	const uint32_t status = RX_STATUS;
	const uint32_t size = status >> 16 & 0x3fffu;
	for (uint32_t i = 0; i < size; i += 4u) {
		const uint32_t word = RX_DATA;
		for (uint32_t byte = i; byte < i + 4u && byte < sizeof(frame); byte++) {
			frame[byte] = (uint8_t)(word >> 8u * (byte - i));
		}
	}
	if ((status & RX_ERROR) == 0 && size > CHECK_BYTES && size <= sizeof(frame)) {
		(void)frames_write(&ring, frame, size - CHECK_BYTES); /* the caller saw the room */
	}
}

void lan_interrupt(void)
{
	while (statuses_waiting(RX_INFO) > 0) {
		if (!frames_has_room(&ring, NET_FRAME_BYTES)) {
			IRQ_ENABLE = 0; /* until lan_receive has made room */
			return;
		}
		take_frame();
		IRQ_STATUS = RX_STATUS_LEVEL;
	}
	IRQ_STATUS = RX_STATUS_LEVEL;
	IRQ_ENABLE = RX_STATUS_LEVEL;
}

bool lan_is_empty(void)
{
	return frames_is_empty(&ring);
}

size_t lan_receive(uint8_t *frame, size_t room)
{
	const size_t size = frames_read(&ring, frame, room);
	if (size > 0 && IRQ_ENABLE == 0) {
		irq_mask();
		lan_interrupt();
		irq_unmask();
	}
	return size;
}
