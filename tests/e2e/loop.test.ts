import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {canonicalDump, type OwnAssignment, type StoreContents} from './loop/dump.ts';
import {makePlan, victims} from './loop/plan.ts';
import {testLoop} from './loop/seeds.ts';

suite('every program killed once in a rollout of its own leaves what an undisturbed run leaves', {concurrency: true}, () => {
	test('with Mosquitto, seed 1', () => testLoop(1, 'mosquitto'));
	test('with Mosquitto, seed 2', () => testLoop(2, 'mosquitto'));
	test('with femto broker, seed 3', () => testLoop(3, 'femto'));
});

test('a plan kills every kind of program, and a seed always gives the same plan', () => {
	for (let seed = 1; seed <= 20; seed++) {
		const plan = makePlan(seed);
		assert.deepEqual(plan.rounds.map(({cut}) => cut.victim).sort(), [...victims].sort());
		assert.deepEqual(makePlan(seed), plan);
	}
	assert.notDeepEqual(makePlan(1).rounds, makePlan(2).rounds);
});

const digest = (letter: string): string => letter.repeat(32);

/** One device with two containers, under the local ids given. */
function contents(first: number, second: number, generation = 7): StoreContents {
	const container = (name: string, localId: number) => ({
		container: {namespace: 'n', name, uid: `${name}-${generation}`},
		revision: `${name}-1`, statementDigest: `sha256:${name}`, localId, sinceGeneration: generation,
	});
	const report = (localId: number, letter: string) => ({
		localId, state: 'Confirmed' as const, statementDigest: digest(letter), generation, runs: generation, faults: 0, instructions: 1,
	});
	const status = {
		desiredGeneration: generation,
		assigned: [container('a', first), container('b', second)],
		containers: [report(first, 'a'), report(second, 'b')],
	};
	const metadata = {name: 'd', labels: {class: 'pump'}, uid: `d-${generation}`};
	const spec = {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0};
	const device = {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata, spec, status} as const;
	return {tenants: [], containers: [], devices: [device]};
}

function own(first: number, second: number, generation = 7, state = 'Confirmed'): OwnAssignment[] {
	const container = (localId: number, letter: string) => ({localId, digest: digest(letter), state, generation});
	return [{id: 'd', acceptedGeneration: generation, containers: [container(first, 'a'), container(second, 'b')]}];
}

test('the canonical dump is blind to local ids, generations and uids, and to nothing else', () => {
	const dump = canonicalDump(contents(1, 2), own(1, 2));
	assert.equal(canonicalDump(contents(2, 1, 9), own(2, 1, 9)), dump);
	const others = [
		canonicalDump(contents(1, 2), own(2, 1)),
		canonicalDump(contents(1, 2), own(1, 2, 8)),
		canonicalDump(contents(1, 2), own(1, 2, 7, 'Trial')),
		canonicalDump(contents(1, 2), own(1, 3)),
		canonicalDump(contents(1, 2), []),
		canonicalDump({...contents(1, 2), devices: []}, own(1, 2)),
	];
	assert.equal(new Set([dump, ...others]).size, others.length + 1);
});
