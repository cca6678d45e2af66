import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {UsageError} from '../fail.ts';
import type {JsonObject} from '../yaml.ts';

interface AppliedKind {
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly namespaced: boolean;
}

/** Kinds that `--apply` takes. What an earlier kind holds, a later one may need. */
const kinds: Readonly<Record<string, AppliedKind>> = {
	Namespace: {group: '', version: 'v1', plural: 'namespaces', namespaced: false},
	ConfigMap: {group: '', version: 'v1', plural: 'configmaps', namespaced: true},
	FemtoTenant: {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtotenants', namespaced: false},
	FemtoDevice: {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices', namespaced: false},
	FemtoContainer: {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtocontainers', namespaced: true},
};

export interface AppliedObject {
	readonly ref: ResourceRef;
	readonly object: KubeObject & JsonObject;
	/** `<kind> <namespace>/<name>`, or without the namespace. */
	readonly label: string;
}

/** Collections in the order in which they are applied; deleted in the reverse one. */
export const appliedCollections: readonly ResourceRef[] =
	Object.values(kinds).map(({group, version, plural}) => ({group, version, plural}));

/** @throws UsageError naming the object and the rule that it breaks. */
export function toApplied(object: JsonObject): AppliedObject {
	const {apiVersion, kind, metadata} = object as unknown as Partial<KubeObject>;
	const found = Object.hasOwn(kinds, String(kind)) ? kinds[String(kind)] : undefined;
	const wanted = found === undefined ? undefined : apiVersionOf(found.group, found.version);
	if (found === undefined || wanted !== apiVersion) {
		const known = Object.entries(kinds).map(([name, {group, version}]) => `${apiVersionOf(group, version)} ${name}`);
		throw new UsageError(`Cannot apply ${String(apiVersion)} ${String(kind)}: one of ${known.join(', ')} required`);
	}
	if (typeof metadata?.name !== 'string' || metadata.name === '') {
		throw new UsageError(`Cannot apply ${String(kind)}: metadata.name is ${JSON.stringify(metadata?.name)}, a name required`);
	}
	const namespace = found.namespaced ? metadata.namespace ?? 'default' : undefined;
	const {group, version, plural} = found;
	return {
		ref: {group, version, plural, ...(namespace === undefined ? {} : {namespace})},
		object: {...object, metadata: {...metadata, ...(namespace === undefined ? {} : {namespace})}} as KubeObject & JsonObject,
		label: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${metadata.name}`,
	};
}

function apiVersionOf(group: string, version: string): string {
	return group === '' ? version : `${group}/${version}`;
}
