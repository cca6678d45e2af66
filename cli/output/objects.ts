import {failure, success, type Result} from '../../protocol/result.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {printJsonPath} from './jsonpath.ts';
import {escapeControls} from './text.ts';

/** The formats of `-o` that show whole objects; `name` and `wide` are lines of a table's kind. */
export const objectFormats = ['json', 'yaml', 'name', 'wide'] as const;

/** What `-o` asked for. */
export type Format =
	| {readonly kind: 'table'; readonly wide: boolean}
	| {readonly kind: 'name'}
	| {readonly kind: 'json'}
	| {readonly kind: 'yaml'}
	| {readonly kind: 'jsonpath'; readonly template: string};

/** Reads the value of `-o`; undefined = a table. The error is what kubectl prints. */
export function parseFormat(text: string | undefined): Result<Format, string> {
	switch (text) {
		case undefined:
		case '':
			return success({kind: 'table', wide: false});
		case 'wide':
			return success({kind: 'table', wide: true});
		case 'name':
		case 'json':
		case 'yaml':
			return success({kind: text});
	}
	const template = /^jsonpath=(.*)$/s.exec(text)?.[1];
	if (template === undefined || template === '') {
		const known = [...objectFormats, 'jsonpath=TEMPLATE'].join(',');
		return failure(text.startsWith('jsonpath')
			? 'template format specified but no template given'
			: `unable to match a printer suitable for the output format "${text}", allowed formats are: ${known}`);
	}
	return success({kind: 'jsonpath', template});
}

/** Several objects as one, as kubectl wraps them. */
export function listOf(items: readonly KubeObject[]): object {
	return {apiVersion: 'v1', items, kind: 'List', metadata: {resourceVersion: ''}};
}

/** JSON as kubectl writes it: four spaces, keys in alphabetical order. */
export function toJson(value: object): string {
	return `${escapeControls(JSON.stringify(sorted(value), null, 4))}\n`;
}

/** One line of JSON. */
export function toJsonLine(value: object): string {
	return `${escapeControls(JSON.stringify(value))}\n`;
}

/** The value with its keys in alphabetical order, and without managedFields, which nobody reads. */
export function sorted(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map(sorted);
	}
	if (typeof value !== 'object' || value === null) {
		return value;
	}
	const entries = Object.entries(value).filter(([key]) => key !== 'managedFields');
	const ordered = entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
	return Object.fromEntries(ordered.map(([key, item]) => [key, sorted(item)]));
}

/** What JSON, YAML and JSONPath print. `toYaml` writes one object; the error says what is wrong with a template. */
export function printObject(
	format: Exclude<Format, {readonly kind: 'table' | 'name'}>, value: object, toYaml: (object: object) => string,
): Result<string, string> {
	switch (format.kind) {
		case 'json':
			return success(toJson(value));
		case 'yaml':
			return success(escapeControls(toYaml(sorted(value) as object)));
		case 'jsonpath':
			return printJsonPath(format.template, value);
	}
}
