/* One device of the fleet as a thread of RIOT. */
#ifndef FEMTO_RIOT_H
#define FEMTO_RIOT_H

#include <stdint.h>

#include "femto.h"
#include "mtd.h"
#include "net/sock/udp.h"

struct femto_riot_config {
	struct femto_config femto;
	sock_udp_ep_t gateway; /* MQTT-SN gateway; `netif` too when its address is link-local */
	mtd_dev_t *mtd; /* the agent's alone */

	/* Newest sample, as sensor_read of platform/femto_port.h; NULL = no sensor. */
	enum femto_port_err (*sensor_read)(void *context, uint32_t channel, int32_t *value);
};

/* Zeroed before femto_riot_run; may be large, so keep it out of a stack. */
struct femto_riot {
	struct femto femto;
	struct femto_port port;
	sock_udp_t sock;
	sock_udp_ep_t gateway;
	mtd_dev_t *mtd;
	uint32_t sectors_per_unit; /* of the flash, in one erase unit of the agent */
	uint32_t random; /* state of the generator where the board has none */
	uint64_t now_ms; /* time at the last look */
};

/*
 * Runs a device in the calling thread. Returns only when it can't start: the negative error number
 * of RIOT's call, or an enum femto_err below -1000.
 */
int femto_riot_run(struct femto_riot *device, const struct femto_riot_config *config);

/* Milliseconds of the device, for femto_run and FEMTO_HOOK in its thread. */
uint64_t femto_riot_now_ms(struct femto_riot *device);

#endif
