import assert from 'node:assert/strict';
import {readYaml} from '../../../../cli/yaml.ts';
import {testCase, type Case} from '../case.ts';
import type {Kubectl} from '../kubectl.ts';
import {container} from '../manifests.ts';

interface Stored {
	readonly metadata: Readonly<Record<string, unknown>>;
	readonly spec?: unknown;
	readonly data?: unknown;
}

/** What is stored through kubectl is what femto reads in the same text. */
async function storesWhatFemtoReads(k: Kubectl, text: string, validation = 'strict'): Promise<void> {
	const [object] = readYaml(text, 'text') as readonly unknown[] as readonly Stored[];
	const name = String(object?.metadata['name']);
	await k.ok(`create --validate=${validation} -f -`, text);
	const plural = /kind: ConfigMap/.test(text) ? 'cm' : 'fc';
	const stored = await k.json<Stored>(`get ${plural} ${name}`);
	assert.deepEqual(stored.metadata['labels'], object?.metadata['labels']);
	assert.deepEqual(stored.metadata['annotations'], object?.metadata['annotations']);
	assert.deepEqual(stored.data, object?.data);
	// Defaults are filled in.
	assert.partialDeepStrictEqual(stored.spec ?? {}, object?.spec ?? {});
}

export const yamlCases: readonly Case[] = [
	testCase('numbers and booleans of YAML 1.1 are read as femto reads them', async (k) => {
		for (const [index, paused] of ['on', 'no', 'yes', 'off', 'True', 'FALSE'].entries()) {
			await storesWhatFemtoReads(k, container(`b${index}`, [`paused: ${paused}`]));
		}
		for (const [index, value] of ['010', '0o10', '0x1F', '0b101', '1_0', '+5', '1e2', '5.0'].entries()) {
			await storesWhatFemtoReads(k, container(`n${index}`, [`minReadySeconds: ${value}`]));
		}
	}),
	testCase('words that look like something else stay words in quotes', async (k) => {
		const values = ['"on"', "'no'", '"010"', '!!str yes', '!!str 1', "'~'", '"1:30"', '2026-01-02', '1.2.3', '0x', '1e', '<<', "'<<'", '1:30', '012.5', 'y', 'n', '=', '~x', '0800', '0.1.'];
		const lines = values.map((value, index) => `k${index}: ${value}`);
		const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: words\ndata:\n${lines.map((line) => `  ${line}\n`).join('')}`;
		const [object] = readYaml(text, 'text');
		const strings = Object.entries(object?.['data'] as Record<string, unknown>).filter(([, value]) => typeof value === 'string').map(([key]) => key);
		const kept = lines.filter((line) => strings.includes(line.split(':')[0] ?? ''));
		await storesWhatFemtoReads(k, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: words\ndata:\n${kept.map((line) => `  ${line}\n`).join('')}`);
		// What femto reads as no text, kubectl does not send as text either.
		for (const line of lines.filter((each) => !kept.includes(each))) {
			await k.fails('create -f -', /cannot unmarshal|invalid|unrecognized|Invalid/, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\ndata:\n  ${line}\n`);
		}
	}),
	testCase('block texts, foldings and escapes are equal', async (k) => {
		await storesWhatFemtoReads(k, [
			'apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: blocks}', 'data:',
			'  literal: |', '    a', '      b', '', '    c', '  stripped: |-', '    a', '    b', '  kept: |+', '    a', '', '',
			'  folded: >', '    a', '    b', '', '    c', '  escapes: "\\t\\u00e9\\x41\\n"', "  single: 'it''s'", '  plain: a b', '    c',
			'  empty: ""', '  unicode: "Zürich ☂ 😀"', '  comment: a # b', '  hash: a#b', '',
		].join('\n'));
	}),
	testCase('anchors, aliases and merge keys are equal', async (k) => {
		await storesWhatFemtoReads(k, [
			'apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: merged', '  labels: &labels {a: b, c: d}', '  annotations:', '    <<: *labels', '    c: e',
			'data: &data', '  <<: [{x: "1"}, {x: "2", y: "3"}]', '  z: &z "4"', '  w: *z', '',
		].join('\n'));
		await storesWhatFemtoReads(k, container('anchors', ['deviceSelector: &s {matchLabels: {a: b}}', 'rollout: {waves: [{selector: *s}, {percent: 100}]}']).replace('  deviceSelector: {}\n', ''));
	}),
	testCase('keys that are no text become text', async (k) => {
		await storesWhatFemtoReads(k, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keys}\ndata:\n  1: a\n  true: b\n  010: c\n  1.5: d\n  "on": e\n');
	}),
	testCase('integers beyond 2^53 are refused with the field', async (k) => {
		await k.fails('create -f -', /spec\.limits\.instructionsPerRun/, container('one', ['limits: {instructionsPerRun: 9007199254740993}']));
		await k.fails('create -f -', /spec\.limits\.instructionsPerRun/, container('one', ['limits: {instructionsPerRun: 18446744073709551616}']));
		await k.fails('create -f -', /spec\.minReadySeconds: Invalid value: 1e\+300: .* should be less than or equal to 86400/, container('one', ['minReadySeconds: 1e300']));
		await k.fails('create -f -', /spec\.minReadySeconds in body must be of type int/, container('one', ['minReadySeconds: 1.5']));
		await k.fails('create -f -', 'error: error parsing STDIN: error converting YAML to JSON: json: unsupported value: +Inf', container('one', ['minReadySeconds: .inf']));
		await storesWhatFemtoReads(k, container('two', ['limits: {instructionsPerRun: 4294967295}']));
	}),
];
