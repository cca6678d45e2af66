/*
 * A port to start from: copy it, write the bodies, hand `board_port` to femto_init. The comments
 * say what each call must do and what may go wrong; femto_port.h is the contract. As it stands
 * every call refuses, which the agent counts, reports and survives: it compiles, and femto_init
 * says FEMTO_ERR_FLASH.
 *
 * All calls come from the thread that is inside a femto_… call: none from an interrupt, no two at a
 * time. None may call the agent back. Interrupts may stay open throughout.
 */
#include "femto_port.h"

/* What your drivers need; `context` points to it. Two devices in one program have two of these. */
struct board {
	int replace_me; /* socket, flash driver, state of the generator */
};

/*
 * Start the transmission of one UDP datagram (or one serial frame) to the gateway, and return
 * without waiting for it. Copy `datagram`: it is the agent's again on return. There is no "busy":
 * when the queue is full drop it, and return FEMTO_PORT_FAILED only if it certainly did not leave.
 * The protocol repeats what is lost.
 */
static enum femto_port_err board_send(void *context, const uint8_t *datagram, size_t size)
{
	struct board *board = context;
	(void)board;
	(void)datagram;
	(void)size;
	return FEMTO_PORT_FAILED;
}

/*
 * 32 uniform bits for jitter and message ids. No key is ever made of them, so a small generator
 * seeded with device id, count of boots and a free-running counter is enough. What must not happen:
 * all devices of a fleet, or all boots of one, get the same row.
 */
static uint32_t board_random(void *context)
{
	struct board *board = context;
	return (uint32_t)board->replace_me++;
}

/*
 * Copy `size` bytes from `address`, 0 = the first byte of the agent's first erase unit; any
 * alignment. A power failure may have left bytes half programmed: return what is read. If the chip
 * has error correction that traps on such words, catch the trap here and return FEMTO_FLASH_ERASED
 * for them. FEMTO_PORT_FAILED is for a chip that does not answer.
 */
static enum femto_port_err board_flash_read(
	void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	(void)address;
	(void)data;
	(void)size;
	return FEMTO_PORT_FAILED;
}

/*
 * Program `size` bytes, address and size multiples of FEMTO_FLASH_WRITE_BYTES, inside one erase
 * unit. The agent never programs a place twice without an erase between, except one unit that a
 * power failure may have left looking erased (store.h). `data` may lie at any address: a chip that
 * wants aligned words gets a copy. Wait until the bytes are durable. Code that runs from the same
 * flash bank must run from RAM meanwhile, interrupt handlers too. If the chip reports an error:
 * clear it, return FEMTO_PORT_FAILED; the agent reads back, and goes on in another unit.
 */
static enum femto_port_err board_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	(void)address;
	(void)data;
	(void)size;
	return FEMTO_PORT_FAILED;
}

/*
 * Erase unit `unit` (0 = the first) and wait. Afterwards every byte reads FEMTO_FLASH_ERASED; a
 * chip that erases to zeros inverts in all three calls. May take as long as it takes: feed a
 * watchdog with a shorter period here, and nowhere else in the port.
 */
static enum femto_port_err board_flash_erase(void *context, uint32_t unit)
{
	(void)context;
	(void)unit;
	return FEMTO_PORT_FAILED;
}

/*
 * The newest sample that an interrupt, a DMA transfer or another thread has left; never start a
 * conversion and wait. FEMTO_PORT_NOT_FOUND = the board has no such channel,
 * FEMTO_PORT_FAILED = it has, and there is no sample now. `value` is written on FEMTO_PORT_OK only.
 */
static enum femto_port_err board_sensor_read(void *context, uint32_t channel, int32_t *value)
{
	(void)context;
	(void)channel;
	(void)value;
	return FEMTO_PORT_NOT_FOUND;
}

static struct board board;

/*
 * The geometry may not change while a device keeps its data. At least 2 erase units; 16 of 4 KiB
 * are comfortable. Pages below 512 bytes are grouped, larger sectors are taken as they are (to 1
 * MiB).
 */
const struct femto_port board_port = {
	.context = &board,
	.flash = {.unit_bytes = 4096, .unit_count = 16},
	.send = board_send,
	.random = board_random,
	.flash_read = board_flash_read,
	.flash_program = board_flash_program,
	.flash_erase = board_flash_erase,
	.sensor_read = board_sensor_read,
};
