/* Sizes of the agent for 16 KiB of RAM; core/femto_config.h says what each is. */
#ifndef NRF51_CONFIG_H
#define NRF51_CONFIG_H

#define FEMTO_CONTAINERS_MAX 3u
#define FEMTO_TENANTS_MAX 2u
#define FEMTO_HOOKS_PER_CONTAINER_MAX 2u
#define FEMTO_PARAMETERS_MAX 4u
/* A statement, and an image of 1 KiB behind it. */
#define FEMTO_OBJECT_BYTES 1376u
#define FEMTO_DOCUMENT_BYTES 512u
#define FEMTO_ARENA_BYTES 1536u
#define FEMTO_STACK_BYTES 256u
#define FEMTO_REPORT_BYTES 600u
#define FEMTO_KV_ENTRIES 8u
#define FEMTO_KV_GLOBAL_MAX 2u
#define FEMTO_OUTBOX_ENTRIES 2u
#define FEMTO_BLOCKS_OUTSTANDING 2u
#define FEMTO_DATAGRAM_BYTES 128u

#endif
