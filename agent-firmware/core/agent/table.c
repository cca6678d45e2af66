/* Look-ups and small things that every file of the agent uses. */
#include "parts.h"

#include <string.h>

#include "core/crypto/crypto.h"

#define WAIT_MIN_MS 1000u
#define WAIT_DOUBLINGS_MAX 12u
#define WAIT_MAX_MS 3600000u

void femto_count(struct femto *f, enum femto_counter counter)
{
	f->counters[counter] += f->counters[counter] == UINT32_MAX ? 0 : 1u;
}

uint64_t femto_earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint8_t femto_find_container(const struct femto *f, uint32_t local_id)
{
	for (uint8_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		if (local_id != 0 && f->containers[i].local_id == local_id) {
			return i;
		}
	}
	return FEMTO_NO_SLOT;
}

struct femto_tenant *femto_find_tenant(struct femto *f, uint32_t tenant)
{
	for (uint8_t i = 0; i < f->tenant_count; i++) {
		if (f->tenants[i].tenant == tenant) {
			return &f->tenants[i];
		}
	}
	return NULL;
}

bool femto_is_named(struct cbor_view object, const uint8_t *digest, size_t digest_bytes)
{
	uint8_t actual[CRYPTO_SHA256_BYTES];
	crypto_sha256(object.data, object.size, actual);
	return memcmp(actual, digest, digest_bytes) == 0;
}

void femto_pause(struct femto_wait *wait, uint64_t now_ms)
{
	const uint8_t doublings =
		wait->fails < WAIT_DOUBLINGS_MAX ? wait->fails : WAIT_DOUBLINGS_MAX;
	const uint64_t pause = (uint64_t)WAIT_MIN_MS << doublings;
	wait->until_ms = now_ms + (pause < WAIT_MAX_MS ? pause : WAIT_MAX_MS);
	wait->fails = wait->fails == UINT8_MAX ? wait->fails : (uint8_t)(wait->fails + 1u);
}
