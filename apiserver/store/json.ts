/** JSON as the store keeps it: deep-frozen, so that one copy may be shared by cache, log and callers. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
	readonly [key: string]: Json;
}
export type MutableObject = Record<string, Json>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets an own property also for the key `__proto__`, which plain assignment would not. */
export function setOwn(target: MutableObject, key: string, value: Json): void {
	if (key === '__proto__') {
		Object.defineProperty(target, key, {value, enumerable: true, configurable: true, writable: true});
	} else {
		target[key] = value;
	}
}

export function getOwn(object: JsonObject, key: string): Json | undefined {
	return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Equal as JSON: the order of keys does not matter. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
	if (left === right) return true;
	if (Array.isArray(left) && Array.isArray(right)) {
		return left.length === right.length && left.every((item: Json, index) => equalJson(item, right[index] as Json));
	}
	if (!isObject(left) || !isObject(right)) return false;
	const keys = Object.keys(left);
	return keys.length === Object.keys(right).length && keys.every((key) => equalJson(left[key], getOwn(right, key)));
}

/**
 * `next` with every part that equals the same part of `previous` replaced by it, so that versions of an object share
 * memory; `previous` itself when all is equal. `next` must be fresh: its parts are exchanged in place.
 */
export function reuse(previous: Json | undefined, next: Json): Json {
	if (previous === undefined || previous === next) return next;
	if (Array.isArray(previous) && Array.isArray(next)) {
		const items = next as Json[];
		items.forEach((item, index) => {
			items[index] = reuse(previous[index] as Json | undefined, item);
		});
		return previous.length === items.length && items.every((item, index) => item === previous[index])
			? (previous as Json)
			: (next as Json);
	}
	if (!isObject(previous) || !isObject(next)) return next;
	const keys = Object.keys(next);
	for (const key of keys) setOwn(next as MutableObject, key, reuse(getOwn(previous, key), next[key] as Json));
	const equal =
		keys.length === Object.keys(previous).length &&
		keys.every((key) => Object.hasOwn(previous, key) && previous[key] === next[key]);
	return equal ? previous : next;
}

/**
 * A copy that shares nothing with the input. Properties that are undefined are left out, as JSON.stringify does.
 * @throws TypeError for what JSON cannot hold.
 */
export function copyJson(value: unknown): Json {
	if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	if (Array.isArray(value)) return value.map(copyJson);
	if (isPlainObject(value)) {
		const result: MutableObject = {};
		for (const [key, child] of Object.entries(value)) {
			if (child !== undefined) setOwn(result, key, copyJson(child));
		}
		return result;
	}
	throw new TypeError(`Cannot store value: ${typeof value}, JSON required`);
}

function isPlainObject(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}

/** The text of a value in an error message, as the official server prints it: short values whole, objects as JSON. */
export function showJson(value: Json): string {
	return JSON.stringify(value);
}
