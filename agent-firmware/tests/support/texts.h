/* Packed instructions for containers of the tests, and containers made of them. */
#ifndef TESTS_TEXTS_H
#define TESTS_TEXTS_H

#include "generated/tables.h"
#include "tests/support/fleet.h"

/* Packed: opcode, then what it uses; numbers are zig-zag, so 2n for a small n. */
#define MOV_IMM(reg, value) 0xb7, (reg), (2 * (value))
#define MOV_REG(to, from) 0xbf, ((from) << 4 | (to))
#define LOAD64(to, from, offset) 0x79, ((from) << 4 | (to)), (2 * (offset))
#define LOAD32(to, from, offset) 0x61, ((from) << 4 | (to)), (2 * (offset))
#define CALL(helper) 0x85, (2 * (helper))
#define EXIT 0x95

static const uint8_t quiet_text[] = {MOV_IMM(0, 0), EXIT};
/* Reads from address 0: a fault in its second instruction. */
static const uint8_t wild_text[] = {MOV_IMM(1, 0), LOAD64(0, 1, 0), EXIT};
/* Publishes the message that it got. */
static const uint8_t echo_text[] = {LOAD32(2, 1, 8), LOAD64(1, 1, 0), MOV_IMM(3, 0),
	CALL(HELPER_PUBLISH), EXIT};
/* Falls off its end: refused at its second instruction. */
static const uint8_t endless_text[] = {MOV_IMM(0, 0), MOV_IMM(0, 1)};
/* Asks for the time. */
static const uint8_t clock_text[] = {CALL(HELPER_NOW), EXIT};

#define TEXT(name_, count_) \
	.text = name_##_text, .text_bytes = sizeof(name_##_text), .text_count = (count_)

static const struct fleet_container quiet = {
	.name = "quiet", .local_id = 1, .sequence = 1, TEXT(quiet, 2)};
static const struct fleet_container wild = {
	.name = "wild", .local_id = 1, .sequence = 1, TEXT(wild, 3)};
static const struct fleet_container echo = {.name = "echo", .local_id = 2, .sequence = 1,
	.hook = HOOK_MESSAGE, .permissions = 1u << HELPER_PUBLISH, TEXT(echo, 5)};
static const struct fleet_container endless = {
	.name = "endless", .local_id = 1, .sequence = 1, TEXT(endless, 2)};
static const struct fleet_container watch = {.name = "watch", .local_id = 1, .sequence = 1,
	.permissions = 1u << HELPER_NOW, TEXT(clock, 2)};

#endif
