import type {CelInput} from '@bufbuild/cel';
import {isObject, type Json, type JsonObject} from '../json.ts';
import type {Schema} from '../schema.ts';
import {loadInterpreter} from './cel.ts';

/** Steps that one rule and all rules of one object may take, as on the official server. */
const ruleSteps = 1_000_000;
const objectSteps = 10_000_000;

/** Counts what rules read, so that a rule that looks at everything for each of many items comes to an end. */
export class Budget {
	#ofObject = objectSteps;
	#ofRule = ruleSteps;

	/** For the next rule. @returns false when the object has used up its share. */
	startRule(): boolean {
		this.#ofRule = Math.min(ruleSteps, this.#ofObject);
		return this.#ofObject > 0;
	}

	get isSpent(): boolean {
		return this.#ofRule <= 0;
	}

	/** @throws Error when no step is left. */
	spend(steps = 1): void {
		this.#ofRule -= steps;
		this.#ofObject -= steps;
		if (this.#ofRule <= 0) throw new Error('operation cancelled: actual cost limit exceeded');
	}
}

/** A JSON value as rules see it: typed by its schema, and made only as far as it is read. */
export function toRuleValue(schema: Schema | undefined, value: Json, budget: Budget): CelInput {
	if (value === null || typeof value === 'boolean') return value;
	if (typeof value === 'number') return isWhole(schema, value) ? BigInt(value) : value;
	if (typeof value === 'string') return convertFormat(schema?.format, value);
	if (Array.isArray(value)) {
		const items = value as readonly Json[];
		return new RuleList(items.map((item) => toRuleValue(schema?.items, item, budget)), budget);
	}
	return loadInterpreter().cel.celMap(new RuleMap(schema, isObject(value) ? value : {}, budget));
}

function isWhole(schema: Schema | undefined, value: number): boolean {
	return schema?.type !== 'number' && Number.isInteger(value);
}

const formatPrograms: Readonly<Record<string, string>> = {
	'date-time': 'timestamp(text)',
	'date': "timestamp(text + 'T00:00:00Z')",
	'duration': 'duration(text)',
};

/** Texts of some formats have a type of their own. */
function convertFormat(format: string | undefined, text: string): CelInput {
	if (format === 'byte') return Uint8Array.from(Buffer.from(text, 'base64'));
	if (format === undefined || !Object.hasOwn(formatPrograms, format)) return text;
	const {parse, plan, cel} = loadInterpreter();
	const value = plan(parse(formatPrograms[format] ?? 'text'))({text});
	return cel.isCelError(value) ? text : value;
}

/** Iteration costs a step for each item. */
class RuleList extends Array<CelInput> {
	readonly #budget: Budget;

	constructor(items: readonly CelInput[], budget: Budget) {
		super();
		this.push(...items);
		this.#budget = budget;
	}

	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}

	override *values(): ArrayIterator<CelInput> {
		for (let index = 0; index < this.length; index++) {
			this.#budget.spend();
			yield this[index] as CelInput;
		}
		return undefined;
	}
}

/** An object whose values are converted when they are read. */
class RuleMap implements ReadonlyMap<string, CelInput> {
	readonly #schema: Schema | undefined;
	readonly #object: JsonObject;
	readonly #budget: Budget;

	constructor(schema: Schema | undefined, object: JsonObject, budget: Budget) {
		this.#schema = schema;
		this.#object = object;
		this.#budget = budget;
	}

	get size(): number {
		return Object.keys(this.#object).length;
	}

	get(key: string): CelInput | undefined {
		const name = Object.hasOwn(this.#object, key) ? key : this.#originalName(key);
		const value = name === undefined ? undefined : this.#object[name];
		if (name === undefined || value === undefined) return undefined;
		this.#budget.spend();
		return toRuleValue(this.#schema?.properties.get(name) ?? this.#schema?.values, value, this.#budget);
	}

	has(key: string): boolean {
		return this.get(key) !== undefined;
	}

	*keys(): MapIterator<string> {
		for (const key of Object.keys(this.#object)) {
			this.#budget.spend();
			yield key;
		}
		return undefined;
	}

	*values(): MapIterator<CelInput> {
		for (const [, value] of this.entries()) yield value;
		return undefined;
	}

	*entries(): MapIterator<[string, CelInput]> {
		for (const key of this.keys()) yield [key, this.get(key) as CelInput];
		return undefined;
	}

	[Symbol.iterator](): MapIterator<[string, CelInput]> {
		return this.entries();
	}

	forEach(callback: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
		for (const [key, value] of this.entries()) callback(value, key, this);
	}

	/** Only fields of the schema have a second name. */
	#originalName(key: string): string | undefined {
		if (!key.includes('__')) return undefined;
		return Object.keys(this.#object).find((name) => this.#schema?.properties.has(name) === true && fieldName(name) === key);
	}
}

const reserved: ReadonlySet<string> = new Set([
	'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let',
	'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
]);
const escapes: Readonly<Record<string, string>> = {'__': '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__'};

/** The identifier by which a rule names a field. */
export function fieldName(name: string): string {
	if (reserved.has(name)) return `__${name}__`;
	return name.replaceAll(/__|[.\-/]/g, (found) => escapes[found] ?? found);
}
