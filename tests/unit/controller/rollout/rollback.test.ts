import assert from 'node:assert/strict';
import test from 'node:test';
import type {RolloutDecision} from '../../../../controller/rollout/decide.ts';
import type {DeviceProgress, RolloutDevice, RolloutStrategy} from '../../../../controller/rollout/facts.ts';
import {decideRollback} from '../../../../controller/rollout/rollback.ts';

/** Progress is with regard to the revision to go back to. */
const serving: DeviceProgress = {kind: 'notStarted', serving: 'ready'};
const broken: DeviceProgress = {kind: 'notStarted', serving: 'notReady'};
const empty: DeviceProgress = {kind: 'notStarted', serving: 'none'};
const returning: DeviceProgress = {kind: 'updating'};
const back: DeviceProgress = {kind: 'ready', sinceMs: 0};
const failed: DeviceProgress = {kind: 'failed'};

const sleeper = {alwaysAwake: false};
const lost = {lost: true};
const cordoned = {cordoned: true};

const base: RolloutStrategy = {
	waves: [{count: 1, soakSeconds: 600}, {percent: 100, soakSeconds: 600}], maxUnavailable: {percent: 100}, maxFailures: 0,
	paused: false, completed: false, failed: false,
};

function fleet(...devices: readonly (DeviceProgress | [DeviceProgress, Partial<RolloutDevice>])[]): RolloutDevice[] {
	return devices.map((entry, index) => {
		const [progress, changes] = Array.isArray(entry) ? entry : [entry, {}];
		const uid = String.fromCharCode(97 + index);
		return {uid, rankKey: uid, alwaysAwake: true, lost: false, cordoned: false, progress, ...changes};
	});
}

interface Row {
	readonly devices: readonly RolloutDevice[];
	readonly strategy?: Partial<RolloutStrategy>;
	readonly expect: Partial<RolloutDecision>;
}

const rows: Record<string, Row> = {
	'every device that has moved goes back, without waves and without soak': {
		devices: fleet(broken, serving, back), expect: {outcome: 'RollingBack', assign: ['a', 'b'], wave: -1},
	},
	'devices that serve badly go first, those that serve well follow, the last one moved first': {
		devices: fleet(serving, broken, serving, broken, [serving, sleeper]),
		expect: {assign: ['b', 'd', 'e', 'c', 'a']},
	},
	'devices that serve badly go back beside the bound, those that serve well wait for it': {
		devices: fleet(serving, broken, broken, serving), strategy: {maxUnavailable: {count: 1}},
		expect: {outcome: 'RollingBack', assign: ['b', 'c']},
	},
	'one that serves well waits while another is on its way back': {
		devices: fleet(serving, returning, serving), strategy: {maxUnavailable: {count: 1}},
		expect: {outcome: 'RollingBack', assign: [], waiting: true},
	},
	'it follows when the other is back': {
		devices: fleet(serving, back, serving), strategy: {maxUnavailable: {count: 1}},
		expect: {outcome: 'RollingBack', assign: ['c']},
	},
	'all back is the end': {devices: fleet(back, back), expect: {outcome: 'RolledBack', assign: []}},
	'a sleeper gets its head at once, and is not waited for': {
		devices: fleet(back, [returning, sleeper], [returning, lost]), expect: {outcome: 'RolledBack', assign: []},
	},
	'a lost device gets its head at once': {
		devices: fleet(back, [serving, lost]), expect: {outcome: 'RollingBack', assign: ['b']},
	},
	'a device that never had the container gets the revision that is complete': {
		devices: fleet(back, empty), expect: {outcome: 'RollingBack', assign: ['b']},
	},
	'a device beyond the last wave that never had it is left alone, one that has moved is not': {
		devices: fleet(back, empty, serving), strategy: {waves: [{count: 1, soakSeconds: 0}]},
		expect: {outcome: 'RollingBack', assign: ['c']},
	},
	'a cordoned device that has moved goes back': {
		devices: fleet(back, [broken, cordoned]), expect: {outcome: 'RollingBack', assign: ['b']},
	},
	'a cordoned device that never had it is left alone': {
		devices: fleet(back, [empty, cordoned]), expect: {outcome: 'RolledBack', assign: []},
	},
	'a pause holds the way back': {
		devices: fleet(broken, back), strategy: {paused: true}, expect: {outcome: 'Paused', assign: []},
	},
	'a pause does not hide that all are back': {
		devices: fleet(back, back), strategy: {paused: true}, expect: {outcome: 'RolledBack'},
	},
	'a broken revision to go back to is no reason for another way back: those that serve well stay': {
		devices: fleet(failed, serving, serving), expect: {outcome: 'RollbackFailed', assign: []},
	},
	'failures within the allowance do not end the way back': {
		devices: fleet(failed, serving), strategy: {maxFailures: 1}, expect: {outcome: 'RollingBack', assign: ['b']},
	},
	'a way back on which every device failed has failed, whatever is allowed': {
		devices: fleet(failed), strategy: {maxFailures: 5}, expect: {outcome: 'RollbackFailed'},
	},
	'a device that was lost on the way back proves nothing': {
		devices: fleet(back, [failed, lost]), expect: {outcome: 'RolledBack'},
	},
	'without devices there is nothing to take back': {devices: [], expect: {outcome: 'RolledBack', assign: []}},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`decideRollback(): ${sentence}`, () => {
		const decision = decideRollback(row.devices, {...base, ...row.strategy});
		assert.deepEqual({...decision, ...row.expect}, decision);
	});
}
