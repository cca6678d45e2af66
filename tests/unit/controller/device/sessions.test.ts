import assert from 'node:assert/strict';
import test from 'node:test';
import {DeviceSessions} from '../../../../controller/device/sessions.ts';
import {sealMac0} from '../../../../protocol/cose.ts';
import {deviceKey} from '../../../../protocol/crypto.ts';
import {encodeReport, encodeReportSlice, type Report} from '../../../../protocol/generated/messages.ts';
import type {Clock} from '../../../../runtime/clock.ts';

const fleetSecret = new Uint8Array(32).fill(1);
const clock: Clock = {
	now: () => 1_000,
	setTimer: () => {
		throw new Error('Cannot set timer: sessions need none');
	},
};

type Numbers = readonly [boot: number, sequence: number, acceptedGeneration: number];

function slice([boot, sequence, acceptedGeneration]: Numbers, keyNumber = 0): Uint8Array {
	const report: Report = {
		boot, sequence, acceptedGeneration, nextReportSeconds: 60, containers: [], refusals: [],
	};
	const bytes = sealMac0(deviceKey(fleetSecret, 'pump-1', keyNumber), 'report', encodeReport(report));
	return encodeReportSlice({report: sequence, part: 0, parts: 1, bytes});
}

/** What becomes of each report, one after the other. */
function play(reports: readonly Numbers[], known?: Numbers): readonly string[] {
	const sessions = new DeviceSessions(clock, fleetSecret);
	const [boot, sequence, acceptedGeneration] = known ?? [0, 0, 0];
	return reports.map(numbers =>
		sessions.receive('pump-1', 0, slice(numbers), known && {boot, sequence, acceptedGeneration}).kind);
}

const rows: Record<string, {readonly known?: Numbers; readonly reports: readonly Numbers[]; readonly expect: readonly string[]}> = {
	'a later report is new': {reports: [[1, 1, 0], [1, 2, 0]], expect: ['report', 'report']},
	'the same one again is a duplicate': {reports: [[1, 1, 0], [1, 1, 0]], expect: ['report', 'duplicate']},
	'an earlier one is a replay': {reports: [[1, 5, 0], [1, 4, 0]], expect: ['report', 'replay']},
	'a later boot counts more than the number': {reports: [[1, 9, 0], [2, 1, 0]], expect: ['report', 'report']},
	'an earlier boot is a replay': {reports: [[2, 1, 3], [1, 9, 3]], expect: ['report', 'replay']},
	'what status knows counts after a restart': {known: [1, 5, 2], reports: [[1, 5, 2], [1, 4, 2], [1, 6, 2]], expect: [
		'duplicate', 'replay', 'report',
	]},
	'a generation never accepted before proves a device that counts anew': {
		known: [7, 90, 4], reports: [[1, 1, 0], [1, 2, 4], [1, 3, 5], [1, 4, 5]],
		expect: ['replay', 'replay', 'report', 'report'],
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`DeviceSessions: ${sentence}`, () => {
		assert.deepEqual(play(row.reports, row.known), row.expect);
	});
}

test('DeviceSessions refuses the MAC of another key number, and bytes that are no slice', () => {
	const sessions = new DeviceSessions(clock, fleetSecret);
	assert.equal(sessions.receive('pump-1', 0, slice([1, 1, 0], 1)).kind, 'mac');
	assert.equal(sessions.receive('pump-1', 0, Uint8Array.of(0x80)).kind, 'malformed');
	assert.equal(sessions.observationOf('pump-1'), undefined);
});

test('DeviceSessions gives a device another key with another key number', () => {
	const sessions = new DeviceSessions(clock, fleetSecret);
	assert.notDeepEqual(sessions.keyOf('pump-1', 0), sessions.keyOf('pump-1', 1));
	assert.notDeepEqual(sessions.keyOf('pump-1', 0), sessions.keyOf('pump-2', 0));
});
