import {base64ToBytes} from '../base64.ts';
import {keyOf, type Cache} from '../cache.ts';
import type {ControllerRevision} from '../container/revision.ts';
import {Fleet} from '../fleet.ts';
import type {TenantVerdict} from '../tenant/evaluate.ts';
import {decodeSignedGrant} from '../../protocol/generated/messages.ts';
import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';

/** All objects that the controller decides on, as they stand in the API. */
export interface StoredObjects {
	readonly containers: readonly FemtoContainer[];
	readonly devices: readonly FemtoDevice[];
	readonly tenants: readonly FemtoTenant[];
	readonly revisions: readonly ControllerRevision[];
}

const reportPeriodSeconds = 60;

/** The fleet as the controller sees it, without the key of the fleet root: its verdicts stand in FemtoTenants. */
export function storedFleet({containers, devices, tenants, revisions}: StoredObjects): Fleet {
	const caches = {
		containers: cacheOf(containers), devices: cacheOf(devices), tenants: cacheOf(tenants), revisions: cacheOf(revisions),
	};
	const judge = (all: readonly FemtoTenant[]): ReadonlyMap<string, TenantVerdict> =>
		new Map(all.map(tenant => [tenant.metadata.name, readVerdict(tenant)]));
	return new Fleet(caches, judge, reportPeriodSeconds);
}

function cacheOf<T extends KubeObject>(objects: readonly T[]): Cache<T> {
	const byKey = new Map(objects.map(object => [keyOf(object), object]));
	return {get: key => byKey.get(key), list: () => objects};
}

function readVerdict({metadata, spec, status}: FemtoTenant): TenantVerdict {
	const condition = findCondition(status?.conditions, 'Ready');
	const bytes = base64ToBytes(spec.grant);
	const signed = bytes === undefined ? undefined : decodeSignedGrant(bytes);
	if (condition === undefined || condition.observedGeneration !== metadata.generation) {
		return {kind: 'invalid', reason: 'GrantMalformed', message: 'the controller has not looked at it yet'};
	}
	const {status: value, reason, message} = condition;
	if (bytes === undefined || signed?.ok !== true || (value !== 'True' && reason !== 'GrantRevoked')) {
		return {kind: 'invalid', reason: 'GrantMalformed', message};
	}
	const grant = signed.value.payload;
	return value === 'True' ? {kind: 'valid', grant, bytes} : {kind: 'revoked', grant, bytes, message};
}
