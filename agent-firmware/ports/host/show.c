#include "show.h"

#include <inttypes.h>
#include <stdio.h>

#include "ports/common/show.h"

#define DIGEST_BYTES sizeof(((struct femto_container_info *)0)->statement_digest)

static const char *digest_text(
	const struct femto_container_info *info, char text[2u * DIGEST_BYTES + 1u])
{
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		(void)snprintf(text + 2u * i, 3, "%02x", info->statement_digest[i]);
	}
	return text;
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
			show_state_name(info.state), info.generation);
	}
	(void)puts("]}");
}
