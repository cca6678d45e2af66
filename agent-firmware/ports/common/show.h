/*
 * What a device's own state becomes, as lines of text on a console; for people and for tests:
 *
 *     link state=Connected                asleep is Disconnected
 *     accepted generation=7
 *     state local=1 state=Trial digest=<32 hex digits> generation=3
 *     state local=2 state=Refused digest=<32 hex digits> generation=0 reason=12 instruction=4
 *     gone local=1
 */
#ifndef COMMON_SHOW_H
#define COMMON_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "femto.h"

struct show {
	void (*text)(const char *text); /* writes to the console */
	uint64_t generation;            /* all below: as shown last */
	bool connected;
	size_t count; /* of containers */
	struct femto_container_info containers[FEMTO_CONTAINERS_MAX];
};

/* Of a PROTO_STATE_…, as protocol/schema/reasons.ts spells it. */
const char *show_state_name(uint8_t state);

/* Shows that the device has booted, as `config` says, and remembers the generation that it holds:
 *     start id=pump-1 board=rvvirt firmware=rvvirt-1 boot=3 reset=other accepted=7
 */
void show_start(struct show *show, const struct femto *femto, const struct femto_config *config,
	uint32_t boot);

/* Shows what has changed since the last call. */
void show_changes(struct show *show, const struct femto *femto);

#endif
