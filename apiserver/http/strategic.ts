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
				result[key] = mergeLists(listOf(result[key] ?? own[key]), value as readonly Json[], mergedLists[field]);
			} else {
				result[key] = isObject(value) ? translate(own[key], value, field) : value;
			}
		}
		return result;
	};
	return {merged: translate(current, patch, ''), looked};
}

function mergeLists(now: readonly Json[], change: readonly Json[], key: string): readonly Json[] {
	const idOf = (item: Json): Json | undefined => (key !== '' && isObject(item) ? item[key] : item);
	const result = [...now];
	for (const item of change) {
		const index = result.findIndex((other) => idOf(other) === idOf(item));
		if (isObject(item) && item['$patch'] === 'delete') {
			if (index >= 0) result.splice(index, 1);
		} else if (index < 0) {
			result.push(item);
		} else if (isObject(item)) {
			result[index] = {...(result[index] as JsonObject), ...item};
		}
	}
	return result;
}

function listOf(value: Json | undefined): readonly Json[] {
	return Array.isArray(value) ? (value as readonly Json[]) : [];
}
