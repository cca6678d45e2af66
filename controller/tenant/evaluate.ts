import {base64ToBytes} from '../base64.ts';
import type {Grant} from '../../protocol/generated/messages.ts';
import type {FemtoTenant} from '../../protocol/generated/resources.ts';
import {openGrant} from '../../protocol/grant.ts';

/** What a FemtoTenant is good for. */
export type TenantVerdict =
	| {readonly kind: 'valid'; readonly grant: Grant; readonly bytes: Uint8Array}
	| {readonly kind: 'revoked'; readonly grant: Grant; readonly bytes: Uint8Array; readonly message: string}
	| {readonly kind: 'invalid'; readonly reason: InvalidReason; readonly message: string; readonly grant?: Grant};

export type InvalidReason =
	'GrantMalformed' | 'SignatureInvalid' | 'NamespaceMismatch' | 'NamespaceTaken' | 'TenantTaken';

/** A grant is verified once for each text it stands in. */
export type GrantMemo = Map<string, ReturnType<typeof openGrant>>;

/**
 * Judges all tenants together, because a namespace and a tenant id belong to one FemtoTenant each: to the oldest that
 * is valid otherwise. By name.
 */
export function evaluateTenants(
	tenants: readonly FemtoTenant[], rootPublicKey: Uint8Array, memo: GrantMemo,
): ReadonlyMap<string, TenantVerdict> {
	const verdicts = new Map<string, TenantVerdict>();
	const namespaces = new Map<string, string>();
	const ids = new Map<number, string>();
	for (const tenant of tenants.toSorted(compareAge)) {
		const {name} = tenant.metadata;
		const alone = evaluateAlone(tenant, rootPublicKey, memo);
		const verdict = alone.kind === 'invalid' ? alone : findRival(tenant, alone.grant, namespaces, ids) ?? alone;
		if (verdict.kind !== 'invalid') {
			namespaces.set(tenant.spec.namespace, name);
			ids.set(verdict.grant.tenant, name);
		}
		verdicts.set(name, verdict);
	}
	return verdicts;
}

function compareAge(left: FemtoTenant, right: FemtoTenant): number {
	const {creationTimestamp: first = '', name: firstName} = left.metadata;
	const {creationTimestamp: second = '', name: secondName} = right.metadata;
	return first === second ? (firstName < secondName ? -1 : 1) : first < second ? -1 : 1;
}

function evaluateAlone(tenant: FemtoTenant, rootPublicKey: Uint8Array, memo: GrantMemo): TenantVerdict {
	const bytes = base64ToBytes(tenant.spec.grant);
	if (bytes === undefined) {
		return {kind: 'invalid', reason: 'GrantMalformed', message: 'spec.grant is not base64'};
	}
	const opened = memo.get(tenant.spec.grant) ?? openGrant(rootPublicKey, bytes);
	memo.set(tenant.spec.grant, opened);
	if (!opened.ok) {
		const reason = opened.error.name === 'signature' ? 'SignatureInvalid' : 'GrantMalformed';
		return {kind: 'invalid', reason, message: opened.error.message};
	}
	const grant = opened.value;
	if (grant.namespace !== tenant.spec.namespace) {
		const message = `the grant is for namespace ${grant.namespace}, spec.namespace is ${tenant.spec.namespace}`;
		return {kind: 'invalid', reason: 'NamespaceMismatch', message, grant};
	}
	return grant.keys.length === 0
		? {kind: 'revoked', grant, bytes, message: 'the grant holds no keys: the tenant is revoked'}
		: {kind: 'valid', grant, bytes};
}

function findRival(
	tenant: FemtoTenant, grant: Grant, namespaces: ReadonlyMap<string, string>, ids: ReadonlyMap<number, string>,
): TenantVerdict | undefined {
	const {namespace} = tenant.spec;
	const owner = namespaces.get(namespace);
	if (owner !== undefined) {
		const message = `namespace ${namespace} belongs to FemtoTenant ${owner}`;
		return {kind: 'invalid', reason: 'NamespaceTaken', message, grant};
	}
	const holder = ids.get(grant.tenant);
	const message = `tenant ${grant.tenant} belongs to FemtoTenant ${holder}`;
	return holder === undefined ? undefined : {kind: 'invalid', reason: 'TenantTaken', message, grant};
}
