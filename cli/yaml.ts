import {parseAllDocuments, stringify} from 'yaml';
import {UsageError} from './fail.ts';

export type JsonObject = {readonly [key: string]: unknown};

/**
 * The objects of a YAML text, read as kubectl reads it: version 1.1 with merge keys, several documents, empty ones
 * dropped. Keys must be unique and anchors may not explode.
 * @throws UsageError naming file, line and rule.
 */
export function readYaml(text: string, file: string): JsonObject[] {
	const documents = parseAllDocuments(text, {version: '1.1', merge: true, uniqueKeys: true, strict: true});
	return documents.flatMap((document) => {
		const [problem] = document.errors;
		if (problem !== undefined) {
			throw new UsageError(`Cannot read ${file}: ${problem.message.split('\n')[0]}`);
		}
		const value: unknown = document.toJS({maxAliasCount: 100});
		if (value === null || value === undefined) {
			return [];
		}
		if (typeof value !== 'object' || Array.isArray(value)) {
			throw new UsageError(`Cannot read ${file}: ${JSON.stringify(value)}, an object required`);
		}
		return [value as JsonObject];
	});
}

/** YAML that every reader takes alike: one document an object, strings quoted where 1.1 would read something else. */
export function writeYaml(objects: readonly object[]): string {
	return objects.map((object) => stringify(object, {version: '1.1', lineWidth: 0})).join('---\n');
}
