import {digest16} from '../../protocol/crypto.ts';
import {openMac0, sealMac0} from '../../protocol/cose.ts';
import {
	decodeHead, encodeAssignment, encodeDocument, encodeGrantReference, encodeHead, type Assignment, type Head,
} from '../../protocol/generated/messages.ts';
import {containersMax, grantsMax} from '../../protocol/schema/messages.ts';

/** What one device shall run, as the document says it. */
export interface DocumentContent {
	readonly reportPeriodSeconds: number;
	readonly wakeIntervalSeconds: number;
	readonly containers: readonly DocumentContainer[];
}

export interface DocumentContainer {
	readonly tenant: number;
	/** The signed grant. */
	readonly grant: Uint8Array;
	readonly assignment: Assignment;
}

export interface DeviceDocument {
	readonly bytes: Uint8Array;
	/** First 16 bytes of its SHA-256. */
	readonly digest: Uint8Array;
}

/**
 * The document of one device. The same content in any order gives the same bytes.
 * @throws RangeError when it breaks the schema; `measureDocument` tells before whether it fits.
 */
export function buildDocument(content: DocumentContent): DeviceDocument {
	const {reportPeriodSeconds, wakeIntervalSeconds} = content;
	const grants = [...grantsOf(content)].toSorted(([left], [right]) => left - right)
		.map(([tenant, grant]) => ({tenant, digest: digest16(grant)}));
	const containers = content.containers.map(({assignment}) => assignment)
		.toSorted((left, right) => left.localId - right.localId);
	const bytes = encodeDocument({reportPeriodSeconds, wakeIntervalSeconds, grants, containers});
	return {bytes, digest: digest16(bytes)};
}

/** Encoded size of a document; Infinity when it names more grants or containers than any may. */
export function measureDocument(content: DocumentContent): number {
	const {reportPeriodSeconds, wakeIntervalSeconds} = content;
	const grants = grantsOf(content);
	if (grants.size > grantsMax || content.containers.length > containersMax) {
		return Infinity;
	}
	const frame = encodeDocument({reportPeriodSeconds, wakeIntervalSeconds, grants: [], containers: []}).length;
	const references = [...grants.keys()].reduce((size, tenant) => size + grantReferenceBytes(tenant), 0);
	const assignments = content.containers.reduce(
		(size, {assignment}) => size + encodeAssignment(assignment).length, 0);
	// A list of 24 or more has a head of two bytes instead of one; grants are fewer.
	return frame + references + assignments + (content.containers.length > 23 ? 1 : 0);
}

/** What `measureDocument` never exceeds, found without encoding anything; Infinity as there. */
export function boundDocument({containers}: DocumentContent): number {
	if (new Set(containers.map(({tenant}) => tenant)).size > grantsMax || containers.length > containersMax) {
		return Infinity;
	}
	const assignments = containers.reduce((size, {assignment: {hooks, parameters}}) =>
		size + assignmentBytes + parameterBytes * parameters.length + hooks.reduce(
			(sum, attachment) => sum + attachmentBytes + parameterBytes * attachment.parameters.length, 0), 0);
	return frameBytes + containers.length * referenceBytes + assignments;
}

/** Greatest sizes: the map with its keys and two numbers, a grant reference, an assignment without its lists … */
const frameBytes = 20;
const referenceBytes = 23;
const assignmentBytes = 49;
const attachmentBytes = 8;
const parameterBytes = 5;

function grantsOf({containers}: DocumentContent): ReadonlyMap<number, Uint8Array> {
	return new Map(containers.map(({tenant, grant}) => [tenant, grant]));
}

function grantReferenceBytes(tenant: number): number {
	return encodeGrantReference({tenant, digest: new Uint8Array(16)}).length;
}

/** The retained message on f/<device>/d that points to `document`. */
export function sealHead(key: Uint8Array, desiredGeneration: number, document: DeviceDocument): Uint8Array {
	const {bytes, digest} = document;
	const head = encodeHead({desiredGeneration, documentDigest: digest, documentBytes: bytes.length});
	return sealMac0(key, 'head', head);
}

/** Undefined when `sealed` is not a head that was made with `key`. */
export function openHead(key: Uint8Array, sealed: Uint8Array): Head | undefined {
	const opened = openMac0(key, 'head', sealed);
	const head = opened.ok ? decodeHead(opened.value) : undefined;
	return head?.ok ? head.value : undefined;
}
