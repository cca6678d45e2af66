/*
 * Flash behind rules: the board's external memory, which keeps its content without power as flash
 * does, and is written as flash is. An erase sets a unit to 0xff; a program call writes whole units
 * of 8 bytes that read erased. What breaks a rule is refused and changes nothing.
 *
 * erase unit | content
 * -----------|--------------------------------
 *          0 | factory block, then 0xff
 *    1 to 16 | the agent's: its units 0 to 15
 *         17 | count of boots: its unit 16
 */
#ifndef MPS2_FLASH_H
#define MPS2_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"
#include "ports/common/factory.h"

#define FLASH_UNIT_BYTES 4096u
#define FLASH_AGENT_UNITS 16u

/* The factory block, in place. */
const uint8_t *flash_factory(void);

/* As the port's functions of these names. Unit 16 is allowed, too. */
enum femto_port_err flash_read(void *context, uint32_t address, uint8_t *data, size_t size);
enum femto_port_err flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size);
enum femto_port_err flash_erase(void *context, uint32_t unit);

#endif
