/* ARP, IPv4 and UDP against frames written by hand, and against every frame cut or changed. */
#include "ports/common/net.h"

#include <string.h>

#include "harness.h"

static const struct net_address address = {
	.mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
	.ip = {10, 0, 2, 15},
	.router = {10, 0, 2, 2},
	.gateway = {10, 0, 2, 2},
	.gateway_port = 10000,
};

/* The router's question for this device, and its answer. */
static const char question[] =
	"ffffffffffff 52550a000202 0806 0001 0800 06 04 0001 52550a000202 0a000202 000000000000 0a00020f";
static const char answer[] =
	"525400123456 52550a000202 0806 0001 0800 06 04 0002 52550a000202 0a000202 525400123456 0a00020f";
/* "hello" from the gateway, with checksums, filled up to 60 bytes. */
static const char hello[] =
	"525400123456 52550a000202 0800 4500 0021 0001 0000 4011 62bb 0a000202 0a00020f"
	"2710 2710 000d 55d1 68656c6c6f 00000000000000000000000000";

static struct {
	uint8_t frame[NET_FRAME_BYTES];
	size_t size;
	uint32_t count;
	bool refuses;
} sent;

static bool keep_frame(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	CHECK(size >= NET_FRAME_MIN_BYTES && size <= NET_FRAME_BYTES);
	memcpy(sent.frame, frame, size);
	sent.size = size;
	sent.count++;
	return !sent.refuses;
}

static struct net_datagram receive(struct net *net, const char *digits)
{
	static uint8_t frame[NET_FRAME_BYTES];
	return net_receive(net, frame, harness_hex(digits, frame, sizeof(frame)));
}

static void start(struct net *net)
{
	memset(&sent, 0, sizeof(sent));
	net_start(net, (struct net_link){keep_frame, NULL}, &address);
}

static void check_sent(const char *digits)
{
	uint8_t expected[NET_FRAME_BYTES] = {0};
	size_t size = harness_hex(digits, expected, sizeof(expected));
	size = size < NET_FRAME_MIN_BYTES ? NET_FRAME_MIN_BYTES : size;
	CHECK_EQUAL(sent.size, size);
	CHECK_BYTES(sent.frame, expected, size);
}

TEST("a device that starts says who it is, then asks for its gateway")
{
	struct net net;
	start(&net);
	CHECK_EQUAL(sent.count, 2);
	check_sent("ffffffffffff 525400123456 0806 0001 0800 06 04 0001 525400123456 0a00020f"
			   "000000000000 0a000202");
}

TEST("a question for the device's address is answered, one for another is not")
{
	struct net net;
	start(&net);
	CHECK(receive(&net, question).data == NULL);
	CHECK_EQUAL(sent.count, 3);
	check_sent("52550a000202 525400123456 0806 0001 0800 06 04 0002 525400123456 0a00020f"
			   "52550a000202 0a000202");
	(void)receive(&net, "ffffffffffff 52550a000202 0806 0001 0800 06 04 0001 52550a000202"
						"0a000202 000000000000 0a000210");
	CHECK_EQUAL(sent.count, 3);
	CHECK_EQUAL(net.counters.foreign, 1);
}

TEST("a datagram waits for the gateway's address, and leaves when it is known")
{
	struct net net;
	start(&net);
	CHECK(net_send(&net, (const uint8_t *)"old", 3));
	CHECK(net_send(&net, (const uint8_t *)"hello", 5));
	CHECK_EQUAL(sent.count, 4); /* asked twice more */
	CHECK_EQUAL(net.counters.unsent, 1);
	(void)receive(&net, answer);
	CHECK_EQUAL(sent.count, 5);
	static const char expected[] =
		"52550a000202 525400123456 0800 4500 0021 0001 4000 4011 22bb 0a00020f 0a000202"
		"2710 2710 000d 0000 68656c6c6f";
	check_sent(expected);
	(void)receive(&net, answer);
	CHECK_EQUAL(sent.count, 5); /* not twice */
	CHECK(net_send(&net, (const uint8_t *)"x", 1));
	CHECK_EQUAL(sent.count, 6);
	sent.refuses = true;
	CHECK(!net_send(&net, (const uint8_t *)"x", 1));
}

TEST("a gateway of another network is reached by the router")
{
	struct net net;
	struct net_address far = address;
	memcpy(far.gateway, ((const uint8_t[]){192, 168, 7, 7}), 4);
	memset(&sent, 0, sizeof(sent));
	net_start(&net, (struct net_link){keep_frame, NULL}, &far);
	CHECK_BYTES(sent.frame + 38, address.router, 4);
	(void)receive(&net, answer);
	CHECK(net_send(&net, (const uint8_t *)"x", 1));
	CHECK_BYTES(sent.frame, ((const uint8_t[]){0x52, 0x55, 10, 0, 2, 2}), 6);
	CHECK_BYTES(sent.frame + 30, far.gateway, 4);
}

