/*
 * Plugin of QEMU's code generator that counts the instructions a board executes between two addresses.
 *
 *   qemu-system-arm … -plugin count.so,out=FILE,span=NAME:START:END:END…,span=…
 *
 * A span begins when START executes and ends when the first of its ENDs does; both are addresses as nm gives them. Each
 * span makes a line `NAME instructions instructions-since-power-up` in FILE; instructions of interrupts count too.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The documented interface, version 1: QEMU's header is not packaged. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGISTERS = 0, INLINE_ADD_U64 = 0 };
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*translated)(uint64_t, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *instruction, void (*executed)(unsigned, void *), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(
	struct qemu_plugin_insn *instruction, int operation, void *counter, uint64_t value);

#define EXPORT __attribute__((visibility("default")))
#define SPANS_MAX 32u
#define ENDS_MAX 16u

struct span {
	char *name;
	uint64_t start;
	uint64_t ends[ENDS_MAX];
	size_t end_count;
	bool open;
	uint64_t begun;
};

extern const int qemu_plugin_version;
EXPORT const int qemu_plugin_version = 1;
int qemu_plugin_install(uint64_t id, const void *info, int count, char **arguments);

static uint64_t executed;
static struct span spans[SPANS_MAX];
static size_t span_count;
static FILE *out;

static void begin(unsigned cpu, void *data)
{
	(void)cpu;
	struct span *span = data;
	span->open = true;
	span->begun = executed;
}

static void end(unsigned cpu, void *data)
{
	(void)cpu;
	struct span *span = data;
	if (span->open) {
		fprintf(out, "%s %" PRIu64 " %" PRIu64 "\n", span->name, executed - span->begun, executed);
		fflush(out);
		span->open = false;
	}
}

static void translated(uint64_t id, struct qemu_plugin_tb *block)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
		const uint64_t address = qemu_plugin_insn_vaddr(instruction);
		for (struct span *span = spans; span < spans + span_count; span++) {
			for (size_t k = 0; k < span->end_count; k++) {
				if (span->ends[k] == address) {
					qemu_plugin_register_vcpu_insn_exec_cb(instruction, end, NO_REGISTERS, span);
				}
			}
			if (span->start == address) {
				qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin, NO_REGISTERS, span);
			}
		}
		qemu_plugin_register_vcpu_insn_exec_inline(instruction, INLINE_ADD_U64, &executed, 1);
	}
}

/* NAME:START:END…, which stays in memory. */
static bool add_span(char *text)
{
	if (span_count == SPANS_MAX) {
		return false;
	}
	struct span *span = &spans[span_count++];
	span->name = strtok(text, ":");
	const char *start = strtok(NULL, ":");
	if (start == NULL) {
		return false;
	}
	span->start = strtoull(start, NULL, 0);
	for (const char *at = strtok(NULL, ":"); at != NULL; at = strtok(NULL, ":")) {
		if (span->end_count == ENDS_MAX) {
			return false;
		}
		span->ends[span->end_count++] = strtoull(at, NULL, 0);
	}
	return span->end_count > 0;
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int count, char **arguments)
{
	(void)info;
	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i];
		if (strncmp(argument, "out=", 4) == 0) {
			out = fopen(argument + 4, "w");
		} else if (strncmp(argument, "span=", 5) != 0 || !add_span(strdup(argument + 5))) {
			fprintf(stderr, "Cannot count: %s must be out=FILE or span=NAME:START:END…\n", argument);
			return 1;
		}
	}
	if (out == NULL) {
		fprintf(stderr, "Cannot count: out must name a file that can be written\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
