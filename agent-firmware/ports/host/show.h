/*
 * What the program prints on stdout, a line each:
 *
 *   link state=Connected|Disconnected              asleep is Disconnected
 *   accepted generation=7                          of the head
 *   state local=1 state=Confirmed digest=<32 hex> generation=2 [reason=11 [instruction=5]]
 *   gone local=1
 *   {"id":"pump-1","acceptedGeneration":7,"containers":[{"localId":1,"digest":"<32 hex>",
 *     "state":"Confirmed","generation":2}]}        one line, on demand
 */
#ifndef HOST_SHOW_H
#define HOST_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "femto.h"

/* What has been printed last. All zero = nothing. */
struct host_shown {
	bool connected;
	uint64_t generation;
	size_t count;
	struct femto_container_info containers[FEMTO_CONTAINERS_MAX];
};

/* Prints what differs from `shown`, and remembers it. */
void host_show_changes(struct host_shown *shown, const struct femto *femto);

/* Prints the assignment as JSON: equal assignments give equal bytes. */
void host_show_assignment(const char *id, const struct femto *femto);

#endif
