import type {KubeApi} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {messageOf, UsageError} from '../fail.ts';
import type {JsonObject} from '../yaml.ts';
import type {DesiredSource} from './desired.ts';
import {Problems} from './problems.ts';
import {appliedCollections, toApplied, type AppliedObject} from './resources.ts';

/** Marks what was applied and by whom, so that a later run knows what to delete. */
const ownerLabel = 'femtofleet.dev/applied-by';
/** The source an object came from: while it has an error, its objects stay. */
const sourceAnnotation = 'femtofleet.dev/source';
/** kubectl's own: what was applied, so that what is taken out of a source goes from the object, whoever applies next. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The controller may write a status in between; more conflicts than this have another cause. */
const triesMax = 5;

/** One line a change or a problem, for the user. */
export type Say = (line: string) => void;

export interface ApplierOptions {
	readonly api: KubeApi;
	readonly owner: string;
	readonly say: Say;
}

/** Makes the API hold what the sources want: creates, updates, and deletes what no source wants any more. */
export class Applier {
	readonly #api: KubeApi;
	readonly #owner: string;
	readonly #say: Say;
	readonly #problems: Problems;

	/** `owner`: a label value that says whose objects these are; only they are ever deleted. */
	constructor({api, owner, say}: ApplierOptions) {
		this.#api = api;
		this.#owner = owner;
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
		const change = await this.#put({ref, label, object: mark(object, source, this.#owner)});
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
				labelSelector: `${ownerLabel}=${this.#owner}`,
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

function mark(object: KubeObject & JsonObject, source: string, owner: string): KubeObject & JsonObject {
	const {metadata} = object;
	const labels = {...metadata.labels, [ownerLabel]: owner};
	const annotations = {...metadata.annotations, [sourceAnnotation]: source};
	const marked = {...object, metadata: {...metadata, labels, annotations}};
	const lastApplied = {[lastAppliedAnnotation]: `${JSON.stringify(marked)}\n`};
	return {...marked, metadata: {...marked.metadata, annotations: {...annotations, ...lastApplied}}};
}

/** The user's fields replace the live ones; what the server and the controller wrote, or others added, stays. */
function merge(live: KubeObject & JsonObject, object: KubeObject & JsonObject): KubeObject & JsonObject {
	const before = lastApplied(live);
	const metadata = {
		...live.metadata,
		labels: mergeTexts(live.metadata.labels, object.metadata.labels, before?.metadata.labels),
		annotations: mergeTexts(live.metadata.annotations, object.metadata.annotations, before?.metadata.annotations),
	};
	const {status} = live;
	return {...object, metadata, ...(status === undefined ? {} : {status})};
}

type Texts = Readonly<Record<string, string>> | undefined;

function mergeTexts(live: Texts, wanted: Texts, before: Texts): Record<string, string> {
	const kept = Object.entries(live ?? {}).filter(([key]) => before?.[key] === undefined);
	return {...Object.fromEntries(kept), ...wanted};
}

function lastApplied({metadata}: KubeObject): KubeObject | undefined {
	try {
		const found = JSON.parse(metadata.annotations?.[lastAppliedAnnotation] ?? 'null') as KubeObject | null;
		return typeof found?.metadata === 'object' ? found : undefined;
	} catch {
		// Someone else wrote it: nothing is known to have been applied.
		return undefined;
	}
}
