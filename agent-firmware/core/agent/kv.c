/*
 * Key-value stores: local to a container, shared by a tenant, global. In RAM; they end with the
 * boot. A tenant's grant says how many keys its local and tenant stores may hold together.
 */
#include "parts.h"

static uint32_t owner_of(const struct femto_container *container, uint64_t scope)
{
	if (scope == KV_LOCAL) {
		return container->local_id;
	}
	return scope == KV_TENANT ? container->contract.tenant : 0;
}

static const struct femto_kv_entry *find(const struct femto *f,
	const struct femto_container *container, uint64_t scope, uint32_t key)
{
	const uint32_t owner = owner_of(container, scope);
	for (size_t i = 0; i < FEMTO_KV_ENTRIES; i++) {
		const struct femto_kv_entry *entry = &f->kv[i];
		if (entry->used && entry->scope == scope && entry->owner == owner &&
			entry->key == key) {
			return entry;
		}
	}
	return NULL;
}

static bool has_quota(
	struct femto *f, const struct femto_container *container, uint64_t scope)
{
	const bool global = scope == KV_GLOBAL;
	const struct femto_tenant *tenant = femto_find_tenant(f, container->contract.tenant);
	const uint32_t quota = global ? FEMTO_KV_GLOBAL_MAX : tenant == NULL ? 0 : tenant->keys;
	uint32_t held = 0;
	for (size_t i = 0; i < FEMTO_KV_ENTRIES; i++) {
		const struct femto_kv_entry *entry = &f->kv[i];
		const bool same = global ? entry->scope == KV_GLOBAL
								 : entry->scope != KV_GLOBAL &&
									   entry->tenant == container->contract.tenant;
		held += entry->used && same ? 1u : 0;
	}
	return held < quota;
}

int32_t femto_kv_get(const struct femto *f, const struct femto_container *container,
	uint64_t scope, uint32_t key, int64_t *value)
{
	if (scope > KV_GLOBAL) {
		return HELPER_ERR_INVALID;
	}
	const struct femto_kv_entry *entry = find(f, container, scope, key);
	if (entry == NULL) {
		return HELPER_ERR_NOT_FOUND;
	}
	*value = entry->value;
	return 0;
}

static struct femto_kv_entry *free_entry(struct femto *f)
{
	for (size_t i = 0; i < FEMTO_KV_ENTRIES; i++) {
		if (!f->kv[i].used) {
			return &f->kv[i];
		}
	}
	return NULL;
}

int32_t femto_kv_put(struct femto *f, const struct femto_container *container, uint64_t scope,
	uint32_t key, int64_t value)
{
	if (scope > KV_GLOBAL) {
		return HELPER_ERR_INVALID;
	}
	const struct femto_kv_entry *found = find(f, container, scope, key);
	if (found != NULL) {
		f->kv[found - f->kv].value = value;
		return 0;
	}
	struct femto_kv_entry *entry = free_entry(f);
	if (entry == NULL || !has_quota(f, container, scope)) {
		return HELPER_ERR_NO_ROOM;
	}
	*entry = (struct femto_kv_entry){
		.value = value,
		.owner = owner_of(container, scope),
		.key = key,
		.tenant = scope == KV_GLOBAL ? 0 : container->contract.tenant,
		.scope = (uint8_t)scope,
		.used = true,
	};
	return 0;
}

void femto_kv_forget(struct femto *f, uint8_t local_id)
{
	for (size_t i = 0; i < FEMTO_KV_ENTRIES; i++) {
		if (f->kv[i].scope == KV_LOCAL && f->kv[i].owner == local_id) {
			f->kv[i].used = false;
		}
	}
}
