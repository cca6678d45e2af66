/* Answers each message with the Fletcher-32 checksum of its bytes, little endian. */
#include <femtofleet/container.h>

/* Sums bytes in pairs, low byte first; an odd last byte stands alone. */
FEMTO_INLINE uint32_t fletcher32(const uint8_t *data, uint32_t length)
{
	uint32_t first = 0xffff;
	uint32_t second = 0xffff;
	for (uint32_t index = 0; index < length; index += 2) {
		uint32_t word = data[index];
		if (index + 1 < length) {
			word |= (uint32_t)data[index + 1] << 8;
		}
		first = (first + word) % 0xffff;
		second = (second + first) % 0xffff;
	}
	return second << 16 | first;
}

FEMTO_HOOK(message)
{
	const uint32_t checksum = fletcher32(femto_message_data(context), context->length);
	return femto_publish(&checksum, sizeof(checksum), 1);
}
