import type {KubeApi} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {messageOf, UsageError} from '../fail.ts';
import type {JsonObject} from '../yaml.ts';
import type {DesiredSource} from './desired.ts';
import {Problems} from './problems.ts';
import {appliedCollections, toApplied, type AppliedObject} from './resources.ts';

/** Marks what `--apply` has made, so that a later run knows what to delete. */
const ownerLabel = 'femtofleet.dev/applied-by';
const ownerName = 'femto-apply';
/** The source an object came from: while it has an error, its objects stay. */
const sourceAnnotation = 'femtofleet.dev/source';

/** The controller may write a status in between; more conflicts than this have another cause. */
const triesMax = 5;

/** One line a change or a problem, for the user. */
export type Say = (line: string) => void;

/** Makes the API hold what the sources want: creates, updates, and deletes what no source wants any more. */
export class Applier {
	readonly #api: KubeApi;
	readonly #say: Say;
	readonly #problems: Problems;

	constructor(api: KubeApi, say: Say) {
		this.#api = api;
		this.#say = say;
		this.#problems = new Problems(say);
	}

	/** Resolves with the number of sources that have a problem; what those had made before stays. */
	async apply(sources: readonly DesiredSource[]): Promise<number> {
		const failed = new Map<string, string[]>();
		const wanted = new Map<string, string>();
		for (const {source, error, objects = []} of sources) {
			failed.set(source, error === undefined ? [] : [error]);
			for (const object of objects) {
				try {
					await this.#applyOne(object, source, wanted);
				} catch (problem) {
					failed.get(source)?.push(messageOf(problem));
				}
			}
		}
		this.#problems.tell(sources, failed);
		const withProblem = new Set([...failed].filter(([, problems]) => problems.length > 0).map(([source]) => source));
		await this.#prune(wanted, withProblem);
		return withProblem.size;
	}

	async #applyOne(wish: JsonObject, source: string, wanted: Map<string, string>): Promise<void> {
		const {ref, object, label} = toApplied(wish);
		const key = keyOf(ref, object);
		const other = wanted.get(key);
		if (other !== undefined) {
			const problem = other === source ? 'it stands here twice' : `it is also in ${other}`;
			throw new UsageError(`Cannot apply ${label}: ${problem}`);
		}
		wanted.set(key, source);
		const change = await this.#put({ref, label, object: mark(object, source)});
		if (change !== undefined && !isBuiltConfigMap(object)) {
			this.#say(`apply: ${label} ${change}`);
		}
	}

	async #put({ref, object}: AppliedObject): Promise<'created' | 'configured' | undefined> {
		await this.#ensureNamespace(ref.namespace);
		// What the schema does not know is a mistake of writing, never dropped in silence.
		const options = {fieldValidation: 'Strict'} as const;
		for (let attempt = 1; ; attempt++) {
			const live = await this.#read(ref, object.metadata.name);
			try {
				if (live === undefined) {
					await this.#api.create(ref, object, options);
					return 'created';
				}
				const updated = await this.#api.replace(ref, merge(live, object), options);
				return updated.metadata.resourceVersion === live.metadata.resourceVersion ? undefined : 'configured';
			} catch (error) {
				if (attempt === triesMax || !(isKubeError(error, 'Conflict') || isKubeError(error, 'AlreadyExists'))) {
					throw error;
				}
			}
		}
	}

	async #ensureNamespace(namespace: string | undefined): Promise<void> {
		const ref = {group: '', version: 'v1', plural: 'namespaces'};
		if (namespace !== undefined && (await this.#read(ref, namespace)) === undefined) {
			await this.#api.create(ref, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}});
		}
	}

	async #read(ref: ResourceRef, name: string): Promise<(KubeObject & JsonObject) | undefined> {
		try {
			return await this.#api.get<KubeObject & JsonObject>(ref, name);
		} catch (error) {
			if (isKubeError(error, 'NotFound')) {
				return undefined;
			}
			throw error;
		}
	}

	async #prune(wanted: ReadonlyMap<string, string>, failed: ReadonlySet<string>): Promise<void> {
		for (const collection of appliedCollections.toReversed()) {
			const {items} = await this.#api.list<KubeObject & JsonObject>(collection, {
				labelSelector: `${ownerLabel}=${ownerName}`,
			});
			for (const object of items) {
				const {name, namespace, annotations, deletionTimestamp} = object.metadata;
				const isKept = wanted.has(keyOf(collection, object)) || failed.has(annotations?.[sourceAnnotation] ?? '');
				if (isKept || deletionTimestamp !== undefined) {
					continue;
				}
				await this.#api.delete({...collection, ...(namespace === undefined ? {} : {namespace})}, name);
				if (!isBuiltConfigMap(object)) {
					this.#say(`apply: ${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name} deleted`);
				}
			}
		}
	}
}

function keyOf(ref: ResourceRef, {metadata}: KubeObject): string {
	return [ref.plural, metadata.namespace ?? '', metadata.name].join('/');
}

/** Bytes that a build made: their FemtoContainer is what the user hears of. */
function isBuiltConfigMap({kind, immutable, binaryData}: KubeObject & JsonObject): boolean {
	return kind === 'ConfigMap' && immutable === true && Object.hasOwn(Object(binaryData), 'statement');
}

function mark(object: KubeObject & JsonObject, source: string): KubeObject & JsonObject {
	const {metadata} = object;
	const labels = {...metadata.labels, [ownerLabel]: ownerName};
	const annotations = {...metadata.annotations, [sourceAnnotation]: source};
	return {...object, metadata: {...metadata, labels, annotations}};
}

/** The user's fields replace the live ones; what the server and the controller wrote stays. */
function merge(live: KubeObject & JsonObject, object: KubeObject & JsonObject): KubeObject & JsonObject {
	const metadata = {
		...live.metadata,
		labels: {...live.metadata.labels, ...object.metadata.labels},
		annotations: {...live.metadata.annotations, ...object.metadata.annotations},
	};
	const {status} = live;
	return {...object, metadata, ...(status === undefined ? {} : {status})};
}
