import {
	Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar, visit,
	type Alias, type Node, type Pair, type ParsedNode, type YAMLError, type YAMLMap,
} from 'yaml';
import {UsageError} from './fail.ts';
import {resolvePlain, type ScalarValue} from '../runtime/yaml-scalar.ts';

export type JsonObject = {readonly [key: string]: unknown};

/** Anchors may not explode: a file may use so many aliases. */
const aliasesMax = 100;

const exactIntegers = `an integer from ${-Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER} required`;

/**
 * The objects of a YAML text, read as kubectl reads it: sigs.k8s.io/yaml, merge keys, several documents, empty ones
 * dropped. Stricter in two things that kubectl passes over in silence: keys must be unique, and integers exact.
 * @throws UsageError naming file, line or field, and rule.
 */
export function readYaml(text: string, file: string): JsonObject[] {
	const documents = parseAllDocuments(text, {schema: 'failsafe', uniqueKeys: false, strict: true, logLevel: 'error'});
	return documents.flatMap((document) => {
		const [problem] = document.errors;
		if (problem !== undefined) {
			throw new UsageError(`Cannot read ${file}: ${locate(problem)}`);
		}
		const value = new Converter(document, file).convert(document.contents as Node | null, '');
		if (value === null) {
			return [];
		}
		if (typeof value !== 'object' || Array.isArray(value)) {
			throw new UsageError(`Cannot read ${file}: ${JSON.stringify(value)}, an object required`);
		}
		return [value as JsonObject];
	});
}

/** YAML that every reader takes alike: a document an object, strings quoted where a version reads something else. */
export function writeYaml(objects: readonly object[]): string {
	return objects.map((object) => {
		const document = new Document(object);
		visit(document, {
			Scalar: (_key, node) => {
				if (typeof node.value === 'string' && (node.value === '<<' || resolvePlain(node.value) !== node.value)) {
					node.type = Scalar.QUOTE_DOUBLE;
				}
			},
		});
		return document.toString({lineWidth: 0});
	}).join('---\n');
}

function locate({linePos, message}: YAMLError): string {
	const [first = ''] = message.split('\n');
	const phrase = first.replace(/ at line \d+, column \d+:?$/, '');
	return linePos === undefined ? phrase : `line ${linePos[0].line}, column ${linePos[0].col}: ${phrase}`;
}

type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json};

/** Turns the nodes of one document into JSON values. */
class Converter {
	readonly #document: Document.Parsed<ParsedNode> | Document;
	readonly #file: string;
	#aliases = 0;

	constructor(document: Document.Parsed<ParsedNode> | Document, file: string) {
		this.#document = document;
		this.#file = file;
	}

	/** `path` names the field in errors. */
	convert(node: Node | null, path: string): Json {
		if (node === null) {
			return null;
		}
		if (isAlias(node)) {
			return this.convert(this.#follow(node, path), path);
		}
		if (isMap(node)) {
			return this.#convertMap(node as YAMLMap<Node, Node | null>, path);
		}
		if (isSeq(node)) {
			return node.items.map((item, index) => this.convert(item as Node | null, `${path}[${index}]`));
		}
		return this.#exact(this.#resolve(node as Scalar, path), path);
	}

	#convertMap(node: YAMLMap<Node, Node | null>, path: string): Json {
		const entries = new Map<string, Json>();
		const own = new Set<string>();
		for (const pair of node.items) {
			if (isMergeKey(pair)) {
				// Like kubectl: what is merged replaces what stands above it, and what stands below replaces that.
				this.#merged(pair.value, path).forEach(([key, value]) => entries.set(key, value));
				continue;
			}
			const key = this.#keyOf(pair.key, path);
			const field = path === '' ? key : `${path}.${key}`;
			if (own.has(key)) {
				throw this.#refuse(field, 'stands twice', 'unique keys required');
			}
			own.add(key);
			entries.set(key, this.convert(pair.value, field));
		}
		return Object.fromEntries(entries);
	}

