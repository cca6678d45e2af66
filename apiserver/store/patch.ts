import {applyPatch} from 'rfc6902';
import type {JsonPatchOperation, Patch} from '../../runtime/kube/api.ts';
import {copyJson, isObject, setOwn, type Json, type JsonObject, type MutableObject} from './json.ts';
import {badRequest, patchNotApplicable, patchTooLong} from './refusals.ts';

const operationsMax = 10_000;
const operations: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * The object after a patch; `object` stays as it is.
 * @throws KubeError 400 for what is no patch, 422 for a patch that does not apply.
 */
export function applyAnyPatch(object: JsonObject, patch: Patch): JsonObject {
	const result = isJsonPatch(patch) ? applyJsonPatch(object, patch) : mergePatch(object, toJson(patch));
	if (!isObject(result)) throw badRequest('the patch does not leave an object');
	return result;
}

function isJsonPatch(patch: Patch): patch is readonly JsonPatchOperation[] {
	return Array.isArray(patch);
}

function toJson(patch: unknown): Json {
	try {
		return copyJson(patch);
	} catch (error) {
		throw badRequest(`error decoding patch: ${String(error)}`);
	}
}

/** RFC 7396. Shares what the patch leaves alone. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
	if (!isObject(patch)) return patch;
	const result: MutableObject = isObject(target) ? {...target} : {};
	for (const [key, value] of Object.entries(patch)) {
		if (value === null) delete result[key];
		else setOwn(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
	}
	return result;
}

/** RFC 6902: all operations or none. */
function applyJsonPatch(object: JsonObject, patch: readonly JsonPatchOperation[]): Json {
	if (patch.length > operationsMax) throw patchTooLong(patch.length, operationsMax);
	const bad = patch.find(
		(operation) => !isObject(operation) || !operations.has(operation['op']) || typeof operation['path'] !== 'string',
	);
	if (bad !== undefined) throw patchNotApplicable(`${JSON.stringify(bad)} is no operation of RFC 6902`);
	// The library changes its first argument, and puts values of the second into it.
	const root = {object: copyJson(object)};
	const copies = patch.map((operation) => ({
		...operation,
		path: `/object${operation.path}`,
		...(operation.from === undefined ? {} : {from: `/object${operation.from}`}),
		...(operation.value === undefined ? {} : {value: toJson(operation.value)}),
	}));
	for (const copy of copies) {
		const [failure] = applyPatch(root, [copy as Parameters<typeof applyPatch>[1][number]]);
		if (failure !== null && failure !== undefined)
			throw patchNotApplicable((failure.message || failure.name).replace('/object/', '/'));
	}
	return root.object;
}
