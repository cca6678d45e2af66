/* A client and what it says, for scripted exchanges. */
#ifndef TESTS_MQTTSN_SCRIPT_H
#define TESTS_MQTTSN_SCRIPT_H

#include "mqttsn/mqttsn.h"

#define SCRIPT_HEAD 0u    /* f/dev-1/d, predefined 1, subscribed with QoS 1 */
#define SCRIPT_BLOCK 1u   /* f/dev-1/b, predefined 4, subscribed with QoS 0 */
#define SCRIPT_REPORT 2u  /* f/dev-1/r, predefined 2 */
#define SCRIPT_MESSAGE 3u /* f/dev-1/m/1, no predefined id */

struct script {
	struct mqsn_client client;
	uint64_t now_ms;
	uint8_t out[255]; /* last datagram */
	size_t size;      /* its bytes, 0 = nothing was due */
};

/* A client before its first datagram. */
void script_init(struct script *script);
/* A client that is ACTIVE. */
void script_activate(struct script *script);
/* The datagram, in hexadecimal, as it arrives. */
struct mqsn_event script_feed(struct script *script, const char *hex);
/* Whether the next datagram is exactly this; "" = nothing is due. */
bool script_says(struct script *script, const char *hex);
/* Time goes to the deadline of the client; returns how long that was. */
uint64_t script_wait(struct script *script);

#endif