	/** The entries of one map or of several, of which the first to name a key wins. */
	#merged(value: Node | null, path: string): [string, Json][] {
		const target = isAlias(value) ? this.#follow(value, path) : value;
		const maps = isSeq(target) ? target.items.toReversed() : [target];
		return maps.flatMap((item) => {
			const map = isAlias(item) ? this.#follow(item, path) : item;
			if (!isMap(map)) {
				throw this.#refuse(path === '' ? '<<' : `${path}.<<`, 'merges no map', 'a map or a list of maps required');
			}
			return Object.entries(this.#convertMap(map as YAMLMap<Node, Node | null>, path) as {readonly [key: string]: Json});
		});
	}

	#follow(alias: Alias, path: string): Node {
		this.#aliases++;
		if (this.#aliases > aliasesMax) {
			throw this.#refuse(path, `is alias ${this.#aliases}`, `at most ${aliasesMax} aliases required`);
		}
		const target = alias.resolve(this.#document);
		if (target === undefined) {
			throw this.#refuse(path, `is *${alias.source}`, 'an anchor that stands above required');
		}
		if (isAncestor(target as Node, alias)) {
			throw this.#refuse(path, `is *${alias.source}`, 'an anchor outside itself required');
		}
		return target as Node;
	}

	#keyOf(node: Node, path: string): string {
		const target = isAlias(node) ? this.#follow(node, path) : node;
		const value = isScalar(target) ? this.#resolve(target, path) : null;
		if (value === null) {
			throw this.#refuse(path, `has the key ${String(node)}`, 'a text, number or boolean as key required');
		}
		return String(value);
	}

	#resolve(node: Scalar, path: string): ScalarValue {
		// The value itself may be a Date or bytes already when there is a tag.
		const text = node.source ?? '';
		const tag = /^tag:yaml\.org,2002:(\w+)$/.exec(node.tag ?? '')?.[1];
		if (node.tag === undefined) {
			return node.type === Scalar.PLAIN ? resolvePlain(text) : text;
		}
		if (tag === 'binary') {
			return this.#decode(text, path);
		}
		if (tag === undefined || !Object.hasOwn(typesOfTags, tag)) {
			return text;
		}
		const value = resolvePlain(text);
		if (!typesOfTags[tag as keyof typeof typesOfTags](value)) {
			throw this.#refuse(path, `is ${JSON.stringify(text)}`, `a value that !!${tag} names required`);
		}
		return value;
	}

	#decode(text: string, path: string): string {
		const compact = text.replaceAll(/\s/g, '');
		if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
			throw this.#refuse(path, 'is !!binary', 'base64 required');
		}
		return Buffer.from(compact, 'base64').toString('utf8');
	}

	#exact(value: ScalarValue, path: string): Json {
		if (typeof value === 'bigint') {
			throw this.#refuse(path, `is ${value}`, exactIntegers);
		}
		if (typeof value === 'number' && !Number.isFinite(value)) {
			throw this.#refuse(path, `is ${Number.isNaN(value) ? '.nan' : '.inf'}`, 'a finite number required');
		}
		return value;
	}

	#refuse(field: string, found: string, rule: string): UsageError {
		return new UsageError(`Cannot read ${this.#file}: ${field === '' ? 'the document' : field} ${found}, ${rule}`);
	}
}

const typesOfTags = {
	int: (value: ScalarValue) => typeof value === 'bigint' || Number.isInteger(value),
	float: (value: ScalarValue) => typeof value === 'number' || typeof value === 'bigint',
	bool: (value: ScalarValue) => typeof value === 'boolean',
	null: (value: ScalarValue) => value === null,
} as const;

function isMergeKey({key}: Pair<Node, Node | null>): boolean {
	return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;
}

function isAncestor(target: Node, alias: Alias): boolean {
	let isInside = false;
	visit(target, {Alias: (_key, node) => {
		isInside ||= node === alias;
	}});
	return isInside;
}
