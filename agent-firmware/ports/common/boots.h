/*
 * Counts boots in the erase unit behind those of the agent (number `unit_count` of its port), which
 * the port's flash functions must reach. Each boot programs one write unit, 4 bytes of the number
 * and 4 of its complement, little endian; a unit is valid when both agree. A full erase unit is
 * erased, and goes on with the next number; power that fails just then begins again at 1.
 */
#ifndef COMMON_BOOTS_H
#define COMMON_BOOTS_H

#include <stdint.h>

#include "femto_port.h"

/* Number of this boot, from 1; 0 = the flash refused, or was left half written. */
uint32_t boots_count(const struct femto_port *port);

#endif
