/* While a container runs, the agent writes to the memory of containers alone. */
#include "harness.h"

#include <string.h>

#include "tests/support/peer.h"
#include "tests/support/texts.h"

#define BEGIN offsetof(struct femto, stack)
#define END offsetof(struct femto, report_buffer)

static struct peer peer;

static struct {
	uint8_t femto[sizeof(struct femto)]; /* as it was when the span began */
	uint32_t spans;
	bool is_inside;
} span;

static void begin(void *context, void *memory, size_t size)
{
	CHECK(context == peer.port.context && !span.is_inside);
	CHECK(memory == peer.femto.stack);
	CHECK_EQUAL(size, END - BEGIN);
	memcpy(span.femto, &peer.femto, sizeof(span.femto));
	span.is_inside = true;
}

static void end(void *context)
{
	CHECK(context == peer.port.context && span.is_inside);
	const uint8_t *now = (const uint8_t *)&peer.femto;
	CHECK_BYTES(now, span.femto, BEGIN);
	CHECK_BYTES(now + END, span.femto + END, sizeof(span.femto) - END);
	span.is_inside = false;
	span.spans++;
}

static uint32_t sends_inside;

static enum femto_port_err send(void *context, const uint8_t *datagram, size_t size)
{
	(void)context;
	(void)datagram;
	(void)size;
	sends_inside += span.is_inside;
	return FEMTO_PORT_OK;
}

static bool start(const struct fleet_container *container)
{
	memset(&span, 0, sizeof(span));
	peer_init(&peer);
	peer.port.protect_begin = begin;
	peer.port.protect_end = end;
	fleet_assign(&peer.fleet, container, 1);
	peer_publish_head(&peer);
	return peer_run_until(&peer, container->local_id, CONTAINER_CONFIRMED, 30000);
}

TEST("a run without a helper is one span, in which nothing else is written")
{
	REQUIRE(start(&quiet));
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK(info.runs > 0 && !span.is_inside);
	CHECK_EQUAL(span.spans, info.runs);
}

TEST("a helper is called outside of the span, and a new one follows it")
{
	REQUIRE(start(&watch));
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK(info.runs > 0 && !span.is_inside);
	CHECK_EQUAL(span.spans, 2u * info.runs);
}

TEST("a helper that sends does so outside of the span")
{
	REQUIRE(start(&echo));
	sends_inside = 0;
	peer.port.send = send;
	const uint32_t before = span.spans;
	const uint8_t message[2] = {2, 'x'};
	peer_send_input(&peer, message, sizeof(message));
	peer_run(&peer, 1000);
	CHECK_EQUAL(span.spans - before, 2);
	CHECK_EQUAL(sends_inside, 0);
}

TEST("a span ends when the container faults, and when its helper is denied")
{
	struct fleet_container denied = watch;
	denied.permissions = 0;
	(void)start(&wild);
	CHECK(span.spans > 0 && !span.is_inside);
	(void)start(&denied);
	CHECK(!span.is_inside);
}
