import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LostDevices} from '../../../cli/up/lost-devices.ts';
import {describeProgress, describeTrouble, listNames} from '../../../cli/up/progress.ts';
import {Removals} from '../../../cli/up/removals.ts';
import type {Condition, FemtoContainer, FemtoContainerStatus, FemtoDevice} from '../../../protocol/generated/resources.ts';
import {ManualClock} from './manual-clock.ts';

type Partly<T> = {readonly [K in keyof T]?: unknown};

function container(status: Partly<FemtoContainerStatus>, metadata: object = {}): FemtoContainer {
	return {
		metadata: {name: 'beat', namespace: 'a', uid: 'u1', generation: 2, ...metadata},
		status: {observedGeneration: 2, ...status},
	} as FemtoContainer;
}

function condition(type: string, reason: string, message = 'why', status = 'True'): Condition {
	return {type, reason, message, status, lastTransitionTime: ''} as Condition;
}

const rows: Readonly<Record<string, readonly [container: FemtoContainer, line: string | undefined]>> = {
	'nothing before the controller has looked at the newest spec': [
		container({observedGeneration: 1, conditions: [condition('Ready', 'RolloutComplete')]}), undefined,
	],
	'nothing while it is being deleted': [
		container({conditions: [condition('Ready', 'X')]}, {deletionTimestamp: 'now'}), undefined,
	],
	'Ready with its counts': [
		container({conditions: [condition('Ready', 'RolloutComplete')], counts: {ready: 4, matched: 5}}), 'a/beat Ready 4/5',
	],
	'the wave of a rollout': [
		container({
			conditions: [condition('Ready', 'Progressing', '', 'False'), condition('Reconciling', 'Progressing')],
			counts: {ready: 1, matched: 5},
			wave: {index: 2, of: 3},
		}),
		'a/beat wave 2/3, 1/5 Ready',
	],
	'why a rollout waits': [
		container({conditions: [condition('Reconciling', 'Paused', 'paused at wave 1')]}), 'a/beat Paused: paused at wave 1',
	],
	'why it is Stalled': [
		container({conditions: [condition('Stalled', 'NoTenant', 'namespace a has no tenant')]}),
		'a/beat Stalled, NoTenant: namespace a has no tenant',
	],
};

for (const [sentence, [object, line]] of Object.entries(rows)) {
	test(`a progress line says ${sentence}`, () => assert.equal(describeProgress(object)?.line, line));
}

test('counts alone are no news within a wave, and a new spec is', () => {
	const at = (ready: number, index: number, generation = 2): string | undefined => describeProgress(container({
		observedGeneration: generation,
		conditions: [condition('Reconciling', 'Progressing')],
		counts: {ready, matched: 5},
		wave: {index, of: 2},
	}, {generation}))?.key;
	assert.equal(at(1, 2), at(3, 2));
	assert.notEqual(at(1, 2), at(1, 1));
	assert.notEqual(at(1, 2), at(1, 2, 3));
});

test('devices that can not run a container are told of, one line a reason', () => {
	const devices = [
		{name: 'd1', reason: 'Quarantined', message: 'Quarantined after 4 faults'},
		{name: 'd2', reason: 'NoRam', message: '9000 bytes of RAM needed, 4096 free'},
		{name: 'd3', reason: 'NoRam', message: '9000 bytes of RAM needed, 4096 free'},
		{name: 'd4', reason: 'Trial', message: 'Trial'},
		{name: 'd5', reason: 'Lost', message: 'lost'},
	];
	assert.deepEqual(describeTrouble(container({devices})).map(({line}) => line), [
		'devices: d1: a/beat Quarantined after 4 faults',
		'devices: d2, d3: a/beat NoRam, 9000 bytes of RAM needed, 4096 free',
	]);
	const stalled = container({devices, conditions: [condition('Stalled', 'NotFit')]});
	assert.deepEqual(describeTrouble(stalled), [], 'the line about Stalled says it already');
});

