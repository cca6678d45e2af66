/**
 * Turns tests/vectors/ebpf/*.json into a C table, so that the firmware's tests need no Node. A vector is
 *
 *   {name, from, asm, memory?, after?, helpers?, stack?, budget?} and one of
 *   result: what r0 is at the end | error: [reason, instruction] | fault: [cause, instruction]
 *
 * `memory` (hexadecimal) is the writable context, `after` what it is at the end; `helpers` are the permitted numbers.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {assemble} from './bpf-assembler.ts';
import {banner, type GeneratedFile} from './generate/files.ts';

export interface EbpfVector {
	readonly name: string;
	/** Clause of RFC 9669, or the bug of another machine, that the vector stands for. */
	readonly from: string;
	readonly asm: readonly string[];
	readonly memory?: string;
	readonly after?: string;
	readonly helpers?: readonly number[];
	readonly stack?: number;
	readonly budget?: number;
	readonly result?: string;
	readonly error?: readonly [reason: string, instruction: number];
	readonly fault?: readonly [cause: string, instruction: number];
}

const folder = join(import.meta.dirname, '../tests/vectors/ebpf');

/** All vectors in the order of file names and lines. */
export function readVectors(): readonly EbpfVector[] {
	const files = readdirSync(folder).filter((name) => name.endsWith('.json')).toSorted();
	// The files are ours; a vector that breaks the format fails in assemble or in the C compiler.
	return files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as readonly EbpfVector[]);
}

/** The table as a header for agent-firmware/tests/vm. */
export function vectorFiles(): readonly GeneratedFile[] {
	const lines = [
		`/* ${banner('image.ts', 'tests/vectors/ebpf')} */`,
		'#ifndef FEMTO_VECTORS_EBPF_H',
		'#define FEMTO_VECTORS_EBPF_H',
		'',
		'#include <stdint.h>',
		'',
		'#include "bpf_reasons.h"',
		'',
		'struct ebpf_vector {',
		'\tconst char *name; /* what holds when the vector passes */',
		'\tconst char *text; /* instructions in hexadecimal */',
		'\tconst char *memory; /* context in hexadecimal */',
		'\tconst char *after; /* context at the end, NULL when it does not matter */',
		'\tuint64_t helpers; /* permission mask */',
		'\tuint32_t stack; /* bytes */',
		'\tuint32_t budget; /* instructions */',
		'\tenum bpf_reason reason; /* of the verifier */',
		'\tenum bpf_status status; /* of the run, when accepted */',
		'\tuint32_t instruction; /* that is refused or faults */',
		'\tuint64_t result; /* r0, when done */',
		'};',
		'',
		'static const struct ebpf_vector ebpf_vectors[] = {',
		...readVectors().map(entry),
		'};',
		'',
		'#endif',
	];
	return [{path: 'agent-firmware/generated/vectors_ebpf.h', content: lines.join('\n') + '\n'}];
}

function entry(vector: EbpfVector): string {
	const {name, asm, memory = '', after, helpers = [], stack = 512, budget = 1000, result, error, fault} = vector;
	if ([result, error, fault].filter((outcome) => outcome !== undefined).length !== 1) {
		throw new SyntaxError(`Cannot read vector ${name}: it needs one of result, error and fault`);
	}
	const mask = helpers.reduce((sum, number) => sum | (1n << BigInt(number)), 0n);
	const fields = [
		JSON.stringify(name),
		JSON.stringify(Buffer.from(assemble(asm)).toString('hex')),
		JSON.stringify(memory),
		after === undefined ? 'NULL' : JSON.stringify(after),
		`UINT64_C(${mask})`,
		`${stack}u`,
		`${budget}u`,
		error === undefined ? 'BPF_ACCEPTED' : `BPF_REFUSED_${constant(error[0])}`,
		fault === undefined ? 'BPF_DONE' : `BPF_FAULT_${constant(fault[0])}`,
		`${(error ?? fault ?? ['', 0])[1]}u`,
		`UINT64_C(0x${BigInt.asUintN(64, BigInt(result ?? '0')).toString(16)})`,
	];
	return `\t{${fields.join(', ')}},`;
}

function constant(name: string): string {
	return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}
