/*
 * What the program prints on stdout besides the lines of ports/common/show.h:
 *
 *   {"id":"pump-1","acceptedGeneration":7,"containers":[{"localId":1,"digest":"<32 hex>",
 *     "state":"Confirmed","generation":2}]}        one line, on demand
 */
#ifndef HOST_SHOW_H
#define HOST_SHOW_H

#include "femto.h"

/* Prints the assignment as JSON: equal assignments give equal bytes. */
void host_show_assignment(const char *id, const struct femto *femto);

#endif
