import {isDeepStrictEqual} from 'node:util';
import {nextConditions, type ConditionWish} from '../conditions.ts';
import type {Cache} from '../cache.ts';
import type {CountInput} from '../counts.ts';
import type {EventSink} from '../events.ts';
import {helperNames, hookName} from '../fit.ts';
import type {TenantVerdict} from './evaluate.ts';
import type {TenantRegistry} from './registry.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import type {Grant} from '../../protocol/generated/messages.ts';
import {
	femtoTenants, type FemtoTenant, type FemtoTenantStatus, type FemtoTenantStatusGrant,
} from '../../protocol/generated/resources.ts';
import type {Clock} from '../../runtime/clock.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

export interface TenantReconcilerOptions {
	readonly api: KubeApi;
	readonly clock: Clock;
	readonly tenants: Cache<FemtoTenant>;
	readonly registry: TenantRegistry;
	readonly events: EventSink;
	readonly count: CountInput;
}

/** Says of one FemtoTenant whether its grant counts, and what stands in it. @throws KubeError of the write. */
export async function reconcileTenant(options: TenantReconcilerOptions, name: string): Promise<void> {
	const tenant = options.tenants.get(name);
	const verdict = options.registry.verdictOf(name);
	if (tenant === undefined || verdict === undefined || tenant.metadata.deletionTimestamp !== undefined) {
		return;
	}
	const status = tenantStatus(tenant, verdict, options.clock.now());
	if (isDeepStrictEqual(tenant.status, status)) {
		return;
	}
	const written = await options.api.replace(femtoTenants, {...tenant, status}, {subresource: 'status'});
	const before = findCondition(tenant.status?.conditions, 'Ready');
	const after = findCondition(written.status?.conditions, 'Ready');
	if (after !== undefined && before?.reason !== after.reason) {
		if (verdict.kind !== 'valid') {
			options.count(verdict.kind === 'revoked' ? 'revoked' : 'grant');
		}
		options.events.record(written, after.status === 'True' ? 'Normal' : 'Warning', after.reason, after.message);
	}
}

/** Pure. */
export function tenantStatus(
	{metadata, status}: FemtoTenant, verdict: TenantVerdict, nowMs: number,
): FemtoTenantStatus {
	const observedGeneration = metadata.generation ?? 0;
	return {
		observedGeneration,
		conditions: nextConditions(status?.conditions, wishes(verdict), observedGeneration, nowMs),
		...(verdict.grant === undefined ? {} : {grant: describeGrant(verdict.grant)}),
	};
}

function wishes(verdict: TenantVerdict): readonly ConditionWish[] {
	switch (verdict.kind) {
		case 'valid': {
			const {tenant, sequence} = verdict.grant;
			const message = `grant ${sequence} of tenant ${tenant} is valid`;
			return [{type: 'Ready', status: 'True', reason: 'GrantValid', message}];
		}
		case 'revoked':
			return stalled('GrantRevoked', verdict.message);
		case 'invalid':
			return stalled(verdict.reason, verdict.message);
	}
}

function stalled(reason: string, message: string): readonly ConditionWish[] {
	return [{type: 'Ready', status: 'False', reason, message}, {type: 'Stalled', status: 'True', reason, message}];
}

function describeGrant({tenant, namespace, sequence, keys, hooks, permissions, quotas}: Grant): FemtoTenantStatusGrant {
	return {
		tenant, namespace, sequence,
		keys: keys.map(bytesToHex),
		hooks: hooks.map(hookName),
		permissions: helperNames(permissions),
		quotas: {...quotas},
	};
}
