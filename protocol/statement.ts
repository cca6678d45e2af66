import {signCose, verifyCose, type SealError} from './cose.ts';
import {bytesToHex, equalBytes, hexToBytes, sha256, utf8ToBytes} from './crypto.ts';
import {
	decodeSuitDigest, decodeSuitEnvelope, decodeSuitManifest, encodeSuitDigest, encodeSuitEnvelope, encodeSuitManifest,
	type Resources, type SuitManifest,
} from './generated/messages.ts';
import {failure, success, type Result} from './result.ts';
import {classId, statementBytesMax, vendorId} from './schema/messages.ts';

/** The signed manifest that lets one image run, without its SUIT clothing. */
export interface Statement {
	readonly tenant: number;
	/** `[a-z0-9-]{1,23}`. */
	readonly container: string;
	readonly sequence: number;
	/** SHA-256 of the packed image, 32 bytes. */
	readonly imageDigest: Uint8Array;
	readonly imageBytes: number;
	/** Hook ids, ascending. */
	readonly hooks: readonly number[];
	/** Bit n = helper number n. */
	readonly permissions: number;
	readonly resources: Resources;
	/** Lowest sequence that may run once this one is confirmed. */
	readonly floor?: number;
}

/** A statement that has been read: its own digest matches, its signature has not been looked at. */
export interface ReadStatement {
	readonly statement: Statement;
	/** What the tenant's key signs. */
	readonly signedPayload: Uint8Array;
	readonly signature: Uint8Array;
}

const containerName = /^[a-z0-9-]{1,23}$/;

/**
 * SUIT envelope (draft-ietf-suit-manifest-37) signed by a key of the tenant, ≤ 352 bytes.
 * @throws RangeError when a value breaks the profile.
 */
export function signStatement(tenantSecretKey: Uint8Array, statement: Statement): Uint8Array {
	if (!containerName.test(statement.container)) {
		throw new RangeError(`Cannot sign statement: container ${statement.container}, [a-z0-9-]{1,23} required`);
	}
	const manifest = encodeSuitManifest(toManifest(statement));
	const digest = encodeSuitDigest({digest: manifestDigest(manifest)});
	const signature = signCose(tenantSecretKey, 'statement', digest);
	return encodeSuitEnvelope({authentication: {digest, signature: {signature}}, manifest});
}

/** Reads a statement and checks what it says of itself; `verifyStatement` checks who says so. */
export function readStatement(bytes: Uint8Array): Result<ReadStatement, SealError> {
	if (bytes.length > statementBytesMax) {
		return malformed(`${bytes.length} bytes, at most ${statementBytesMax} required`);
	}
	const envelope = decodeSuitEnvelope(bytes);
	if (!envelope.ok) {
		return malformed(envelope.error.message);
	}
	const {authentication, manifest: manifestBytes} = envelope.value;
	const digest = decodeSuitDigest(authentication.digest);
	const manifest = decodeSuitManifest(manifestBytes);
	if (!digest.ok || !manifest.ok) {
		return malformed(digest.ok ? (manifest.ok ? '' : manifest.error.message) : digest.error.message);
	}
	if (!equalBytes(digest.value.digest, manifestDigest(manifestBytes))) {
		return failure({name: 'digest', message: 'the manifest does not hash to the digest in its envelope'});
	}
	const statement = fromManifest(manifest.value);
	return statement.ok
		? success({statement: statement.value, signedPayload: authentication.digest, signature: authentication.signature.signature})
		: malformed(statement.error);
}

/** Whether one of `publicKeys` has signed it. */
export function verifyStatement(read: ReadStatement, publicKeys: readonly Uint8Array[]): boolean {
	return publicKeys.some((key) => verifyCose(key, 'statement', read.signedPayload, read.signature));
}

function malformed(reason: string): {readonly ok: false; readonly error: SealError} {
	return failure({name: 'malformed', message: `not a statement: ${reason}`});
}

/** Covers the head of the byte string too (draft-ietf-suit-manifest-37, 8.3). */
function manifestDigest(manifest: Uint8Array): Uint8Array {
	const {length} = manifest;
	const head = length < 24 ? [0x40 + length] : length < 0x100 ? [0x58, length] : [0x59, length >> 8, length & 0xff];
	return sha256(Uint8Array.of(...head, ...manifest));
}

function toManifest(statement: Statement): SuitManifest {
	const tenant = new Uint8Array(4);
	new DataView(tenant.buffer).setUint32(0, statement.tenant);
	const {imageBytes, hooks, permissions, resources, floor} = statement;
	const parameters = {
		vendorId: hexToBytes(vendorId),
		classId: hexToBytes(classId),
		imageDigest: {digest: statement.imageDigest},
		imageBytes,
		hooks,
		permissions,
		resources,
		...(floor === undefined ? {} : {floor}),
	};
	return {
		sequence: statement.sequence,
		common: {
			components: {component: {tenant, container: utf8ToBytes(statement.container)}},
			sharedSequence: {parameters},
		},
		validate: {},
	};
}

function fromManifest({sequence, common}: SuitManifest): Result<Statement> {
	const {component} = common.components;
	const {parameters} = common.sharedSequence;
	const container = new TextDecoder().decode(component.container);
	if (!containerName.test(container)) {
		return failure(`container name ${JSON.stringify(container)}, [a-z0-9-]{1,23} required`);
	}
	if (bytesToHex(parameters.vendorId) !== vendorId || bytesToHex(parameters.classId) !== classId) {
		return failure('another vendor or hook ABI');
	}
	const {imageBytes, hooks, permissions, resources, floor} = parameters;
	return success({
		tenant: new DataView(component.tenant.buffer, component.tenant.byteOffset).getUint32(0),
		container,
		sequence,
		imageDigest: parameters.imageDigest.digest,
		imageBytes,
		hooks,
		permissions,
		resources,
		...(floor === undefined ? {} : {floor}),
	});
}
