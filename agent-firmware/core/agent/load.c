/* From a packed image to verified code in the arena. */
#include "parts.h"

#include <string.h>

#include "core/vm/verify.h"

static struct femto_refused refuse(uint8_t reason)
{
	return (struct femto_refused){reason, FEMTO_NO_INSTRUCTION};
}

static uint8_t reason_of(enum bpf_reason reason)
{
	return reason == BPF_ACCEPTED ? 0 : (uint8_t)(REFUSAL_VERIFIER_BASE + reason);
}

/* Finds the first instruction of every hook of the spec. 0 or a REFUSAL_…. */
static uint8_t find_entries(
	const struct bpf_image *image, const struct femto_spec *spec, struct femto_loaded *loaded)
{
	for (uint8_t i = 0; i < spec->hook_count; i++) {
		bool found = false;
		for (uint8_t j = 0; j < image->hook_count; j++) {
			const struct bpf_hook hook = bpf_image_hook(image, j);
			if (hook.id == spec->hooks[i].hook) {
				loaded->entries[i] = hook.entry;
				found = true;
			}
		}
		if (!found) {
			return REFUSAL_IMAGE_MALFORMED; /* signed for a hook that it has no function for */
		}
	}
	return 0;
}

/* Values of the document, else those of the image. 0 or a REFUSAL_…. */
static uint8_t find_parameters(
	const struct bpf_image *image, const struct femto_spec *spec, struct femto_loaded *loaded)
{
	if (image->parameter_count > FEMTO_PARAMETERS_MAX) {
		return REFUSAL_NO_RAM;
	}
	if (spec->parameter_count > image->parameter_count) {
		return REFUSAL_PARAMETER_INVALID;
	}
	loaded->parameter_count = image->parameter_count;
	struct bpf_parameter parameter;
	for (uint8_t i = 0; bpf_image_parameter(image, i, &parameter); i++) {
		const bool set = i < spec->parameter_count;
		const int32_t value = set ? spec->parameters[i] : parameter.initial;
		if (value < parameter.min || value > parameter.max) {
			return REFUSAL_PARAMETER_INVALID;
		}
		loaded->parameters[i] = value;
	}
	return 0;
}

static uint8_t check(const struct femto_candidate *candidate, const struct bpf_image *image,
	const struct femto_spec *spec, struct femto_loaded *loaded)
{
	const uint32_t data = (uint32_t)image->data_size + image->bss_size;
	if (image->stack_size > candidate->stack_bytes || data > candidate->data_bytes) {
		return REFUSAL_NOT_GRANTED; /* more than its own statement asks for */
	}
	if (image->stack_size > FEMTO_STACK_BYTES) {
		return REFUSAL_NO_RAM;
	}
	loaded->text_count = image->text_count;
	loaded->rodata_bytes = image->rodata_size;
	loaded->data_bytes = (uint16_t)data;
	loaded->stack_bytes = image->stack_size;
	const uint8_t reason = find_entries(image, spec, loaded);
	return reason != 0 ? reason : find_parameters(image, spec, loaded);
}

/* Expands, copies and verifies in place; the arena block is taken already. */
static struct femto_refused fill(struct femto *f, const struct bpf_image *image,
	const struct femto_loaded *loaded)
{
	uint8_t *text = femto_arena_bytes(f, loaded->arena_at);
	const enum bpf_reason reason = bpf_image_expand(image, text);
	if (reason != BPF_ACCEPTED) {
		return refuse(reason_of(reason));
	}
	uint8_t *rodata = text + (size_t)image->text_count * BPF_SLOT_SIZE;
	uint8_t *data = rodata + image->rodata_size;
	memcpy(rodata, image->rodata, image->rodata_size);
	memcpy(data, image->data, image->data_size);
	memset(data + image->data_size, 0, image->bss_size);
	const struct bpf_text code = {
		.slots = text,
		.count = image->text_count,
		.helpers = f->candidate.contract.helpers,
		.stack_size = image->stack_size,
	};
	const struct bpf_verdict verdict = bpf_verify_image(image, &code);
	if (verdict.reason != BPF_ACCEPTED) {
		return (struct femto_refused){
			reason_of(verdict.reason), (uint16_t)verdict.instruction};
	}
	return refuse(0);
}

struct femto_refused femto_load(struct femto *f, const struct femto_spec *spec,
	struct cbor_view image_bytes, struct femto_loaded *loaded)
{
	memset(loaded, 0, sizeof(*loaded));
	struct bpf_image image;
	const enum bpf_reason parsed = bpf_image_parse(image_bytes.data, image_bytes.size, &image);
	if (parsed != BPF_ACCEPTED) {
		return refuse(reason_of(parsed));
	}
	const uint8_t reason = check(&f->candidate, &image, spec, loaded);
	if (reason != 0) {
		return refuse(reason);
	}
	const size_t need = (size_t)loaded->text_count * BPF_SLOT_SIZE + loaded->rodata_bytes +
						loaded->data_bytes;
	const int32_t at = femto_arena_take(f, need);
	if (at < 0) {
		return refuse(REFUSAL_NO_RAM);
	}
	loaded->arena_at = (uint16_t)at;
	loaded->arena_bytes = (uint16_t)need;
	const struct femto_refused refused = fill(f, &image, loaded);
	if (refused.reason != 0) {
		femto_arena_give(f, loaded->arena_at, loaded->arena_bytes);
	}
	return refused;
}
