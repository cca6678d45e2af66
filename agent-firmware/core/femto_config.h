/*
 * Sizes and times of one build of the agent. A port replaces a value by defining the macro before
 * this file is read (compiler option, or a header named by FEMTO_CONFIG_FILE).
 */
#ifndef FEMTO_CONFIG_H
#define FEMTO_CONFIG_H

#ifdef FEMTO_CONFIG_FILE
#include FEMTO_CONFIG_FILE
#endif

/* Containers a device can hold, 1 to 31. */
#ifndef FEMTO_CONTAINERS_MAX
#define FEMTO_CONTAINERS_MAX 8u
#endif

/* Tenants a document may name, 1 to 8. */
#ifndef FEMTO_TENANTS_MAX
#define FEMTO_TENANTS_MAX 4u
#endif

/* Hooks one container is attached to, 1 to 16. */
#ifndef FEMTO_HOOKS_PER_CONTAINER_MAX
#define FEMTO_HOOKS_PER_CONTAINER_MAX 3u
#endif

/* Parameters of one container that its document may set, 1 to 16. */
#ifndef FEMTO_PARAMETERS_MAX
#define FEMTO_PARAMETERS_MAX 16u
#endif

/*
 * Bytes of the buffer for what is fetched or read back: a statement (352) with its packed image, or
 * a document. At most 2,944.
 */
#ifndef FEMTO_OBJECT_BYTES
#define FEMTO_OBJECT_BYTES 2816u
#endif

/* Bytes of the largest document, at most 2048 and at most FEMTO_OBJECT_BYTES. */
#ifndef FEMTO_DOCUMENT_BYTES
#define FEMTO_DOCUMENT_BYTES 2048u
#endif

/* Bytes for expanded text, rodata, data and bss of all running containers; a multiple of 8. */
#ifndef FEMTO_ARENA_BYTES
#define FEMTO_ARENA_BYTES 4096u
#endif

/* Bytes of the one stack on which containers run, 256 to 512; a multiple of 8. */
#ifndef FEMTO_STACK_BYTES
#define FEMTO_STACK_BYTES 512u
#endif

/* Bytes of one report with its COSE_Mac0: 60 a container, 416 for the rest. */
#ifndef FEMTO_REPORT_BYTES
#define FEMTO_REPORT_BYTES 896u
#endif

/* Entries of the key-value stores of all scopes together, 24 bytes each. */
#ifndef FEMTO_KV_ENTRIES
#define FEMTO_KV_ENTRIES 32u
#endif

/* Of these, entries that the global scope may hold. */
#ifndef FEMTO_KV_GLOBAL_MAX
#define FEMTO_KV_GLOBAL_MAX 8u
#endif

/* Publications of containers that wait for the link, 56 bytes each. */
#ifndef FEMTO_OUTBOX_ENTRIES
#define FEMTO_OUTBOX_ENTRIES 4u
#endif

/* Block requests that wait for an answer at the same time, 1 to 4. */
#ifndef FEMTO_BLOCKS_OUTSTANDING
#define FEMTO_BLOCKS_OUTSTANDING 4u
#endif

/* Largest datagram either way, 64 to 255. */
#ifndef FEMTO_DATAGRAM_BYTES
#define FEMTO_DATAGRAM_BYTES 255u
#endif

/* Silence on the link after which a new head is acted upon, milliseconds. */
#ifndef FEMTO_SILENCE_MS
#define FEMTO_SILENCE_MS 2000u
#endif

/* Seconds between two reports before the first document says otherwise. */
#ifndef FEMTO_REPORT_PERIOD_SECONDS
#define FEMTO_REPORT_PERIOD_SECONDS 60u
#endif

/* Keep-alive of the MQTT-SN session, seconds. */
#ifndef FEMTO_KEEP_ALIVE_SECONDS
#define FEMTO_KEEP_ALIVE_SECONDS 60u
#endif

#endif
