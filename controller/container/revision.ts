import {base64ToBytes, bytesToBase64} from '../base64.ts';
import type {ContainerNeed} from '../fit.ts';
import type {Resolved} from './resolve.ts';
import {bytesToHex, sha256, utf8ToBytes} from '../../protocol/crypto.ts';
import type {FemtoContainer} from '../../protocol/generated/resources.ts';
import type {Program} from '../../protocol/image/program.ts';
import {unpackImage} from '../../protocol/image/unpack.ts';
import {readStatement, type ReadStatement} from '../../protocol/statement.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';

/** `apps/v1 ControllerRevision` as this controller uses it: never changed once it is created. */
export interface ControllerRevision extends KubeObject {
	readonly data: RevisionData;
	readonly revision: number;
}

export const controllerRevisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions'} as const;

/** Label with the uid of the FemtoContainer: tells these revisions from those of a cluster's own workloads. */
export const ownerLabel = 'femtofleet.dev/container-uid';

/** Annotation of a FemtoContainer that its next revision takes over: why it was made, for `femto rollout history`. */
const changeCause = 'kubernetes.io/change-cause';

/** Everything that a device needs to run it, except for grant and policies. */
export interface RevisionData extends Resolved {
	/** Base64. */
	readonly statement: string;
	readonly image: string;
}

/** Statement and image, read and in agreement with each other; whose signature it is has not been looked at. */
export interface Bytes {
	readonly statementBytes: Uint8Array;
	readonly imageBytes: Uint8Array;
	readonly read: ReadStatement;
	readonly program: Program;
}

/** A revision, decoded. */
export interface Revision extends Bytes, Resolved {
	readonly name: string;
	readonly namespace: string;
	/** Uid of its FemtoContainer. */
	readonly owner: string;
	readonly number: number;
	/** `sha256:…` of the statement, as spec.image.digest has it. */
	readonly digest: string;
	/** First 16 bytes of it. */
	readonly digest16: Uint8Array;
}

/** `<container>-<hash>`: the same statement, hooks, parameters and limits always have the same name. */
export function revisionName(container: string, digest: string, resolved: Resolved): string {
	const {hooks, parameters, instructionsPerRun} = resolved;
	const attachments = hooks.map(({hook, order, parameters: values}) => [hook, order, values]);
	const text = JSON.stringify([digest, attachments, parameters, instructionsPerRun]);
	return `${container.slice(0, 240)}-${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 10)}`;
}

/** The object to create; `number` counts the revisions of the container from 1. */
export function makeRevision(
	container: FemtoContainer, name: string, bytes: Bytes, resolved: Resolved, number: number,
): ControllerRevision {
	const {apiVersion, kind, metadata} = container;
	const owner = {apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true};
	const {hooks, parameters, instructionsPerRun} = resolved;
	const cause = metadata.annotations?.[changeCause];
	return {
		apiVersion: 'apps/v1',
		kind: 'ControllerRevision',
		metadata: {
			name, namespace: metadata.namespace ?? '', labels: {[ownerLabel]: owner.uid},
			...(cause === undefined ? {} : {annotations: {[changeCause]: cause}}),
			ownerReferences: [{...owner, blockOwnerDeletion: true}],
		},
		revision: number,
		data: {
			statement: bytesToBase64(bytes.statementBytes), image: bytesToBase64(bytes.imageBytes),
			hooks, parameters, instructionsPerRun,
		},
	};
}

/** Decodes a revision that this controller made; undefined for one that somebody else made or changed. */
export function parseRevision(object: ControllerRevision): Revision | undefined {
	const {name, namespace = '', ownerReferences = []} = object.metadata;
	const owner = ownerReferences.find(({kind}) => kind === 'FemtoContainer')?.uid;
	const statementBytes = base64ToBytes(object.data?.statement ?? '');
	const imageBytes = base64ToBytes(object.data?.image ?? '');
	if (owner === undefined || statementBytes === undefined || imageBytes === undefined) {
		return undefined;
	}
	const read = readStatement(statementBytes);
	const program = unpackImage(imageBytes);
	if (!read.ok || !program.ok) {
		return undefined;
	}
	const {hooks, parameters, instructionsPerRun} = object.data;
	const hash = sha256(statementBytes);
	return {
		name, namespace, owner, number: object.revision, digest: `sha256:${bytesToHex(hash)}`,
		digest16: hash.slice(0, 16), statementBytes, imageBytes, read: read.value, program: program.value,
		hooks, parameters, instructionsPerRun,
	};
}

/** What it asks of a device. */
export function needOf(parts: Bytes & Resolved): ContainerNeed {
	const {read, program, statementBytes, imageBytes, hooks, instructionsPerRun} = parts;
	const {permissions, resources} = read.statement;
	const dataBytes = program.data.length + program.bssSize;
	return {
		hooks: hooks.map(({hook}) => hook),
		permissions,
		ramBytes: program.text.length + program.rodata.length + dataBytes + program.stackSize,
		quotaRamBytes: resources.dataBytes + resources.stackBytes,
		flashBytes: statementBytes.length + imageBytes.length,
		instructionsPerRun: instructionsPerRun || resources.instructionsPerRun,
		sequence: read.statement.sequence,
	};
}
