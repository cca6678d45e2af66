import type {KubeApi} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {messageOf} from '../fail.ts';
import type {JsonObject} from '../yaml.ts';
import type {DesiredSource} from './desired.ts';
import {appliedCollections, toApplied, type AppliedObject} from './resources.ts';

/** Marks what `--apply` has made, so that a later run knows what to delete. */
const ownerLabel = 'femtofleet.dev/applied-by';
const ownerName = 'femto-apply';
/** The source an object came from: while it has an error, its objects stay. */
const sourceAnnotation = 'femtofleet.dev/source';

/** One line a change or a problem, for the user. */
export type Say = (line: string) => void;

/** Makes the API hold what the sources want: creates, updates, and deletes what no source wants any more. */
export async function applyDesired(api: KubeApi, sources: readonly DesiredSource[], say: Say): Promise<void> {
	const failed = new Set(sources.flatMap(({source, error}) => (error === undefined ? [] : [source])));
	sources.forEach(({source, error}) => error !== undefined && say(`apply: ${source}: ${error}`));
	const wanted = new Set<string>();
	for (const {source, objects = []} of sources) {
		for (const object of objects) {
			try {
				const applied = toApplied(object);
				wanted.add(keyOf(applied.ref, applied.object));
				await applyOne(api, mark(applied, source), say);
			} catch (error) {
				failed.add(source);
				say(`apply: ${source}: ${messageOf(error)}`);
			}
		}
	}
	await prune(api, wanted, failed, say);
}

function keyOf(ref: ResourceRef, {metadata}: KubeObject): string {
	return [ref.plural, metadata.namespace ?? '', metadata.name].join('/');
}

function mark(applied: AppliedObject, source: string): AppliedObject {
	const {metadata} = applied.object;
	const labels = {...metadata.labels, [ownerLabel]: ownerName};
	const annotations = {...metadata.annotations, [sourceAnnotation]: source};
	return {...applied, object: {...applied.object, metadata: {...metadata, labels, annotations}}};
}

async function applyOne(api: KubeApi, applied: AppliedObject, say: Say): Promise<void> {
	const {ref, object, label} = applied;
	await ensureNamespace(api, ref.namespace);
	const live = await read(api, ref, object.metadata.name);
	if (live === undefined) {
		await api.create(ref, object);
		say(`apply: ${label} created`);
		return;
	}
	const updated = await api.replace(ref, merge(live, object));
	if (updated.metadata.resourceVersion !== live.metadata.resourceVersion) {
		say(`apply: ${label} configured`);
	}
}

/** The user's fields replace the live ones; what the server and the controller wrote stays. */
function merge(live: KubeObject & JsonObject, object: KubeObject & JsonObject): KubeObject {
	const metadata = {
		...live.metadata,
		labels: {...live.metadata.labels, ...object.metadata.labels},
		annotations: {...live.metadata.annotations, ...object.metadata.annotations},
	};
	const {status: _ignored, ...rest} = object;
	return {...live, ...rest, metadata};
}

async function ensureNamespace(api: KubeApi, namespace: string | undefined): Promise<void> {
	const ref = {group: '', version: 'v1', plural: 'namespaces'};
	if (namespace !== undefined && (await read(api, ref, namespace)) === undefined) {
		await api.create(ref, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}});
	}
}

async function read(api: KubeApi, ref: ResourceRef, name: string): Promise<(KubeObject & JsonObject) | undefined> {
	try {
		return await api.get<KubeObject & JsonObject>(ref, name);
	} catch (error) {
		if (isKubeError(error, 'NotFound')) {
			return undefined;
		}
		throw error;
	}
}

async function prune(api: KubeApi, wanted: ReadonlySet<string>, failed: ReadonlySet<string>, say: Say): Promise<void> {
	for (const collection of appliedCollections.toReversed()) {
		const {items} = await api.list(collection, {labelSelector: `${ownerLabel}=${ownerName}`});
		for (const object of items) {
			const source = object.metadata.annotations?.[sourceAnnotation] ?? '';
			if (wanted.has(keyOf(collection, object)) || failed.has(source) || object.metadata.deletionTimestamp !== undefined) {
				continue;
			}
			const {name, namespace} = object.metadata;
			await api.delete({...collection, ...(namespace === undefined ? {} : {namespace})}, name);
			say(`apply: ${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name} deleted`);
		}
	}
}
