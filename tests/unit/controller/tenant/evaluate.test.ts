import assert from 'node:assert/strict';
import test from 'node:test';
import {evaluateTenants} from '../../../../controller/tenant/evaluate.ts';
import {publicKeyOf} from '../../../../protocol/crypto.ts';
import type {Grant} from '../../../../protocol/generated/messages.ts';
import type {FemtoTenant} from '../../../../protocol/generated/resources.ts';
import {signGrant} from '../../../../protocol/grant.ts';

const root = new Uint8Array(32).fill(2);
const grant: Grant = {
	tenant: 7, namespace: 'plant-a', sequence: 1, keys: [new Uint8Array(32).fill(5)], hooks: [1], permissions: 2,
	quotas: {containers: 1, ramBytes: 1, instructionsPerRun: 1, keys: 1},
};

function tenant(name: string, changes: Partial<Grant> = {}, spec: Partial<FemtoTenant['spec']> = {}, hour = 0): FemtoTenant {
	const signed = Buffer.from(signGrant(root, {...grant, ...changes})).toString('base64');
	const {namespace} = {...grant, ...changes};
	return {
		apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoTenant',
		metadata: {name, creationTimestamp: `2026-01-01T0${hour}:00:00Z`},
		spec: {namespace, deviceSelector: {}, grant: signed, ...spec},
	};
}

function evaluate(...tenants: readonly FemtoTenant[]): readonly string[] {
	const verdicts = evaluateTenants(tenants, publicKeyOf(root), new Map());
	return tenants.map(({metadata}) => {
		const verdict = verdicts.get(metadata.name);
		return verdict?.kind === 'invalid' ? verdict.reason : (verdict?.kind ?? 'missing');
	});
}

test('evaluateTenants() takes a grant that the fleet root has signed for the namespace', () => {
	assert.deepEqual(evaluate(tenant('a')), ['valid']);
});

test('evaluateTenants() tells a grant without keys as revoked', () => {
	assert.deepEqual(evaluate(tenant('a', {keys: []})), ['revoked']);
});

test('evaluateTenants() refuses a grant for another namespace', () => {
	assert.deepEqual(evaluate(tenant('a', {}, {namespace: 'plant-b'})), ['NamespaceMismatch']);
});

test('evaluateTenants() refuses bytes that are no grant, and text that is no base64', () => {
	assert.deepEqual(evaluate(tenant('a', {}, {grant: 'AAAA'}), tenant('b', {}, {grant: '!'})),
		['GrantMalformed', 'GrantMalformed']);
});

test('evaluateTenants() gives a namespace to the oldest tenant that is valid', () => {
	const rivals = [tenant('young', {tenant: 8}, {}, 2), tenant('old', {}, {}, 1), tenant('bad', {}, {grant: 'AAAA'}, 0)];
	assert.deepEqual(evaluate(...rivals), ['NamespaceTaken', 'valid', 'GrantMalformed']);
});

test('evaluateTenants() gives a tenant id to the oldest tenant that has it', () => {
	assert.deepEqual(evaluate(tenant('young', {namespace: 'plant-b'}, {}, 2), tenant('old', {}, {}, 1)),
		['TenantTaken', 'valid']);
});
