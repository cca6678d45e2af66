#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_BYTES sizeof(((struct femto_container_info *)0)->statement_digest)
#define NO_INSTRUCTION 0xffffu

/* As protocol/schema/reasons.ts spells them. */
static const char *state_name(uint8_t state)
{
	switch ((enum femto_container_state)state) {
	case CONTAINER_FETCHING:
		return "Fetching";
	case CONTAINER_TRIAL:
		return "Trial";
	case CONTAINER_CONFIRMED:
		return "Confirmed";
	case CONTAINER_QUARANTINED:
		return "Quarantined";
	case CONTAINER_REFUSED:
		return "Refused";
	}
	return "Unknown";
}

static const char *digest_text(
	const struct femto_container_info *info, char text[2u * DIGEST_BYTES + 1u])
{
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		(void)snprintf(text + 2u * i, 3, "%02x", info->statement_digest[i]);
	}
	return text;
}

static void show_state(const struct femto_container_info *info)
{
	char digest[2u * DIGEST_BYTES + 1u];
	(void)printf("state local=%u state=%s digest=%s generation=%" PRIu32, info->local_id,
		state_name(info->state), digest_text(info, digest), info->generation);
	if (info->refusal != 0) {
		(void)printf(" reason=%u", info->refusal);
	}
	if (info->refusal != 0 && info->refusal_instruction != NO_INSTRUCTION) {
		(void)printf(" instruction=%u", info->refusal_instruction);
	}
	(void)putchar('\n');
}

static bool is_shown(const struct femto_container_info *a, const struct femto_container_info *b)
{
	return a->state == b->state && a->generation == b->generation && a->refusal == b->refusal &&
		   a->refusal_instruction == b->refusal_instruction &&
		   memcmp(a->statement_digest, b->statement_digest, DIGEST_BYTES) == 0;
}

static const struct femto_container_info *find(
	const struct femto_container_info *list, size_t count, uint8_t local_id)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].local_id == local_id) {
			return &list[i];
		}
	}
	return NULL;
}

static void show_containers(struct host_shown *shown, const struct femto *femto)
{
	struct femto_container_info now[FEMTO_CONTAINERS_MAX];
	size_t count = 0;
	while (count < FEMTO_CONTAINERS_MAX &&
		   femto_get_container(femto, count, &now[count]) == FEMTO_OK) {
		const struct femto_container_info *before =
			find(shown->containers, shown->count, now[count].local_id);
		if (before == NULL || !is_shown(before, &now[count])) {
			show_state(&now[count]);
		}
		count++;
	}
	for (size_t i = 0; i < shown->count; i++) {
		if (find(now, count, shown->containers[i].local_id) == NULL) {
			(void)printf("gone local=%u\n", shown->containers[i].local_id);
		}
	}
	memcpy(shown->containers, now, count * sizeof(now[0]));
	shown->count = count;
}

void host_show_changes(struct host_shown *shown, const struct femto *femto)
{
	const bool connected = femto_is_connected(femto);
	const uint64_t generation = femto_get_accepted_generation(femto);
	if (connected != shown->connected) {
		(void)printf("link state=%s\n", connected ? "Connected" : "Disconnected");
		shown->connected = connected;
	}
	if (generation != shown->generation) {
		(void)printf("accepted generation=%" PRIu64 "\n", generation);
		shown->generation = generation;
	}
	show_containers(shown, femto);
}

void host_show_assignment(const char *id, const struct femto *femto)
{
	(void)printf("{\"id\":\"%s\",\"acceptedGeneration\":%" PRIu64 ",\"containers\":[", id,
		femto_get_accepted_generation(femto));
	struct femto_container_info info;
	for (size_t i = 0; femto_get_container(femto, i, &info) == FEMTO_OK; i++) {
		char digest[2u * DIGEST_BYTES + 1u];
		(void)printf("%s{\"localId\":%u,\"digest\":\"%s\",\"state\":\"%s\",\"generation\":%" PRIu32
					 "}",
			i == 0 ? "" : ",", info.local_id, digest_text(&info, digest),
			state_name(info.state), info.generation);
	}
	(void)puts("]}");
}
