#include "show.h"

#include <string.h>

#define DIGEST_BYTES sizeof(((struct femto_container_info *)0)->statement_digest)
#define NO_INSTRUCTION 0xffffu
#define NUMBER_DIGITS 20u /* of 2^64 - 1 */

static void show_number(const struct show *show, uint64_t number)
{
	char digits[NUMBER_DIGITS + 1u];
	char *first = digits + NUMBER_DIGITS;
	*first = '\0';
	do {
		*--first = (char)('0' + number % 10u);
		number /= 10u;
	} while (number > 0);
	show->text(first);
}

static void show_field(const struct show *show, const char *name, uint64_t number)
{
	show->text(name);
	show_number(show, number);
}

static void show_digest(const struct show *show, const uint8_t digest[DIGEST_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char text[2u * DIGEST_BYTES + 1u];
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		text[2u * i] = digits[digest[i] >> 4];
		text[2u * i + 1u] = digits[digest[i] & 0x0fu];
	}
	text[2u * DIGEST_BYTES] = '\0';
	show->text(text);
}

const char *show_state_name(uint8_t state)
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

static void show_state(const struct show *show, const struct femto_container_info *info)
{
	show_field(show, "state local=", info->local_id);
	show->text(" state=");
	show->text(show_state_name(info->state));
	show->text(" digest=");
	show_digest(show, info->statement_digest);
	show_field(show, " generation=", info->generation);
	if (info->refusal != 0) {
		show_field(show, " reason=", info->refusal);
	}
	if (info->refusal != 0 && info->refusal_instruction != NO_INSTRUCTION) {
		show_field(show, " instruction=", info->refusal_instruction);
	}
	show->text("\n");
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

static void show_containers(struct show *show, const struct femto *femto)
{
	struct femto_container_info now[FEMTO_CONTAINERS_MAX];
	size_t count = 0;
	while (count < FEMTO_CONTAINERS_MAX &&
		femto_get_container(femto, count, &now[count]) == FEMTO_OK) {
		const struct femto_container_info *before =
			find(show->containers, show->count, now[count].local_id);
		if (before == NULL || !is_shown(before, &now[count])) {
			show_state(show, &now[count]);
		}
		count++;
	}
	for (size_t i = 0; i < show->count; i++) {
		if (find(now, count, show->containers[i].local_id) == NULL) {
			show_field(show, "gone local=", show->containers[i].local_id);
			show->text("\n");
		}
	}
	memcpy(show->containers, now, count * sizeof(now[0]));
	show->count = count;
}

void show_start(struct show *show, const struct femto *femto, const struct femto_config *config,
	uint32_t boot)
{
	show->text("start id=");
	show->text(config->device_id);
	show->text(" board=");
	show->text(config->board);
	show->text(" firmware=");
	show->text(config->firmware);
	show_field(show, " boot=", boot);
	show->text(" reset=");
	show->text(config->reset_cause == FEMTO_RESET_WATCHDOG ? "watchdog" : "other");
	show->generation = femto_get_accepted_generation(femto);
	show_field(show, " accepted=", show->generation);
	show->text("\n");
}

void show_changes(struct show *show, const struct femto *femto)
{
	const bool connected = femto_is_connected(femto);
	const uint64_t generation = femto_get_accepted_generation(femto);
	if (connected != show->connected) {
		show->text(connected ? "link state=Connected\n" : "link state=Disconnected\n");
		show->connected = connected;
	}
	if (generation != show->generation) {
		show_field(show, "accepted generation=", generation);
		show->text("\n");
		show->generation = generation;
	}
	show_containers(show, femto);
}
