import type {KubeApi, WriteOptions} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {isObject, type Json, type JsonObject} from '../store/json.ts';
import {objectOrEmpty} from '../store/shape.ts';
import {badRequest} from '../store/refusals.ts';

const attemptsMax = 5;

/**
 * A strategic merge patch of a built-in kind, which is what kubectl sends for those. Carried out as a merge patch: only
 * lists that the official types merge need a look at the object, and then the write is guarded by its version.
 */
export async function patchStrategically(
	api: KubeApi,
	ref: ResourceRef,
	name: string,
	patch: Readonly<Record<string, unknown>>,
	options: WriteOptions,
): Promise<KubeObject> {
	for (let attempt = 1; ; attempt++) {
		const current = await api.get(ref, name);
		const {merged, looked} = toMergePatch(current as unknown as JsonObject, patch as JsonObject);
		const {resourceVersion} = current.metadata;
		const guarded = {...merged, metadata: {...objectOrEmpty(merged['metadata']), resourceVersion}};
		try {
			return await api.patch(ref, name, looked ? guarded : merged, options);
		} catch (error) {
			if (!looked || attempt === attemptsMax || !isKubeError(error, 'Conflict')) throw error;
		}
	}
}

/** Lists that the official types of our built-in kinds merge, with the key of their items; '' for plain values. */
const mergedLists: Readonly<Record<string, string>> = {'metadata.finalizers': '', 'metadata.ownerReferences': 'uid'};

/** The same change as RFC 7396 says it; `looked`: it depends on what the object holds now. */
export function toMergePatch(current: JsonObject, patch: JsonObject): {readonly merged: JsonObject; readonly looked: boolean} {
	let looked = false;
	const translate = (now: Json | undefined, change: JsonObject, path: string): JsonObject => {
		const {$patch: directive, $retainKeys: retained} = change;
		if (directive !== undefined && directive !== 'merge' && directive !== 'replace') {
			throw badRequest(`unable to apply patch: directive $patch: ${JSON.stringify(directive)} at ${path || 'the root'}`);
		}
		const own = isObject(now) ? now : {};
		const result: Record<string, Json> = {};
		const kept = directive === 'replace' ? [] : Array.isArray(retained) ? (retained as readonly Json[]) : undefined;
		if (kept !== undefined) {
			looked = true;
			for (const key of Object.keys(own)) if (!kept.includes(key)) result[key] = null;
		}
		for (const [key, value] of Object.entries(change)) {
			const [, command, target = ''] = /^\$(patch|retainKeys|setElementOrder|deleteFromPrimitiveList)(?:\/(.*))?$/.exec(key) ?? [];
			const field = path === '' ? target || key : `${path}.${target || key}`;
			if (command === 'deleteFromPrimitiveList') {
				looked = true;
				const list = listOf(result[target] ?? own[target]);
				result[target] = list.filter((item) => !listOf(value).includes(item));
			} else if (command !== undefined) {
				continue;
			} else if (Array.isArray(value) && mergedLists[field] !== undefined) {
				looked = true;
				const order = listOf(change[`$setElementOrder/${key}`]);
				result[key] = mergeLists(listOf(result[key] ?? own[key]), value as readonly Json[], mergedLists[field], order);
			} else {
				result[key] = isObject(value) ? translate(own[key], value, field) : value;
			}
		}
		return result;
	};
	return {merged: translate(current, patch, ''), looked};
}

/**
 * Items in the order that the patch gives, or else in the patch's own; what it does not name keeps its place before those that
 * it stood before. So does the official server.
 */
function mergeLists(now: readonly Json[], change: readonly Json[], key: string, order: readonly Json[]): readonly Json[] {
	const idOf = (item: Json): Json | undefined => (key !== '' && isObject(item) ? item[key] : item);
	const find = (list: readonly Json[], id: Json | undefined): number => list.findIndex((item) => idOf(item) === id);
	const gone = new Set(change.filter((item) => isObject(item) && item['$patch'] === 'delete').map(idOf));
	const named = [...new Set([...order, ...change].map(idOf))].filter((id) => !gone.has(id));
	const rest = now.filter((item) => !named.includes(idOf(item)) && !gone.has(idOf(item)));
	const result: Json[] = [];
	for (const id of named) {
		const [place, changed] = [find(now, id), change[find(change, id)]];
		while (rest[0] !== undefined && find(now, idOf(rest[0])) < place) result.push(...rest.splice(0, 1));
		const item = isObject(changed) && place >= 0 ? {...(now[place] as JsonObject), ...changed} : (changed ?? now[place]);
		if (item !== undefined) result.push(item);
	}
	return [...result, ...rest];
}

function listOf(value: Json | undefined): readonly Json[] {
	return Array.isArray(value) ? (value as readonly Json[]) : [];
}
