import {base64ToBytes} from '../base64.ts';
import type {Bytes, Revision} from './revision.ts';
import type {TenantChoice, ValidTenant} from '../tenant/registry.ts';
import {bytesToHex, sha256} from '../../protocol/crypto.ts';
import {unpackImage} from '../../protocol/image/unpack.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import {readStatement, verifyStatement} from '../../protocol/statement.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';

export interface ConfigMap extends KubeObject {
	readonly binaryData?: Readonly<Record<string, string>>;
}

export const configMaps = {group: '', version: 'v1', plural: 'configmaps'} as const;

/** Why a container can't be run as declared. */
export interface SourceError {
	readonly reason: string;
	readonly message: string;
	/** The rest of the same apply may put it right: reported as Reconciling at first. */
	readonly transient: boolean;
}

/**
 * Statement and image out of a ConfigMap, when they are what `digest` names: the statement hashes to it, and the image
 * to the digest in the statement. `undefined` = there is no such ConfigMap. Pure.
 */
export function readBytes(
	digest: string, name: string, configMap: ConfigMap | undefined,
): Result<Bytes, SourceError> {
	if (configMap === undefined) {
		return later('ConfigMapNotFound', `there is no ConfigMap ${name} in the namespace`);
	}
	const statementBytes = binary(configMap, 'statement');
	const imageBytes = binary(configMap, 'image');
	if (statementBytes === undefined || imageBytes === undefined) {
		const key = statementBytes === undefined ? 'statement' : 'image';
		return later('BytesMissing', `ConfigMap ${name} has no binaryData key ${key}`);
	}
	const found = sha256Text(statementBytes);
	if (found !== digest) {
		return later('DigestMismatch', `the statement in ConfigMap ${name} hashes to ${found}, not to spec.image.digest`);
	}
	return readPair(name, statementBytes, imageBytes);
}

function readPair(name: string, statementBytes: Uint8Array, imageBytes: Uint8Array): Result<Bytes, SourceError> {
	const read = readStatement(statementBytes);
	if (!read.ok) {
		return never('StatementMalformed', read.error.message);
	}
	const {imageDigest, imageBytes: imageSize} = read.value.statement;
	const found = sha256Text(imageBytes);
	if (found !== `sha256:${bytesToHex(imageDigest)}` || imageBytes.length !== imageSize) {
		const message = `the image in ConfigMap ${name} hashes to ${found}, not to the digest in the statement`;
		return later('DigestMismatch', message);
	}
	const program = unpackImage(imageBytes);
	return program.ok
		? success({statementBytes, imageBytes, read: read.value, program: program.value})
		: never('ImageMalformed', `the image is refused: ${program.error}`);
}

/** Whether the tenant of the namespace vouches for the statement. The same bytes may lose that with a new grant. */
export function checkAuthor(bytes: Bytes, tenant: ValidTenant, namespace: string): SourceError | undefined {
	const {statement} = bytes.read;
	const {grant} = tenant;
	if (statement.tenant !== grant.tenant) {
		const message = `the statement is for tenant ${statement.tenant}, namespace ${namespace} is tenant ${grant.tenant}`;
		return {reason: 'UnknownTenant', message, transient: false};
	}
	return verifyStatement(bytes.read, grant.keys) ? undefined : {
		reason: 'SignatureInvalid', transient: false,
		message: `the statement is not signed by a key of tenant ${grant.tenant}`,
	};
}

/** Why a namespace may run nothing now. */
export function describeTenant(tenant: Exclude<TenantChoice, ValidTenant>, namespace: string): SourceError {
	switch (tenant.kind) {
		case 'none':
			return {
				reason: 'NoTenant', transient: false,
				message: `namespace ${namespace} has no tenant; make one: femto tenant grant ${namespace} | kubectl apply -f -`,
			};
		case 'invalid':
			return {reason: 'TenantInvalid', message: `FemtoTenant ${tenant.name}: ${tenant.message}`, transient: false};
		case 'revoked':
			return {reason: 'GrantRevoked', message: `FemtoTenant ${tenant.name}: ${tenant.message}`, transient: false};
	}
}

/** Bytes that a revision holds are never read again from where they came. */
export function findHeld(digest: string, revisions: readonly Revision[]): Bytes | undefined {
	return revisions.find(revision => revision.digest === digest);
}

function binary(configMap: ConfigMap, key: string): Uint8Array | undefined {
	const text = configMap.binaryData?.[key];
	return text === undefined ? undefined : base64ToBytes(text);
}

function sha256Text(bytes: Uint8Array): string {
	return `sha256:${bytesToHex(sha256(bytes))}`;
}

function later(reason: string, message: string): {readonly ok: false; readonly error: SourceError} {
	return failure({reason, message, transient: true});
}

function never(reason: string, message: string): {readonly ok: false; readonly error: SourceError} {
	return failure({reason, message, transient: false});
}
