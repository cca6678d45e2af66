import assert from 'node:assert/strict';
import test from 'node:test';
import {judgeAssigned, judgeBefore} from '../../../../controller/device/judge.ts';
import type {FemtoDeviceStatus, FemtoDeviceStatusContainer} from '../../../../protocol/generated/resources.ts';

const entry = {
	container: {namespace: 'plant-a', name: 'vibration', uid: 'u'}, revision: 'vibration-1', localId: 2,
	statementDigest: `sha256:${'ab'.repeat(32)}`, sinceGeneration: 5,
};

function container(changes: Partial<FemtoDeviceStatusContainer> = {}): FemtoDeviceStatusContainer {
	return {
		localId: 2, state: 'Confirmed', stateTime: '2026-01-01T00:00:10Z', statementDigest: 'ab'.repeat(16), generation: 1,
		runs: 1, faults: 0, instructions: 1, ...changes,
	};
}

const rows: Record<string, {readonly status: FemtoDeviceStatus; readonly expect: string}> = {
	'a device without report is waited for': {status: {}, expect: 'waiting'},
	'a report about an older head says nothing': {
		status: {acceptedGeneration: 4, containers: [container()]}, expect: 'waiting',
	},
	'a container that is not there yet is on its way': {
		status: {acceptedGeneration: 5, containers: []}, expect: 'working Fetching',
	},
	'confirmed with the assigned statement is ready': {
		status: {acceptedGeneration: 5, containers: [container()]}, expect: 'ready',
	},
	'confirmed with another statement is an older generation': {
		status: {acceptedGeneration: 6, containers: [container({statementDigest: 'cd'.repeat(16)})]},
		expect: 'working Fetching, an older generation runs',
	},
	'on trial is not ready': {
		status: {acceptedGeneration: 5, containers: [container({state: 'Trial'})]}, expect: 'working Trial',
	},
	'another container of the device does not count': {
		status: {acceptedGeneration: 5, containers: [container({localId: 1})]}, expect: 'working Fetching',
	},
	'a refusal is a failure and names the instruction': {
		status: {
			acceptedGeneration: 5, containers: [container({statementDigest: 'cd'.repeat(16)})],
			refusals: [{localId: 2, reason: 'JumpOutside', instruction: 7}],
		},
		expect: 'failed JumpOutside at instruction 7',
	},
	'a refused document fails all that it names': {
		status: {acceptedGeneration: 5, refusals: [{localId: 0, reason: 'DocumentMalformed'}]},
		expect: 'failed DocumentMalformed',
	},
	'the refusal of another container does not count': {
		status: {acceptedGeneration: 5, containers: [container()], refusals: [{localId: 1, reason: 'NoRam'}]}, expect: 'ready',
	},
	'an object that is not available now is on its way': {
		status: {
			acceptedGeneration: 5, containers: [container({state: 'Fetching'})],
			refusals: [{localId: 2, reason: 'ObjectUnavailable'}],
		},
		expect: 'working ObjectUnavailable',
	},
	'quarantine tells the last fault': {
		status: {
			acceptedGeneration: 5, refusals: [{localId: 2, reason: 'TooManyFaults', instruction: 3}],
			containers: [container({state: 'Quarantined', faults: 4, lastFault: {cause: 'BadAccess', pc: 3}})],
		},
		expect: 'failed TooManyFaults: quarantined after 4 faults, the last one BadAccess at instruction 3',
	},
	'quarantine without a refusal is a failure by itself': {
		status: {acceptedGeneration: 5, containers: [container({state: 'Quarantined', faults: 1})]},
		expect: 'failed quarantined after 1 fault',
	},
	'a generation given up for faults names the instruction and what runs instead': {
		status: {
			acceptedGeneration: 5, containers: [container({statementDigest: 'cd'.repeat(16)})],
			refusals: [{localId: 2, reason: 'TooManyFaults', instruction: 9}],
		},
		expect: 'failed TooManyFaults at instruction 9; the generation before runs again',
	},
	'a generation given up by the watchdog': {
		status: {
			acceptedGeneration: 5, containers: [container({statementDigest: 'cd'.repeat(16)})],
			refusals: [{localId: 2, reason: 'WatchdogResets'}],
		},
		expect: 'failed WatchdogResets; the generation before runs again',
	},
	'a generation given up for a dead link, with nothing to go back to': {
		status: {
			acceptedGeneration: 5, containers: [container({state: 'Quarantined', faults: 0})],
			refusals: [{localId: 2, reason: 'LinkDead'}],
		},
		expect: 'failed LinkDead: quarantined, nothing to go back to',
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`judgeAssigned(): ${sentence}`, () => {
		const fate = judgeAssigned(entry, row.status);
		assert.equal('message' in fate ? `${fate.kind} ${fate.message}` : fate.kind, row.expect);
	});
}

test('judgeAssigned() says since when a container is ready', () => {
	const fate = judgeAssigned(entry, {acceptedGeneration: 5, containers: [container()]});
	assert.deepEqual(fate, {kind: 'ready', sinceMs: Date.parse('2026-01-01T00:00:10Z')});
});

const replaced = {...entry, before: {revision: 'vibration-0', sinceGeneration: 3}};
const linkDead = {containers: [container({statementDigest: 'cd'.repeat(16)})], refusals: [{localId: 2, reason: 'LinkDead'}]};

const earlier: Record<string, {readonly status: FemtoDeviceStatus; readonly entry?: typeof entry; readonly expect?: string}> = {
	'a refusal under the head before is about what was assigned then': {
		status: {...linkDead, acceptedGeneration: 4}, expect: 'failed LinkDead; the generation before runs again',
	},
	'a refusal from before that says nothing': {status: {...linkDead, acceptedGeneration: 2}, expect: 'waiting'},
	'a refusal under the new head is not about it': {status: {...linkDead, acceptedGeneration: 5}},
	'what was assigned first has nothing before it': {status: {...linkDead, acceptedGeneration: 4}, entry},
};

for (const [sentence, row] of Object.entries(earlier)) {
	test(`judgeBefore(): ${sentence}`, () => {
		const fate = judgeBefore(row.entry ?? replaced, row.status);
		assert.equal(fate !== undefined && 'message' in fate ? `${fate.kind} ${fate.message}` : fate?.kind, row.expect);
	});
}
