/*
 * The structural verifier: one pass over an expanded text, no memory of its own. What it accepts
 * the interpreter runs without leaving its text, its registers or the memory it was given.
 * Reference: RFC 9669; reasons are the table protocol/schema/verifier.ts.
 *
 * Unsupported today and refused by a name of their own: local calls, atomic operations, typed
 * calls, wide loads of objects, packet access.
 */
#ifndef BPF_VERIFY_H
#define BPF_VERIFY_H

#include <stdint.h>

#include "image.h"

/* Raised whenever a text once accepted may now be refused; stored marks of older values lapse. */
#define BPF_VERIFIER_VERSION 1u

struct bpf_text {
	const uint8_t *slots; /* count * BPF_SLOT_SIZE bytes, any alignment */
	uint32_t count; /* slots */
	uint64_t helpers; /* bit n set: helper number n may be called, n from 1 to 63 */
	uint32_t stack_size; /* bytes below r10 */
};

struct bpf_verdict {
	enum bpf_reason reason; /* BPF_ACCEPTED, or why not */
	uint32_t instruction; /* index of the slot that is refused; 0 when accepted */
};

/* Checks every instruction. The first refused one, in the order of the text, decides. */
struct bpf_verdict bpf_verify(const struct bpf_text *text);

/* Checks the text, then that each hook of the image starts at an instruction. */
struct bpf_verdict bpf_verify_image(const struct bpf_image *image, const struct bpf_text *text);

#endif
