import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {after} from 'node:test';
import {readObject} from '../../../cli/build/elf.ts';
import {packText} from '../../../protocol/image/coding.ts';
import {packImage} from '../../../protocol/image/pack.ts';
import type {Program} from '../../../protocol/image/program.ts';
import {findCompilers} from '../../../runtime/compilers.mjs';

const firmware = join(import.meta.dirname, '../../../agent-firmware');
const folder = mkdtempSync(join(tmpdir(), 'femto-elf-'));
after(() => rmSync(folder, {recursive: true, force: true}));

const container = `#include <femtofleet/container.h>
FEMTO_PARAMETER(0, "window", 10, 1, 32);
FEMTO_PARAMETER(1, "scale", -2, -100, 100);
static const char greeting[] = "hello";
static const char *const names[] = {"a", "bc"};
static uint32_t runs;
static int64_t total = 5;
FEMTO_INLINE int64_t mean(int64_t sum, int64_t count) { return femto_divide(sum, count); }
FEMTO_HOOK(timer)
{
	int32_t value = 0;
	runs++;
	if (femto_sensor_read(3, &value) != 0) {
		return -1;
	}
	total += value;
	femto_log(greeting, sizeof greeting - 1);
	femto_log(names[runs & 1], 2);
	femto_kv_put(FEMTO_SCOPE_LOCAL, 1, femto_now());
	int64_t stored = 0;
	femto_kv_get(FEMTO_SCOPE_LOCAL, 1, &stored);
	return mean(total, runs) + femto_parameter(0) * femto_parameter(1) + stored + (int64_t)context->now_ms;
}
FEMTO_HOOK(message)
{
	const uint8_t *bytes = femto_message_data(context);
	uint8_t copy[32];
	uint32_t size = context->length < sizeof copy ? context->length : sizeof copy;
	for (uint32_t i = 0; i < size; i++) {
		copy[i] = bytes[size - 1 - i];
	}
	return femto_publish(copy, size, 0);
}
FEMTO_HOOK(sensor)
{
	return *(const uint8_t *)(uintptr_t)(0x10000000u + (uint32_t)context->value);
}`;

test('a C container compiles without warnings, packs, and runs in the firmware', () => {
	const program = read(compile(container));
	const path = join(folder, 'container.image');
	const image = packImage(program);
	assert.ok(image.ok);
	writeFileSync(path, image.value);
	const runner = buildRunner();
	const run = (...options: readonly string[]) => spawnSync(runner, [path, ...options], {encoding: 'utf8'}).stdout;
	const now = '0a00000000000000';
	// (5 - 300) / 1 - 20 + 123456789012 + 10
	assert.equal(run('1', '1000', now, ''), 'log 68656c6c6f\nlog 6263\ndone 123456788707\n');
	assert.equal(run('2', '1000', '00000050000000000400000000000000', '01020304'), 'publish 04030201\ndone 0\n');
	assert.equal(run('2', '20', '00000050000000000400000000000000', '01020304').split(' ')[1], 'BudgetExhausted');
	assert.equal(run('3', '1000', `${now}0000000000020000`, '').slice(0, 16), 'fault BadAccess ');
	const packed = packText(program.text).length;
	assert.ok(packed < program.text.length * 0.4, `${packed} of ${program.text.length}`);
});

test('an object gives its hooks, data, stack and parameters', () => {
	const program = read(compile(container));
	assert.deepEqual(program.hooks.map(({id}) => id), [1, 2, 3]);
	assert.equal(program.hooks[0]?.offset, 0);
	assert.deepEqual(program.parameters, [
		{name: 'window', default: 10, min: 1, max: 32},
		{name: 'scale', default: -2, min: -100, max: 100},
	]);
	assert.deepEqual([...program.data], [5, 0, 0, 0, 0, 0, 0, 0]);
	assert.equal(program.bssSize, 4);
	assert.equal(program.stackSize, 32);
	assert.ok(Buffer.from(program.rodata).includes('hello'));
});

test('addresses in constant tables are addresses of the region of constants', () => {
	const {rodata} = read(compile(container));
	const view = new DataView(rodata.buffer, rodata.byteOffset, rodata.byteLength);
	const texts = [8, 16].map((at) => {
		const address = Number(view.getBigUint64(at, true));
		assert.equal(address >>> 28, 3);
		const start = address & 0x0fffffff;
		return Buffer.from(rodata.subarray(start, rodata.indexOf(0, start))).toString();
	});
	assert.deepEqual(texts, ['a', 'bc']);
});

const hook = (body: string, before = '') =>
	`#include <femtofleet/container.h>\n${before}\nFEMTO_HOOK(timer) { ${body} }`;

