import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {Readiness} from '../../../simulator/readiness.ts';

interface State {
	readonly name?: string;
	readonly generation?: number;
	readonly observedGeneration?: number;
	readonly ready?: number;
	readonly verdict?: 'True' | 'False';
}

function container({name = 'c', generation = 2, observedGeneration = 2, ready = 3, verdict = 'True'}: State): KubeObject {
	const status = {observedGeneration, counts: {ready}, conditions: [{type: 'Ready', status: verdict}]};
	return {apiVersion: 'v', kind: 'FemtoContainer', metadata: {namespace: 'a', name, generation}, status} as KubeObject;
}

function readiness(...states: readonly State[]): readonly [number, boolean] {
	const observed = new Readiness(3);
	for (const state of states) observed.observe(container(state));
	return [observed.ready, observed.complete];
}

test('Readiness is complete only when every container is called Ready, on all devices, for its newest spec', () => {
	assert.deepEqual(readiness(), [0, false]);
	assert.deepEqual(readiness({}), [3, true]);
	assert.deepEqual(readiness({ready: 2}), [2, false]);
	assert.deepEqual(readiness({verdict: 'False'}), [3, false]);
	assert.deepEqual(readiness({observedGeneration: 1}), [0, false]);
	assert.deepEqual(readiness({}, {name: 'd', ready: 1, verdict: 'False'}), [1, false]);
	assert.deepEqual(readiness({ready: 1, verdict: 'False'}, {}), [3, true]);
});

test('Readiness looks at FemtoContainers only', () => {
	const observed = new Readiness(3);
	observed.observe({...container({}), kind: 'FemtoDevice'});
	assert.equal(observed.ready, 0);
});
