/* Count of boots, random words and the synthetic sensor. */
#include "harness.h"
#include "ports/common/boots.h"
#include "ports/common/random.h"
#include "ports/common/sensor.h"
#include "tests/support/fake_flash.h"

#define UNIT_BYTES 512u
#define RECORDS (UNIT_BYTES / FEMTO_FLASH_WRITE_BYTES)

static struct fake_flash flash;

/* The unit behind the agent's is there, but the port does not name it. */
static struct femto_port new_port(void)
{
	fake_flash_init(&flash, UNIT_BYTES, 3, FEMTO_FLASH_ERASED);
	struct femto_port port = fake_flash_port(&flash);
	port.flash.unit_count = 2;
	return port;
}

TEST("boots are counted from 1, over a full unit, in the unit behind the agent's")
{
	const struct femto_port port = new_port();
	for (uint32_t boot = 1; boot <= 3u * RECORDS; boot++) {
		CHECK_EQUAL(boots_count(&port), boot);
	}
	CHECK_EQUAL(flash.erases, 2);
	CHECK_EQUAL(flash.violations, 0);
	for (uint32_t i = 0; i < 2u * UNIT_BYTES; i++) {
		CHECK_EQUAL(flash.bytes[i], FEMTO_FLASH_ERASED);
	}
}

TEST("power that fails while a boot is counted never makes the count go back")
{
	for (uint32_t way = FAKE_CUT_BEFORE; way < FAKE_CUTS; way++) {
		for (uint32_t seed = 1; seed < 50u; seed++) {
			const struct femto_port port = new_port();
			flash.seed = seed;
			flash.cut = (enum fake_cut)way;
			flash.cut_at = 3;
			for (uint32_t boot = 1; boot <= 4u; boot++) {
				(void)boots_count(&port);
			}
			flash.is_off = false;
			flash.cut_at = UINT64_MAX;
			const uint32_t first = boots_count(&port);
			const uint32_t second = boots_count(&port);
			const uint32_t third = boots_count(&port);
			CHECK(first >= 4u && second > first && third > second);
			CHECK_EQUAL(flash.violations, 0);
		}
	}
}

TEST("random words differ between boots, devices and counters, and use all bits")
{
	struct random words[4] = {random_seed("a-1", 1, 7), random_seed("a-2", 1, 7),
		random_seed("a-1", 2, 7), random_seed("a-1", 1, 8)};
	uint32_t ones = 0;
	uint32_t zeros = 0;
	for (uint32_t round = 0; round < 100u; round++) {
		uint32_t value[4];
		for (uint32_t i = 0; i < 4u; i++) {
			value[i] = random_next(&words[i]);
			ones |= value[i];
			zeros |= ~value[i];
			for (uint32_t j = 0; j < i; j++) {
				CHECK(value[i] != value[j]);
			}
		}
	}
	CHECK_EQUAL(ones, UINT32_MAX);
	CHECK_EQUAL(zeros, UINT32_MAX);
}

TEST("the sensor is a triangle of ten seconds with ten samples a second")
{
	static const struct {
		uint64_t now_ms;
		int32_t value;
	} rows[] = {{0, 1900}, {99, 1900}, {100, 1904}, {5000, 2100}, {9900, 1904}, {10000, 1900}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t value = 0;
		CHECK_EQUAL(sensor_value(SENSOR_CHANNEL, rows[i].now_ms, &value), FEMTO_PORT_OK);
		CHECK_EQUAL(value, rows[i].value);
	}
	int32_t value = 77;
	CHECK_EQUAL(sensor_value(1, 0, &value), FEMTO_PORT_NOT_FOUND);
	CHECK_EQUAL(value, 77);
}
