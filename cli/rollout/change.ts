import {femtoContainers, type FemtoContainer} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {CommandError} from '../fail.ts';
import {describeFields} from '../output/fields.ts';
import {Table} from '../output/table.ts';
import type {Session} from '../session.ts';
import {chooseRevision, describeRevision, historyColumns} from './history.ts';
import {
	asksFor, controllerRevisions, decodeBase64, digestOf, ownerLabel, patchTo, readRevision, type Revision, type StoredRevision,
} from './revision.ts';

export interface ChangeWish {
	/** The server checks and answers, and keeps nothing. */
	readonly dryRun: boolean;
	/** Say the kubectl command that does the same, on standard error. */
	readonly verbose: boolean;
}

/** `rollout pause` and `rollout resume`. @throws CommandError when it is so already. */
export function setPaused(session: Session, name: string, paused: boolean, wish: ChangeWish): Promise<void> {
	return onNewest(() => setPausedOnce(session, name, paused, wish));
}

async function setPausedOnce(session: Session, name: string, paused: boolean, wish: ChangeWish): Promise<void> {
	const container = await session.api.get<FemtoContainer>(refOf(session), name);
	if (container.spec.paused === paused) {
		throw new CommandError(`femtocontainers.femtofleet.dev "${name}" is ${paused ? 'already' : 'not'} paused`);
	}
	await change(session, container, {spec: {paused}}, wish);
	tell(session, name, paused ? 'paused' : 'resumed', wish);
}

/** `rollout undo`: writes the spec back to a revision. What a revision does not hold stays: selector, policies, waves. */
export function undo(session: Session, name: string, wanted: number | undefined, wish: ChangeWish): Promise<void> {
	return onNewest(() => undoOnce(session, name, wanted, wish));
}

async function undoOnce(session: Session, name: string, wanted: number | undefined, wish: ChangeWish): Promise<void> {
	const container = await session.api.get<FemtoContainer>(refOf(session), name);
	const chosen = chooseRevision(container, await listRevisions(session, container), wanted);
	if (!chosen.ok) {
		throw new CommandError(chosen.error);
	}
	const {number, digest} = chosen.value;
	if (asksFor(container.spec, chosen.value)) {
		session.console.out(`femtocontainer.femtofleet.dev/${name} skipped rollback (the spec already matches revision ${number})\n`);
		return;
	}
	const configMap = await findBytes(session.api, container, digest);
	await change(session, container, patchTo(container.spec, chosen.value, configMap), wish);
	tell(session, name, 'rolled back', wish);
	if (configMap === undefined) {
		session.console.error(
			`note: no ConfigMap with the bytes of revision ${number} was found; the revision itself holds them, which is enough here`);
	}
	if (container.spec.paused) {
		session.console.error(`note: spec.paused is true: no device moves before femto rollout resume fc/${name}`);
	}
}

/** `rollout history`. */
export async function showHistory(session: Session, name: string, wanted: number | undefined): Promise<void> {
	const {clock, console} = session;
	const container = await session.api.get<FemtoContainer>(refOf(session), name);
	const revisions = await listRevisions(session, container);
	const title = `femtocontainer.femtofleet.dev/${name}`;
	if (wanted === undefined || wanted === 0) {
		console.out(`${title}\n${new Table(historyColumns(container, clock.now())).print(revisions)}`);
		return;
	}
	const found = chooseRevision(container, revisions, wanted);
	if (!found.ok) {
		throw new CommandError(found.error);
	}
	console.out(`${title} with revision #${wanted}\n${describeFields(describeRevision(container, found.value))}`);
}

function refOf({namespace}: Session): ResourceRef {
	return {...femtoContainers, namespace};
}

/** Those of this container, by number. One that somebody else has made is left out. */
async function listRevisions({api, namespace}: Session, {metadata: {uid = ''}}: FemtoContainer): Promise<readonly Revision[]> {
	const {items} = await api.list<StoredRevision>({...controllerRevisions, namespace}, {labelSelector: `${ownerLabel}=${uid}`});
	return items.flatMap((item) => {
		const revision = readRevision(item);
		return revision.ok ? [revision.value] : [];
	}).toSorted((left, right) => left.number - right.number);
}

/** The ConfigMap that `femto build` makes for a statement, when it is still there and holds it. */
async function findBytes(api: KubeApi, {metadata, spec}: FemtoContainer, digest: string): Promise<string | undefined> {
	const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: metadata.namespace ?? ''};
	const stem = spec.image.configMap.name.replace(/-[0-9a-f]{8}$/, '');
	const name = `${stem}-${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`;
	try {
		const {binaryData} = await api.get<KubeObject & {readonly binaryData?: {readonly statement?: string}}>(configMaps, name);
		return digestOf(decodeBase64(binaryData?.statement)) === digest ? name : undefined;
	} catch (error) {
		if (isKubeError(error, 'NotFound') || isKubeError(error, 'Forbidden')) {
			return undefined;
		}
		throw error;
	}
}

const tries = 10;

/** The controller writes status all the time: what was decided on an older version is decided again. */
async function onNewest(run: () => Promise<void>): Promise<void> {
	for (let left = tries - 1; ; left--) {
		try {
			await run();
			return;
		} catch (error) {
			if (!isKubeError(error, 'Conflict') || left === 0) {
				throw error;
			}
		}
	}
}

/** Guarded: what was decided on a spec is not written over another one. */
async function change(
	session: Session, {metadata}: FemtoContainer, patch: Readonly<Record<string, unknown>>, {dryRun, verbose}: ChangeWish,
): Promise<void> {
	const {namespace, name, resourceVersion} = metadata;
	const guarded = resourceVersion === undefined ? patch : {...patch, metadata: {resourceVersion}};
	await session.api.patch(refOf(session), name, guarded, {dryRun, fieldManager: 'femto', fieldValidation: 'Strict'});
	if (verbose) {
		const dry = dryRun ? ' --dry-run=server' : '';
		session.console.error(
			`(kubectl patch fc ${name} -n ${namespace} --type=merge${dry} -p '${JSON.stringify(patch)}')`);
	}
}

function tell({console}: Session, name: string, what: string, {dryRun}: ChangeWish): void {
	console.out(`femtocontainer.femtofleet.dev/${name} ${what}${dryRun ? ' (server dry run)' : ''}\n`);
}