TEST("a datagram of the largest size leaves whole; none and a larger one do not")
{
	struct net net;
	uint8_t datagram[NET_DATAGRAM_BYTES + 1u] = {0};
	start(&net);
	(void)receive(&net, answer);
	CHECK(net_send(&net, datagram, NET_DATAGRAM_BYTES));
	CHECK_EQUAL(sent.size, NET_FRAME_BYTES);
	const uint32_t before = sent.count;
	CHECK(!net_send(&net, datagram, NET_DATAGRAM_BYTES + 1u) && !net_send(&net, datagram, 0));
	CHECK_EQUAL(sent.count, before);
}

TEST("the gateway's datagram is found in its frame, with and without a checksum")
{
	struct net net;
	start(&net);
	uint8_t frame[NET_FRAME_BYTES];
	const size_t size = harness_hex(hello, frame, sizeof(frame));
	for (uint32_t round = 0; round < 2u; round++) {
		const struct net_datagram datagram = net_receive(&net, frame, size);
		REQUIRE(datagram.data != NULL && datagram.size == 5u);
		CHECK_BYTES(datagram.data, "hello", 5);
		frame[40] = frame[41] = 0;
	}
	CHECK_EQUAL(net.counters.malformed + net.counters.foreign, 0);
}

TEST("a frame that is cut anywhere is dropped and counted")
{
	static const char *const frames[] = {question, answer, hello};
	static const size_t whole[] = {42, 42, 47};
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct net net;
		start(&net);
		uint8_t frame[NET_FRAME_BYTES];
		(void)harness_hex(frames[i], frame, sizeof(frame));
		for (size_t size = 0; size < whole[i]; size++) {
			CHECK(net_receive(&net, frame, size).data == NULL);
			CHECK_EQUAL(net.counters.malformed, size + 1u);
		}
		CHECK_EQUAL(sent.count, 2);
	}
}

TEST("no changed bit of a datagram's headers or bytes goes unnoticed")
{
	for (uint32_t bit = 0; bit < 47u * 8u; bit++) {
		struct net net;
		start(&net);
		uint8_t frame[NET_FRAME_BYTES];
		const size_t size = harness_hex(hello, frame, sizeof(frame));
		frame[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
		/* who sent it on the link does not matter */
		const bool is_source = bit / 8u >= 6u && bit / 8u < 12u;
		CHECK_EQUAL(net_receive(&net, frame, size).data != NULL, is_source);
		CHECK_EQUAL(net.counters.malformed + net.counters.foreign, is_source ? 0 : 1);
	}
}

TEST("what a device must not take is dropped and counted")
{
	static const struct {
		const char *row;
		const char *digits;
		bool is_foreign;
	} rows[] = {
		{"another type", "525400123456 52550a000202 86dd 0000", true},
		{"another receiver", "525400123457 52550a000202 0806 0001", true},
		{"options", "525400123456 52550a000202 0800 4600 0021 0001 0000 4011 61bb 0a000202 0a00020f"
					"00000000 2710 2710 000d 0000 68656c6c6f", false},
		{"the first fragment", "525400123456 52550a000202 0800 4500 0021 0001 2000 4011 42bb 0a000202"
							   "0a00020f 2710 2710 000d 0000 68656c6c6f", false},
		{"the last fragment", "525400123456 52550a000202 0800 4500 0021 0001 0001 4011 62ba 0a000202"
							  "0a00020f 2710 2710 000d 0000 68656c6c6f", false},
		{"ICMP", "525400123456 52550a000202 0800 4500 0021 0001 0000 4001 62cb 0a000202 0a00020f"
				 "2710 2710 000d 0000 68656c6c6f", true},
		{"another port", "525400123456 52550a000202 0800 4500 0021 0001 0000 4011 62bb 0a000202"
						 "0a00020f 2711 2710 000d 0000 68656c6c6f", true},
		{"a UDP length below its header", "525400123456 52550a000202 0800 4500 0021 0001 0000 4011 62bb"
										  "0a000202 0a00020f 2710 2710 0007 0000 68656c6c6f", false},
		{"a UDP length beyond the packet", "525400123456 52550a000202 0800 4500 0021 0001 0000 4011 62bb"
										   "0a000202 0a00020f 2710 2710 000e 0000 68656c6c6f00", false},
		{"a packet longer than its frame", "525400123456 52550a000202 0800 4500 ffff 0001 0000 4011 62dc"
										   "0a000202 0a00020f 2710 2710 000d 0000 68656c6c6f", false},
		{"an address of a group", "525400123456 52550a000202 0806 0001 0800 06 04 0002 53550a000202"
								  "0a000202 525400123456 0a00020f", false},
		{"ARP of another kind", "525400123456 52550a000202 0806 0006 0800 06 04 0002 52550a000202"
								"0a000202 525400123456 0a00020f", false},
		{"an operation of RARP", "525400123456 52550a000202 0806 0001 0800 06 04 0003 52550a000202"
								 "0a000202 525400123456 0a00020f", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row(rows[i].row);
		struct net net;
		start(&net);
		CHECK(receive(&net, rows[i].digits).data == NULL);
		CHECK_EQUAL(net.counters.foreign, rows[i].is_foreign);
		CHECK_EQUAL(net.counters.malformed, !rows[i].is_foreign);
		CHECK_EQUAL(sent.count, 2);
		CHECK(!net.is_hop_known);
	}
	harness_row(NULL);
}
