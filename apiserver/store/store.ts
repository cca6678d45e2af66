import type {Clock} from '../../runtime/clock.ts';
import type {
	DeleteOptions,
	KubeApi,
	KubeList,
	ListOptions,
	Patch,
	WatchEvent,
	WatchOptions,
	WriteOptions,
} from '../../runtime/kube/api.ts';
import type {Random} from '../../runtime/random.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {makeFilter} from './filter.ts';
import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {Kinds} from './kinds.ts';
import {cutPage, encodeContinue, planList} from './pages.ts';
import {applyAnyPatch} from './patch.ts';
import {prepareCreate, prepareUpdate} from './prepare.ts';
import {planExpiry} from './expiry.ts';
import {Removal} from './removal.ts';
import {admissionOf, checkPreconditions, namespaceOf} from './request.ts';
import {
	alreadyExists,
	badRequest,
	expiredContinue,
	expiredList,
	forbidden,
	invalid,
	notFound,
} from './refusals.ts';
import {metaOf, textOf} from './shape.ts';
import {Tables, type Draft} from './tables.ts';
import {asKube, Watch} from './watch.ts';

export interface StoreOptions {
	/** File of the database, or `:memory:`. */
	readonly path: string;
	readonly clock: Clock;
	/** Source of uids and generated names. */
	readonly random: Random;
	/** CustomResourceDefinitions to serve besides the built-in kinds. */
	readonly crds: readonly Readonly<Record<string, unknown>>[];
	/** Changes kept at least for watches; default 20,000. */
	readonly historyLength?: number;
	/** The database grows no further: a write that needs more is refused as on a full disk. Default: no bound. */
	readonly bytesMax?: number;
	/** What stands in the file now, beside a process that may be writing it; every write fails. */
	readonly readOnly?: boolean;
}

const generatedNameTries = 8;

/** The embedded Kubernetes API: what stands when a call returns is on the disk. */
export class Store implements KubeApi {
	readonly #kinds: Kinds;
	readonly #tables: Tables;
	readonly #environment: {readonly clock: Clock; readonly random: Random};

	constructor({path, clock, random, crds, historyLength = 20_000, bytesMax, readOnly = false}: StoreOptions) {
		this.#kinds = new Kinds(crds);
		this.#tables = new Tables(path, this.#kinds.all(), {historyLength, bytesMax, readOnly});
		this.#environment = {clock, random};
		if (readOnly) return;
		this.#makeDefaultNamespace();
		this.#collect(this.#tables.owners.allDependents());
	}

	/** All that is served. */
	get kinds(): readonly Kind[] {
		return this.#kinds.all();
	}

