import {checkGrant} from '../fit.ts';
import type {Fleet} from '../fleet.ts';
import {resolveChoice, type Resolved} from './resolve.ts';
import {controllerRevisions, makeRevision, needOf, revisionName, type Bytes, type Revision} from './revision.ts';
import {
	checkAuthor, configMaps, describeTenant, findHeld, readBytes, type ConfigMap, type SourceError,
} from './source.ts';
import type {Newest} from './steer.ts';
import type {ValidTenant} from '../tenant/registry.ts';
import type {FemtoContainer, FemtoContainerStatus} from '../../protocol/generated/resources.ts';
import {failure, type Result} from '../../protocol/result.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';

/** Whether the newest spec can be run at all, before any device is looked at. */
export type Prepared =
	| {readonly kind: 'ready'; readonly newest: Newest}
	/** Its revision was just created; the cache tells when it is there. */
	| {readonly kind: 'creating'}
	/** `keep`: devices keep what they have; else the tenant may run nothing, and they lose it. */
	| {readonly kind: 'blocked'; readonly error: SourceError; readonly keep: boolean};

/** Makes the revision of a spec: finds the bytes, asks who signed them, resolves names, checks the grant. */
export class Preparation {
	readonly #api: KubeApi;
	readonly #fleet: Fleet;

	constructor(api: KubeApi, fleet: Fleet) {
		this.#api = api;
		this.#fleet = fleet;
	}

	async prepare(container: FemtoContainer): Promise<Prepared> {
		const {namespace = ''} = container.metadata;
		const tenant = this.#fleet.tenants.of(namespace);
		if (tenant.kind !== 'valid') {
			return block(describeTenant(tenant, namespace), false);
		}
		const revisions = this.#fleet.revisionsOf(container);
		const held = findHeld(container.spec.image.digest, revisions);
		const bytes: Result<Bytes, SourceError> = held === undefined
			? await this.#readBytes(container) : {ok: true, value: held};
		if (!bytes.ok) {
			return block(bytes.error, true);
		}
		const resolved = checkSpec(container, bytes.value, tenant);
		if (!resolved.ok) {
			return block(resolved.error, true);
		}
		const revision = await this.#ensureRevision(container, bytes.value, resolved.value, revisions);
		return revision === undefined ? {kind: 'creating'} : {kind: 'ready', newest: {container, revision, tenant}};
	}

	/** Deletes what no device is assigned to and nothing may return to; the newest other one stays to be looked at. */
	async prune(container: FemtoContainer, status: FemtoContainerStatus): Promise<void> {
		const kept = new Set([status.updatedRevision, status.currentRevision, status.previousRevision]);
		const others = this.#fleet.revisionsOf(container).filter(({name}) => !kept.has(name));
		if (others.length < 2) {
			return;
		}
		const used = this.#assignedRevisions(container.metadata.uid ?? '');
		const [, ...old] = others.toReversed();
		for (const {name, namespace} of old.filter(revision => !used.has(revision.name))) {
			await deleteRevision(this.#api, namespace, name);
		}
	}

	#assignedRevisions(uid: string): ReadonlySet<string> {
		const assigned = this.#fleet.devices.list().flatMap(({status}) => status?.assigned ?? []);
		return new Set(assigned.filter(entry => entry.container.uid === uid).map(({revision}) => revision));
	}

	async #readBytes({metadata, spec}: FemtoContainer): Promise<Result<Bytes, SourceError>> {
		const {name} = spec.image.configMap;
		try {
			const configMap = await this.#api.get<ConfigMap>({...configMaps, namespace: metadata.namespace ?? ''}, name);
			return readBytes(spec.image.digest, name, configMap);
		} catch (error) {
			if (isKubeError(error, 'NotFound')) {
				return readBytes(spec.image.digest, name, undefined);
			}
			throw error;
		}
	}

	/** Undefined while the created revision is not in the cache. */
	async #ensureRevision(
		container: FemtoContainer, bytes: Bytes, resolved: Resolved, revisions: readonly Revision[],
	): Promise<Revision | undefined> {
		const {namespace = '', name: containerName, uid} = container.metadata;
		const name = revisionName(containerName, container.spec.image.digest, resolved);
		const known = this.#fleet.revision(namespace, name);
		if (known !== undefined && known.owner === uid) {
			return known;
		}
		if (known !== undefined) {
			// Left by a FemtoContainer of the same name that is gone.
			await deleteRevision(this.#api, namespace, name);
			return undefined;
		}
		const object = makeRevision(container, name, bytes, resolved, (revisions.at(-1)?.number ?? 0) + 1);
		try {
			await this.#api.create({...controllerRevisions, namespace}, object);
		} catch (error) {
			if (!isKubeError(error, 'AlreadyExists')) {
				throw error;
			}
		}
		return undefined;
	}
}

/** What a spec comes to with its bytes: who signed them, which names it uses, what the grant allows. Pure. */
export function checkSpec(
	{metadata: {namespace = ''}, spec}: FemtoContainer, bytes: Bytes, tenant: ValidTenant,
): Result<Resolved, SourceError> {
	const error = checkAuthor(bytes, tenant, namespace);
	if (error !== undefined) {
		return failure(error);
	}
	const resolved = resolveChoice(spec, bytes.read.statement, bytes.program.parameters);
	if (!resolved.ok) {
		return failure({...resolved.error, transient: false});
	}
	const fit = checkGrant(needOf({...bytes, ...resolved.value}), tenant.grant);
	return fit.fits ? resolved : failure({reason: fit.reason, message: fit.message, transient: false});
}

/** Gone already is as good as deleted. */
export async function deleteRevision(api: KubeApi, namespace: string, name: string): Promise<void> {
	try {
		await api.delete({...controllerRevisions, namespace}, name);
	} catch (error) {
		if (!isKubeError(error, 'NotFound')) {
			throw error;
		}
	}
}

function block(error: SourceError, keep: boolean): Prepared {
	return {kind: 'blocked', error, keep};
}
