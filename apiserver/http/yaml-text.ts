import {isMap, isScalar, isSeq, parseDocument, type Document, type ParsedNode, type ScalarTag} from 'yaml';
import {resolvePlain} from '../../runtime/yaml-scalar.ts';
import type {JsonFindings} from './json-text.ts';

/** Anchors may not explode. */
const aliasesMax = 100;

/** Scalars without quotes mean what they mean to kubectl. */
const plain: ScalarTag = {tag: 'tag:yaml.org,2002:plain', default: true, test: /^/, resolve: (text) => resolvePlain(text)};

/** One YAML document as JSON, with what was found in it. @throws Error for what can't be read, with the place. */
export function readYamlBody(text: string): JsonFindings & {readonly value: unknown} {
	const document = parseDocument(text, {
		version: '1.1',
		schema: 'failsafe',
		merge: true,
		uniqueKeys: false,
		customTags: (tags) => [plain, ...tags],
	});
	const [problem] = [...document.errors, ...document.warnings];
	if (problem !== undefined) throw new Error(problem.message.split('\n')[0], {cause: problem});
	const duplicates: string[] = [];
	findDuplicates(document.contents, '', duplicates);
	const inexact: {field: string; text: string}[] = [];
	const value = exact((document as Document).toJS({maxAliasCount: aliasesMax}), '', inexact);
	return {value, duplicates: [...new Set(duplicates)], inexact};
}

function findDuplicates(node: ParsedNode | null, path: string, found: string[]): void {
	if (isSeq(node)) node.items.forEach((item, index) => findDuplicates(item as ParsedNode, `${path}[${index}]`, found));
	if (!isMap(node)) return;
	const keys = new Set<string>();
	for (const pair of node.items) {
		const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
		const field = path === '' ? key : `${path}.${key}`;
		if (keys.has(key) && key !== '<<') found.push(field);
		keys.add(key);
		findDuplicates(pair.value as ParsedNode | null, field, found);
	}
}

/** Integers as numbers; those that do not fit are named. */
function exact(value: unknown, path: string, inexact: {field: string; text: string}[]): unknown {
	if (typeof value === 'bigint') {
		if (!Number.isSafeInteger(Number(value))) inexact.push({field: path, text: String(value)});
		return Number(value);
	}
	if (Array.isArray(value)) return value.map((item, index) => exact(item, `${path}[${index}]`, inexact));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(
		([key, child]) => [key, exact(child, path === '' ? key : `${path}.${key}`, inexact)] as const,
	);
	return Object.fromEntries(entries);
}