	/** Version of the newest change. */
	get resourceVersion(): string {
		return String(this.#tables.version);
	}

	/** Forgets the history up to a version, as the official server does every five minutes: older watches get 410. */
	compact(version: number): void {
		this.#tables.compact(version);
	}

	close(): void {
		this.#tables.close();
	}

	async get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T> {
		const kind = this.#kinds.find(ref);
		return asKube<T>(this.#existing(kind, namespaceOf(kind, ref), name));
	}

	async list<T extends KubeObject>(ref: ResourceRef, options: ListOptions = {}): Promise<KubeList<T>> {
		const kind = this.#kinds.find(ref);
		const filter = makeFilter(kind, {...options, namespace: ref.namespace});
		const {exact, atLeast, start} = planList(options);
		if (atLeast > this.#tables.version) await this.#tables.reach(atLeast, this.#environment.clock);
		const version = exact ?? this.#tables.version;
		const items = this.#tables.listAt(kind, filter, version);
		if (items === undefined) throw start === '' ? expiredList() : expiredContinue(encodeContinue(-1, start));
		const {items: some, continue: more} = cutPage(items, version, start, options.limit ?? 0);
		const page = {items: some.map((item) => asKube<T>(item)), resourceVersion: String(version)};
		return more === undefined ? page : {...page, continue: more};
	}

	watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
		const kind = this.#kinds.find(ref);
		const filter = makeFilter(kind, {...options, namespace: ref.namespace});
		if (!/^\d{0,15}$/.test(options.resourceVersion)) {
			const message = `Invalid value: ${JSON.stringify(options.resourceVersion)}: must be a version of this server`;
			throw invalid(kind, '', [{reason: 'FieldValueInvalid', field: 'resourceVersion', message}]);
		}
		return new Watch<T>(
			{
				kind,
				filter,
				history: this.#tables.history,
				clock: this.#environment.clock,
				currentVersion: () => this.#tables.version,
				currentObjects: () => this.#tables.list(kind, filter),
			},
			options,
		);
	}

	async create<T extends KubeObject>(ref: ResourceRef, object: T, options: WriteOptions = {}): Promise<T> {
		const kind = this.#kinds.find(ref);
		const namespace = kind.namespaced ? namespaceOf(kind, ref, object.metadata.namespace) : '';
		this.#checkNamespace(kind, namespace, object.metadata.name);
		const prepared = this.#prepareNew(kind, namespace, object, options);
		const expired = planExpiry(this.#tables, kind, this.#environment.clock.now());
		const made = this.#finish({kind, type: 'ADDED', object: prepared}, expired, options);
		const isOwned = metaOf(made)['ownerReferences'] !== undefined;
		if (isOwned && options.dryRun !== true) this.#collect([textOf(metaOf(made), 'uid')]);
		return asKube<T>(made);
	}

	async replace<T extends KubeObject>(ref: ResourceRef, object: T, options: WriteOptions = {}): Promise<T> {
		const kind = this.#kinds.find(ref);
		const namespace = namespaceOf(kind, ref, object.metadata.namespace);
		const existing = this.#existing(kind, namespace, object.metadata.name);
		return asKube<T>(this.#update(kind, object, existing, options, false));
	}

	async patch<T extends KubeObject>(
		ref: ResourceRef,
		name: string,
		patch: Patch,
		options: WriteOptions = {},
	): Promise<T> {
		const kind = this.#kinds.find(ref);
		const existing = this.#existing(kind, namespaceOf(kind, ref), name);
		const patched = applyAnyPatch(existing, patch);
		const patchedName = textOf(metaOf(patched), 'name');
		if (patchedName !== name) {
			throw badRequest(`the name of the object (${patchedName}) does not match the name on the URL (${name})`);
		}
		return asKube<T>(this.#update(kind, patched, existing, options, true));
	}

	async delete(
		ref: ResourceRef,
		name: string,
		{dryRun = false, preconditions = {}, propagationPolicy}: DeleteOptions = {},
	): Promise<KubeObject | undefined> {
		const kind = this.#kinds.find(ref);
		const existing = this.#existing(kind, namespaceOf(kind, ref), name);
		const meta = metaOf(existing);
		checkPreconditions(kind, name, meta, preconditions);
		if (kind.id === '/namespaces' && name === 'default') throw forbidden(kind, name, 'this namespace may not be deleted');
		const removal = this.#newRemoval();
		removal.delete(kind, existing, propagationPolicy);
		const drafts = removal.drafts();
		if (!dryRun) this.#tables.commit(drafts);
		const own = drafts.find((draft) => metaOf(draft.object)['uid'] === meta['uid']);
		if (own?.type === 'DELETED') return undefined;
		return asKube(dryRun ? (own?.object ?? existing) : this.#existing(kind, namespaceOf(kind, ref), name));
	}

	/** With `generateName` another name is tried when one is taken, as often as the official server does. */
	#prepareNew(kind: Kind, namespace: string, object: KubeObject, options: WriteOptions): JsonObject {
		const tries = (object.metadata.name ?? '') === '' ? generatedNameTries : 1;
		const admission = admissionOf(kind, options);
		for (let left = tries; ; left--) {
			const prepared = prepareCreate(kind, object, kind.namespaced ? namespace : undefined, admission, this.#environment);
			const name = textOf(metaOf(prepared), 'name');
			const taken = this.#tables.get(kind, namespace, name);
			if (taken === undefined) return prepared;
			if (left === 1) throw alreadyExists(kind, name, metaOf(taken)['deletionTimestamp'] !== undefined);
		}
	}

	#update(kind: Kind, input: object, existing: JsonObject, options: WriteOptions, patched: boolean): JsonObject {
		const prepared = prepareUpdate(kind, input, existing, {...admissionOf(kind, options), patched});
		if (prepared === existing) return existing;
		const meta = metaOf(prepared);
		if (meta['deletionTimestamp'] === undefined && meta['ownerReferences'] === metaOf(existing)['ownerReferences']) {
			return this.#finish({kind, type: 'MODIFIED', object: prepared, previous: existing}, [], options);
		}
		const removal = this.#newRemoval();
		removal.update(kind, prepared, existing);
		const drafts = removal.drafts();
		const own = drafts.find((draft) => metaOf(draft.object)['uid'] === meta['uid']);
		if (own === undefined) return existing;
		return this.#finish(own, drafts.filter((draft) => draft !== own), options);
	}

	/** Deletes those of the objects, by uid, whose owners are not there. */
	#collect(uids: readonly string[]): void {
		const removal = this.#newRemoval();
		for (const uid of uids) removal.collect(uid);
		this.#tables.commit(removal.drafts());
	}

	#newRemoval(): Removal {
		return new Removal(this.#tables, this.#kinds, this.#environment.clock.now());
	}

	#finish(draft: Draft, more: readonly Draft[], {dryRun = false}: WriteOptions): JsonObject {
		if (dryRun) return this.#tables.rehearse(draft);
		const [committed] = this.#tables.commit([draft, ...more]);
		return committed ?? draft.object;
	}

	#existing(kind: Kind, namespace: string, name: string): JsonObject {
		const object = this.#tables.get(kind, namespace, name);
		if (object === undefined) throw notFound(kind, name);
		return object;
	}

	#checkNamespace(kind: Kind, namespace: string, name: string): void {
		if (!kind.namespaced) return;
		const found = this.#tables.get(this.#kinds.namespaces, '', namespace);
		if (found === undefined) throw notFound(this.#kinds.namespaces, namespace);
		if (metaOf(found)['deletionTimestamp'] !== undefined) {
			const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
			throw forbidden(kind, name, why, {reason: 'NamespaceTerminating', field: 'metadata.namespace'});
		}
	}

	#makeDefaultNamespace(): void {
		const kind = this.#kinds.namespaces;
		if (this.#tables.get(kind, '', 'default') !== undefined) return;
		const object = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'default'}};
		const prepared = prepareCreate(kind, object, undefined, admissionOf(kind, {}), this.#environment);
		this.#tables.commit([{kind, type: 'ADDED', object: prepared}]);
	}
}
