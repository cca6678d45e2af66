/* Memory of attached containers: one block each, without gaps. */
#include "parts.h"

#include <string.h>

int32_t femto_arena_take(struct femto *f, size_t size)
{
	const size_t rounded = (size + 7u) & ~(size_t)7u;
	if (rounded > femto_arena_free(f)) {
		return -1;
	}
	const int32_t at = f->arena_used;
	f->arena_used = (uint16_t)(f->arena_used + rounded);
	return at;
}

void femto_arena_give(struct femto *f, uint16_t at, uint16_t size)
{
	const uint16_t rounded = (uint16_t)((size + 7u) & ~7u);
	const uint16_t behind = (uint16_t)(at + rounded);
	uint8_t *bytes = femto_arena_bytes(f, 0);
	memmove(bytes + at, bytes + behind, (size_t)(f->arena_used - behind));
	f->arena_used = (uint16_t)(f->arena_used - rounded);
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		struct femto_container *container = &f->containers[i];
		if (container->arena_bytes > 0 && container->arena_at >= behind) {
			container->arena_at = (uint16_t)(container->arena_at - rounded);
		}
	}
}

uint8_t *femto_arena_bytes(struct femto *f, uint16_t at)
{
	return (uint8_t *)f->arena + at;
}

uint32_t femto_arena_free(const struct femto *f)
{
	return FEMTO_ARENA_BYTES - f->arena_used;
}

void femto_detach(struct femto *f, struct femto_container *container)
{
	if (!container->attached) {
		return;
	}
	container->attached = false;
	femto_arena_give(f, container->arena_at, container->arena_bytes);
	container->arena_bytes = 0;
	/* its entries in the list stay, and are passed over, so that a loop over the list may go on */
}
