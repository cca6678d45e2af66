import assert from 'node:assert/strict';
import test from 'node:test';
import {isMaterial, nextMaterialMs, observedStatus, passingStateMs} from '../../../../controller/device/observe.ts';
import type {Observation} from '../../../../controller/device/sessions.ts';
import type {ContainerReport, Report} from '../../../../protocol/generated/messages.ts';
import type {FemtoDeviceStatus} from '../../../../protocol/generated/resources.ts';
import {containerStates, refusalReasons, verifierReasonBase} from '../../../../protocol/schema/reasons.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const fetching = 1;
const trial = 2;
const confirmed = 3;

function container(changes: Partial<ContainerReport> = {}): ContainerReport {
	return {
		localId: 1, state: confirmed, statementDigest: new Uint8Array(16).fill(0xab), generation: 1, runs: 10, faults: 0,
		lastFault: {cause: 0, pc: 0}, instructions: 1000, ...changes,
	};
}

function observe(report: Partial<Report>, afterMs = 0, sinceMs = startMs): Observation {
	const full = {
		boot: 1, sequence: 2, acceptedGeneration: 1, nextReportSeconds: 60, containers: [container()], refusals: [], ...report,
	};
	const stateSinceMs = new Map(full.containers.map(({localId}) => [localId, sinceMs]));
	return {report: full, receivedMs: startMs + afterMs, stateSinceMs};
}

function status(report: Partial<Report>, before: FemtoDeviceStatus = {}, afterMs = 0): FemtoDeviceStatus {
	return {...before, ...observedStatus(before, observe(report, afterMs))};
}

test('observedStatus() names what a report has as numbers', () => {
	const jump = verifierReasonBase + 11;
	const noRam = refusalReasons.find(({name}) => name === 'NoRam')?.id ?? 0;
	const read = status({
		containers: [container({lastFault: {cause: 3, pc: 9}, faults: 1})],
		refusals: [{localId: 1, reason: jump, instruction: 7}, {localId: 2, reason: noRam, instruction: 0xffff}],
	});
	assert.deepEqual(read.containers?.[0]?.lastFault, {cause: 'BudgetExhausted', pc: 9});
	assert.equal(read.containers?.[0]?.state, containerStates.find(({id}) => id === confirmed)?.name);
	assert.deepEqual(read.refusals, [
		{localId: 1, reason: 'JumpOutside', instruction: 7}, {localId: 2, reason: 'NoRam'},
	]);
	assert.equal(read.nextReportTime, '2026-01-01T00:01:00Z');
});

test('observedStatus() keeps the time of a state that goes on', () => {
	const first = status({});
	const second = {...first, ...observedStatus(first, observe({sequence: 3}, 60_000, startMs + 60_000))};
	assert.equal(second.containers?.[0]?.stateTime, first.containers?.[0]?.stateTime);
});

const known = status({});
const rows: Record<string, {readonly next: FemtoDeviceStatus; readonly expect: boolean; readonly before?: FemtoDeviceStatus}> = {
	'the first report is': {before: {}, next: known, expect: true},
	'the same again is not': {next: status({sequence: 3}, known, 60_000), expect: false},
	'runs and instructions are not': {
		next: status({containers: [container({runs: 99, instructions: 9_999})]}, known), expect: false,
	},
	'a fault is': {next: status({containers: [container({faults: 1})]}, known), expect: true},
	'another statement is': {
		next: status({containers: [container({statementDigest: new Uint8Array(16)})]}, known), expect: true,
	},
	'a state on the way is not': {next: status({containers: [container({state: trial})]}, known), expect: false},
	'a fault on the way is': {
		next: status({containers: [container({state: trial, faults: 1})]}, known), expect: true,
	},
	'a container that is gone is': {next: status({containers: []}, known), expect: true},
	'a refusal is': {next: status({refusals: [{localId: 1, reason: 15, instruction: 0xffff}]}, known), expect: true},
	'an object that is not available for a moment is not': {
		next: status({containers: [container({state: fetching})], refusals: [{localId: 1, reason: 1, instruction: 0xffff}]}, known),
		expect: false,
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`isMaterial(): ${sentence}`, () => {
		assert.equal(isMaterial(row.before ?? known, row.next, startMs + 1_000), row.expect);
	});
}

test('isMaterial(): a state on the way is, when it lasts', () => {
	const next = status({containers: [container({state: fetching, generation: 2})]}, known);
	assert.equal(nextMaterialMs(next, startMs + 1_000), startMs + passingStateMs);
	assert.equal(isMaterial(known, next, startMs + passingStateMs - 1), false);
	assert.equal(isMaterial(known, next, startMs + passingStateMs), true);
	assert.equal(nextMaterialMs(next, startMs + passingStateMs), undefined);
});
