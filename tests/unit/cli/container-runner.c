/*
 * Runs one hook of an image in the firmware's VM, for elf.test.ts:
 *
 *   container-runner IMAGE HOOK BUDGET CONTEXT LENT      (context and lent bytes in hexadecimal)
 *
 * Prints what the container does, line by line, then "done VALUE", "fault CAUSE PC" or "refused REASON INDEX".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/run.h"
#include "vm/verify.h"

#define IMAGE_MAX 8192u

struct device {
	struct bpf_vm vm;
	struct bpf_image image;
	uint64_t stored;
};

static void print_bytes(const char *what, const uint8_t *bytes, uint64_t size)
{
	printf("%s ", what);
	for (uint64_t i = 0; i < size; i++) {
		printf("%02x", (unsigned)bytes[i]);
	}
	printf("\n");
}

static enum bpf_status call(void *context, uint32_t number, uint64_t args[5], uint64_t *result)
{
	struct device *device = context;
	struct bpf_parameter parameter;
	uint8_t *bytes = NULL;
	switch (number) {
	case 1:
	case 5:
		bytes = bpf_access(&device->vm, args[0], args[1], false);
		if (bytes == NULL) {
			return BPF_FAULT_BAD_ACCESS;
		}
		print_bytes(number == 1 ? "log" : "publish", bytes, args[1]);
		return BPF_DONE;
	case 2:
		*result = 123456789012u;
		return BPF_DONE;
	case 3:
		bytes = bpf_access(&device->vm, args[2], 8, true);
		if (bytes == NULL) {
			return BPF_FAULT_BAD_ACCESS;
		}
		bpf_store64(bytes, device->stored);
		return BPF_DONE;
	case 4:
		device->stored = args[2];
		return BPF_DONE;
	case 6:
		bytes = bpf_access(&device->vm, args[1], 4, true);
		if (bytes == NULL) {
			return BPF_FAULT_BAD_ACCESS;
		}
		bpf_store32(bytes, (uint32_t)(-100 * (int64_t)args[0]));
		return BPF_DONE;
	case 7:
		if (bpf_image_parameter(&device->image, (uint32_t)args[0], &parameter)) {
			*result = (uint64_t)(int64_t)parameter.initial;
		}
		return BPF_DONE;
	default:
		return BPF_FAULT_HELPER_UNKNOWN;
	}
}

static size_t read_hex(const char *digits, uint8_t *bytes)
{
	size_t size = 0;
	unsigned value = 0;
	while (sscanf(digits + 2 * size, "%2x", &value) == 1) {
		bytes[size++] = (uint8_t)value;
	}
	return size;
}

static int refuse(enum bpf_reason reason, uint32_t instruction)
{
	printf("refused %s %" PRIu32 "\n", bpf_reason_name(reason), instruction);
	return 0;
}

static int entry_of(const struct bpf_image *image, uint32_t hook)
{
	for (uint32_t i = 0; i < image->hook_count; i++) {
		if (bpf_image_hook(image, i).id == hook) {
			return bpf_image_hook(image, i).entry;
		}
	}
	return -1;
}

int main(int count, char **arguments)
{
	static uint8_t bytes[IMAGE_MAX];
	static uint8_t text[IMAGE_MAX * BPF_SLOT_SIZE];
	static uint8_t data[IMAGE_MAX];
	static uint8_t stack[BPF_IMAGE_MAX_STACK];
	static uint8_t context[64];
	static uint8_t lent[256];
	static struct device device;
	FILE *file = count == 6 ? fopen(arguments[1], "rb") : NULL;
	if (file == NULL) {
		return 2;
	}
	const size_t size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	enum bpf_reason reason = bpf_image_parse(bytes, size, &device.image);
	if (reason == BPF_ACCEPTED) {
		reason = bpf_image_expand(&device.image, text);
	}
	const struct bpf_image *image = &device.image;
	if (reason != BPF_ACCEPTED) {
		return refuse(reason, 0);
	}
	const struct bpf_text slots = {text, image->text_count, 0xfe, image->stack_size};
	const struct bpf_verdict verdict = bpf_verify_image(image, &slots);
	const int entry = entry_of(image, (uint32_t)atoi(arguments[2]));
	if (verdict.reason != BPF_ACCEPTED || entry < 0) {
		return refuse(verdict.reason, verdict.instruction);
	}
	for (uint32_t i = 0; i < image->data_size; i++) {
		data[i] = image->data[i];
	}
	const struct bpf_program program = {
		text, image->rodata, data, 0xfe, image->text_count, image->rodata_size,
		(uint16_t)(image->data_size + image->bss_size), image->stack_size,
	};
	bpf_vm_init(&device.vm, &program, stack);
	bpf_map(&device.vm, BPF_REGION_CONTEXT, context, (uint32_t)read_hex(arguments[4], context), false);
	bpf_map(&device.vm, BPF_REGION_LENT, lent, (uint32_t)read_hex(arguments[5], lent), false);
	device.vm.call = call;
	device.vm.context = &device;
	device.vm.budget = (uint32_t)atoi(arguments[3]);
	uint64_t result = 0;
	const enum bpf_status status = bpf_run(&device.vm, (uint32_t)entry, &result);
	if (status == BPF_DONE) {
		printf("done %" PRId64 "\n", (int64_t)result);
	} else {
		printf("fault %s %" PRIu32 "\n", bpf_status_name(status), device.vm.pc);
	}
	return 0;
}