test('a list of names ends with how many more there are', () => {
	assert.equal(listNames(['a', 'b', 'c']), 'a, b, c');
	assert.equal(listNames(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
});

interface DeviceState {
	readonly desired: number;
	readonly accepted: number;
	readonly assigned?: readonly string[];
	readonly running?: readonly string[];
}

/** A device with containers named by uid and digest, `u1:aa`, each at local id 1. */
function device(name: string, {desired, accepted, assigned = [], running = []}: DeviceState): FemtoDevice {
	return {
		metadata: {name},
		status: {
			desiredGeneration: desired,
			acceptedGeneration: accepted,
			assigned: assigned.map((text) => ({
				container: {namespace: 'a', name: 'beat', uid: text.slice(0, 2)},
				statementDigest: `sha256:${text.slice(3).repeat(32)}`,
				localId: 1,
			})),
			containers: running.map((digest) => ({localId: 1, statementDigest: digest.repeat(16)})),
		},
	} as unknown as FemtoDevice;
}

function removalsOf(...names: readonly string[]): {removals: Removals; said: string[]} {
	const said: string[] = [];
	const removals = new Removals((line) => said.push(line));
	names.forEach((name) => removals.seeDevice(device(name, {desired: 1, accepted: 1, assigned: ['u1:aa'], running: ['aa']})));
	return {removals, said};
}

test('a deleted container is told of when the last device reports that it has gone', () => {
	const {removals, said} = removalsOf('d1', 'd2');
	removals.seeDeleted(container({}));
	removals.seeDevice(device('d1', {desired: 2, accepted: 1, running: ['aa']}));
	removals.seeDevice(device('d2', {desired: 2, accepted: 1}));
	removals.seeDevice(device('d1', {desired: 2, accepted: 2}));
	assert.deepEqual(said, [], 'd2 has not accepted the document without it');
	removals.seeDevice(device('d2', {desired: 2, accepted: 2, running: ['bb']}));
	assert.deepEqual(said, ['a/beat removed from 2/2 devices'], 'what else runs under its number does not matter');
});

test('devices that leave a container before it is deleted do not count', () => {
	const {removals, said} = removalsOf('d1', 'd2');
	removals.seeDevice(device('d2', {desired: 2, accepted: 2}));
	removals.seeDeleted(container({}));
	removals.seeDevice(device('d1', {desired: 2, accepted: 2}));
	assert.deepEqual(said, ['a/beat removed from 1/1 devices']);
});

test('devices that keep a deleted container are named, and one that is deleted itself is not waited for', () => {
	const {removals, said} = removalsOf('d1', 'd2', 'd3');
	removals.seeDeleted(container({}));
	removals.seeDevice(device('d1', {desired: 2, accepted: 2}));
	removals.tellRemaining();
	assert.deepEqual(said, ['a/beat removed from 1/3 devices, not yet from d2, d3']);
	removals.forgetDevice('d2');
	removals.seeDevice(device('d3', {desired: 2, accepted: 2}));
	assert.deepEqual(said.slice(1), ['a/beat removed from 3/3 devices']);
});

test('a container made anew under the same name is another one', () => {
	const {removals, said} = removalsOf('d1');
	removals.seeDeleted(container({}));
	removals.seeDevice(device('d1', {desired: 2, accepted: 2, assigned: ['u2:aa'], running: ['bb']}));
	assert.deepEqual(said, ['a/beat removed from 1/1 devices']);
});

test('devices that are lost within a second share a line, and so do those that come back', async () => {
	const clock = new ManualClock();
	const said: string[] = [];
	const lost = new LostDevices(clock, (line) => said.push(line));
	const see = (name: string, status: string): void =>
		lost.see({metadata: {name}, status: {conditions: [{type: 'Lost', status}]}} as unknown as FemtoDevice);
	see('d1', 'False');
	see('d2', 'True');
	see('d1', 'True');
	see('d3', 'True');
	see('d3', 'False');
	await clock.advance(1000);
	see('d1', 'Unknown');
	await clock.advance(5000);
	assert.deepEqual(said, ['devices: d1, d2 lost: three reports in a row are missing', 'devices: d1 reporting again']);
});