const refusals: Readonly<Record<string, readonly [source: string, message: RegExp]>> = {
	'a call of a function that is not inline': [
		hook('return far((int)context->now_ms);', '__attribute__((noinline)) static int far(int x) { return x * x + 7; }'),
		/^Cannot call far from section femto\/timer at offset \d+: local calls .* yet: mark the function static inline$/,
	],
	'a call within its own section': [
		hook('return far((int)context->now_ms);',
			'__attribute__((noinline, section("femto/timer"))) static int far(int x) { return x * x + 7; }'),
		/^Cannot use section femto\/timer: function \w+ at offset \d+ is not the only one$/,
	],
	'a call of a function that is nowhere': [
		hook('return missing();', 'int missing(void);'),
		/^Cannot call missing from section femto\/timer at offset \d+: it is not defined; helpers are called by number$/,
	],
	'a variable that is nowhere': [
		hook('return missing;', 'extern int missing;'),
		/^Cannot resolve missing in section femto\/timer at offset \d+: it is not defined$/,
	],
	'the address of a function': [
		hook('return (int64_t)(uintptr_t)&far;', '__attribute__((noinline)) static int far(int x) { return x; }'),
		/^Cannot resolve .* in section femto\/timer at offset \d+: a container has addresses of .rodata, .data and/,
	],
	'a variable in a section of another name': [
		hook('return other++;', '__attribute__((section("maps"))) static int other = 1;'),
		/^Cannot resolve maps in section femto\/timer at offset \d+: a container has addresses of/,
	],
	'an unknown hook': [
		'__attribute__((section("femto/reboot"))) int f(void) { return 0; }',
		/^Cannot use section femto\/reboot: hooks are femto\/timer, femto\/message, femto\/sensor$/,
	],
	'no hook': ['int f(void) { return 0; }', /^Cannot find a hook: the object has none of the sections femto\/timer/],
	'a parameter out of place': [
		hook('return 0;', 'FEMTO_PARAMETER(1, "window", 1, 0, 9);'),
		/^Cannot use parameter window: its number is 1, but its place is 0$/,
	],
	'a parameter outside its range': [
		hook('return 0;', 'FEMTO_PARAMETER(0, "window", 10, 0, 9);'),
		/^Cannot use parameter window: default 10 is not within 0 to 9$/,
	],
	'a parameter with a long name': [
		hook('return 0;', 'FEMTO_PARAMETER(0, "abcdefghijklmnopqrstuvwx", 1, 0, 9);'),
		/^Cannot read parameter 0 in section femto.parameters: its name exceeds 23 characters$/,
	],
	'two parameters of one name': [
		hook('return 0;', 'FEMTO_PARAMETER(0, "a", 1, 0, 9);\nFEMTO_PARAMETER(1, "a", 1, 0, 9);'),
		/^Cannot pack the object: two parameters have one name$/,
	],
	'17 parameters': [
		hook('return 0;', Array.from({length: 17}, (_, at) => `FEMTO_PARAMETER(${at}, "p${at}", 1, 0, 9);`).join('\n')),
		/^Cannot pack the object: the image has more than 16 parameters$/,
	],
	'70 KB of variables': [
		hook('return all[context->now_ms & 0xffff]++;', 'static int all[18000];'),
		/^Cannot place section .bss: its region would exceed 65535 bytes$/,
	],
};

for (const [name, [source, message]] of Object.entries(refusals)) {
	test(`an object with ${name} is refused by name`, () => {
		const result = readObject(compile(source));
		assert.match(result.ok ? 'accepted' : result.error, message);
	});
}

test('what is no BPF object is refused by name', () => {
	const object = compile(container);
	const refusal = (bytes: Uint8Array) => {
		const result = readObject(bytes);
		return result.ok ? 'accepted' : result.error;
	};
	assert.match(refusal(new Uint8Array()), /not in ELF format$/);
	assert.match(refusal(new TextEncoder().encode(container)), /not in ELF format$/);
	assert.match(refusal(object.with(5, 2)), /little endian/);
	assert.match(refusal(object.with(18, 62)), /machine is 62, not BPF/);
	assert.match(refusal(object.with(16, 2)), /not relocatable/);
});

test('an object that is cut or changed anywhere is refused or read, and never throws', () => {
	const object = compile(container);
	for (let size = 0; size < object.length; size += 7) {
		assert.equal(readObject(object.subarray(0, size)).ok, false);
	}
	for (let at = 0; at < object.length; at++) {
		for (const value of [0, 0x7f, 0xff]) {
			const result = readObject(object.with(at, value));
			assert.equal(result.ok || result.error.startsWith('Cannot '), true);
		}
	}
});

let compiled = 0;

/** Compiles as a container's author does; a warning fails. */
function compile(source: string): Uint8Array {
	const found = findCompilers();
	assert.ok(found.ok, found.ok ? '' : found.error);
	const [command = '', ...options] = found.value.bpf;
	const path = join(folder, `${compiled++}`);
	writeFileSync(`${path}.c`, source);
	const {status, stderr} = spawnSync(command, [
		...options, '-mcpu=v3', '-O2', '-ffreestanding', '-Wall', '-Wextra', '-Werror',
		'-I', join(firmware, 'containers/include'), '-c', `${path}.c`, '-o', `${path}.o`,
	], {encoding: 'utf8'});
	assert.equal(status, 0, stderr);
	return new Uint8Array(readFileSync(`${path}.o`));
}

function read(object: Uint8Array): Program {
	const result = readObject(object);
	assert.ok(result.ok, result.ok ? '' : result.error);
	return result.value;
}

function buildRunner(): string {
	const path = join(folder, 'runner');
	const sources = ['image', 'expand', 'verify', 'alu', 'run'].map((name) => `core/vm/${name}.c`);
	const {status, stderr} = spawnSync('cc', [
		'-std=c11', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all',
		'-Icore', '-Igenerated', ...sources, 'generated/bpf_reasons.c',
		join(import.meta.dirname, 'container-runner.c'), '-o', path,
	], {cwd: firmware, encoding: 'utf8'});
	assert.equal(status, 0, stderr);
	return path;
}
