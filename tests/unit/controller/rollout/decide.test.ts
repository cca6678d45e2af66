import assert from 'node:assert/strict';
import test from 'node:test';
import {decideRollout, type RolloutDecision} from '../../../../controller/rollout/decide.ts';
import type {DeviceProgress, RolloutDevice, RolloutStrategy} from '../../../../controller/rollout/facts.ts';

const nowMs = 1_000_000;
const notStarted: DeviceProgress = {kind: 'notStarted', serving: 'none'};
const serving: DeviceProgress = {kind: 'notStarted', serving: 'ready'};
const broken: DeviceProgress = {kind: 'notStarted', serving: 'notReady'};
const updating: DeviceProgress = {kind: 'updating'};
const failed: DeviceProgress = {kind: 'failed'};
const ready: DeviceProgress = {kind: 'ready', sinceMs: nowMs - 5_000};

const all = {percent: 100, soakSeconds: 0};
const canary = {count: 1, soakSeconds: 0};
const base: RolloutStrategy = {
	waves: [canary, all], maxUnavailable: {percent: 100}, maxFailures: 0, paused: false, completed: false,
	failed: false,
};

/** Devices a, b, c… in the order of rank, awake unless said otherwise. */
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

const sleeper = {alwaysAwake: false};
const lost = {lost: true};

const rows: Record<string, Row> = {
	'no device means nothing to move': {devices: [], expect: {outcome: 'NoDevices', assign: []}},
	'the first wave moves its one device': {
		devices: fleet(notStarted, notStarted, notStarted), expect: {outcome: 'Progressing', assign: ['a'], wave: 0},
	},
	'the second wave waits while the first one updates': {
		devices: fleet(updating, notStarted), expect: {outcome: 'Progressing', assign: [], wave: 0},
	},
	'the second wave moves when the first one is Ready': {
		devices: fleet(ready, notStarted, notStarted), expect: {outcome: 'Progressing', assign: ['b', 'c'], wave: 1},
	},
	'every wave passed is Complete': {
		devices: fleet(ready, ready), expect: {outcome: 'Complete', assign: [], wave: 2},
	},
	'no waves stand for one with every device': {
		devices: fleet(notStarted, notStarted), strategy: {waves: []}, expect: {assign: ['a', 'b'], waves: 1},
	},
	'a wave that soaks holds the next one and says until when': {
		devices: fleet(ready, notStarted), strategy: {waves: [{count: 1, soakSeconds: 60}, all]},
		expect: {outcome: 'Soaking', assign: [], wave: 0, nextMs: nowMs + 55_000},
	},
	'a soak that is over lets the next wave go': {
		devices: fleet(ready, notStarted), strategy: {waves: [{count: 1, soakSeconds: 5}, all]},
		expect: {outcome: 'Progressing', assign: ['b'], wave: 1},
	},
	'the soak starts when the last device of the wave became Ready': {
		devices: fleet({kind: 'ready', sinceMs: 0}, {kind: 'ready', sinceMs: nowMs - 1_000}, notStarted),
		strategy: {waves: [{count: 2, soakSeconds: 10}, all]},
		expect: {outcome: 'Soaking', nextMs: nowMs + 9_000, assign: []},
	},
	'maxUnavailable bounds how many move together': {
		devices: fleet(serving, serving, serving, serving), strategy: {waves: [all], maxUnavailable: {percent: 50}},
		expect: {assign: ['a', 'b']},
	},
	'a percentage of unavailable devices rounds down, to one at least': {
		devices: fleet(serving, serving, serving), strategy: {waves: [all], maxUnavailable: {percent: 10}},
		expect: {assign: ['a']},
	},
	'a device that is updating uses up the bound': {
		devices: fleet(updating, serving, serving), strategy: {waves: [all], maxUnavailable: {count: 1}},
		expect: {assign: []},
	},
	'a failed device uses up the bound while another is on its way': {
		devices: fleet(failed, updating, serving), strategy: {waves: [all], maxUnavailable: {count: 2}, maxFailures: 1},
		expect: {outcome: 'Progressing', assign: []},
	},
	'devices that failed for good do not block the rest for ever: one at a time always moves': {
		devices: fleet(failed, serving, serving), strategy: {waves: [all], maxUnavailable: {count: 1}, maxFailures: 1},
		expect: {outcome: 'Progressing', assign: ['b']},
	},
	'a device that does not serve anyway moves beside the bound': {
		devices: fleet(serving, serving, broken), strategy: {waves: [all], maxUnavailable: {count: 1}},
		expect: {assign: ['c']},
	},
	'a sleeper moves beside the bound': {
		devices: fleet(updating, serving, [serving, sleeper]), strategy: {waves: [all], maxUnavailable: {count: 1}},
		expect: {assign: ['c']},
	},
	'sleepers are ranked behind those that are awake': {
		devices: fleet([notStarted, sleeper], notStarted), expect: {assign: ['b']},
	},
	'a sleeper that has not answered does not hold a wave': {
		devices: fleet(ready, [updating, sleeper]), expect: {outcome: 'Complete', assign: []},
	},
	'sleepers of a wave that passes at once are moved all the same': {
		devices: fleet(ready, [notStarted, sleeper]), expect: {outcome: 'Complete', assign: ['b']},
	},
	'a fleet of sleepers needs one Ready device': {
		devices: fleet([updating, sleeper], [notStarted, sleeper]), expect: {outcome: 'Progressing', assign: [], wave: 0},
	},
	'a fleet of sleepers goes on when one is Ready': {
		devices: fleet([ready, sleeper], [notStarted, sleeper]), expect: {outcome: 'Complete', assign: ['b']},
	},
	'a lost device that has not started does not hold a wave': {
		devices: fleet(ready, [notStarted, lost]), expect: {outcome: 'Complete', assign: ['b']},
	},
	'a wave whose only device is lost stays open': {
		devices: fleet([notStarted, lost], notStarted), expect: {outcome: 'Progressing', assign: ['a'], wave: 0},
	},
	'more failures than allowed stop the rollout': {
		devices: fleet(ready, failed, failed, notStarted), strategy: {maxFailures: 1},
		expect: {outcome: 'TooManyFailures', assign: []},
	},
	'as many failures as allowed do not': {
		devices: fleet(failed, ready, notStarted), strategy: {waves: [{count: 2, soakSeconds: 0}, all], maxFailures: 1},
		expect: {outcome: 'Progressing', assign: ['c']},
	},
	'a wave in which every device failed stops the rollout': {
		devices: fleet(failed, notStarted), strategy: {maxFailures: 5}, expect: {outcome: 'NoneReady', assign: []},
	},
	'a target that failed before is not tried any more, whatever devices do meanwhile': {
		devices: fleet(ready, ready, notStarted), strategy: {failed: true}, expect: {outcome: 'Stopped', assign: []},
	},
	'more failures than allowed stop a paused rollout as well': {
		devices: fleet(ready, failed, notStarted), strategy: {paused: true}, expect: {outcome: 'TooManyFailures', assign: []},
	},
	'failures count in the whole rollout, those of earlier waves and of devices that left the wave included': {
		devices: fleet(ready, ready, failed, notStarted), strategy: {waves: [canary, all], maxFailures: 0},
		expect: {outcome: 'TooManyFailures', assign: []},
	},
	'a sleeper that failed counts like any other': {
		devices: fleet(ready, [failed, sleeper], notStarted), expect: {outcome: 'TooManyFailures', assign: []},
	},
	'a device that was lost after it took the target has failed': {
		devices: fleet(ready, [failed, lost], notStarted), expect: {outcome: 'TooManyFailures', assign: []},
	},
	'a wave of sleepers none of which has come to an end is not failed': {
		devices: fleet(failed, [updating, sleeper]), strategy: {waves: [{count: 2, soakSeconds: 0}, all], maxFailures: 1},
		expect: {outcome: 'Progressing', waiting: false},
	},
	'an awake device that is on its way is waited for': {
		devices: fleet(updating, notStarted), expect: {outcome: 'Progressing', waiting: true},
	},
	'nobody is waited for where only sleepers are on their way': {
		devices: fleet([updating, sleeper]), expect: {outcome: 'Progressing', waiting: false},
	},
	'a device that joins a wave that has passed opens it again': {
		devices: fleet(ready, notStarted, ready, notStarted),
		strategy: {waves: [{percent: 50, soakSeconds: 0}, all]}, expect: {outcome: 'Progressing', assign: ['b'], wave: 0},
	},
	'a device that has left no longer counts': {
		devices: fleet(ready, notStarted), strategy: {waves: [{percent: 50, soakSeconds: 0}, all]},
		expect: {outcome: 'Progressing', assign: ['b'], wave: 1},
	},
	'devices beyond the open wave that have moved already stay': {
		devices: fleet(updating, ready, ready), strategy: {waves: [canary, all]},
		expect: {outcome: 'Progressing', assign: [], wave: 0},
	},
	'a device relabelled into a wave by selector moves with it': {
		devices: fleet(ready, notStarted), strategy: {waves: [{uids: new Set(['a', 'b']), soakSeconds: 0}, all]},
		expect: {outcome: 'Progressing', assign: ['b'], wave: 0},
	},
	'a soak starts anew when a device of the wave was not Ready for a while': {
		devices: fleet({kind: 'ready', sinceMs: nowMs}, notStarted), strategy: {waves: [{count: 1, soakSeconds: 60}, all]},
		expect: {outcome: 'Soaking', nextMs: nowMs + 60_000},
	},
	'the only device of a wave that fails in its soak stops the rollout': {
		devices: fleet(failed, notStarted), strategy: {waves: [{count: 1, soakSeconds: 60}, all], maxFailures: 1},
		expect: {outcome: 'NoneReady', assign: []},
	},
	'a wave of awake and asleep soaks from its last awake device, not from a sleeper': {
		devices: fleet({kind: 'ready', sinceMs: nowMs - 9_000}, [{kind: 'ready', sinceMs: nowMs}, sleeper]),
		strategy: {waves: [{percent: 100, soakSeconds: 10}]}, expect: {outcome: 'Soaking', nextMs: nowMs + 1_000},
	},
	'a resumed rollout goes on where it was': {
		devices: fleet(ready, notStarted, notStarted), strategy: {paused: false}, expect: {assign: ['b', 'c'], wave: 1},
	},
	'a pause holds the devices that have not moved': {
		devices: fleet(updating, notStarted), strategy: {waves: [all], paused: true},
		expect: {outcome: 'Paused', assign: []},
	},
	'a pause does not hide that all is Complete': {
		devices: fleet(ready, ready), strategy: {paused: true}, expect: {outcome: 'Complete'},
	},
	'a cordoned device is left alone and not waited for': {
		devices: fleet([serving, {cordoned: true}], ready), expect: {outcome: 'Complete', assign: []},
	},
	'a percentage of the fleet rounds up': {
		devices: fleet(ready, notStarted, notStarted, notStarted, notStarted),
		strategy: {waves: [{percent: 30, soakSeconds: 0}, all]}, expect: {assign: ['b'], wave: 0},
	},
	'waves are cumulative': {
		devices: fleet(ready, ready, notStarted, notStarted),
		strategy: {waves: [{count: 1, soakSeconds: 0}, {count: 3, soakSeconds: 0}, all]},
		expect: {assign: ['c'], wave: 1},
	},
	'a count above the fleet means every device': {
		devices: fleet(notStarted, notStarted), strategy: {waves: [{count: 9, soakSeconds: 0}]},
		expect: {assign: ['a', 'b']},
	},
	'a selector names the devices of a wave': {
		devices: fleet(notStarted, notStarted, notStarted),
		strategy: {waves: [{uids: new Set(['c']), soakSeconds: 0}, all]}, expect: {assign: ['c'], wave: 0},
	},
	'a selector that names no device holds nothing': {
		devices: fleet(notStarted, notStarted), strategy: {waves: [{uids: new Set<string>(), soakSeconds: 0}, all]},
		expect: {assign: ['a', 'b'], wave: 1},
	},
	'a count after a selector adds to it': {
		devices: fleet(notStarted, notStarted, ready),
		strategy: {waves: [{uids: new Set(['c']), soakSeconds: 0}, canary, all]}, expect: {assign: ['a'], wave: 1},
	},
	'a device that joins a complete revision moves without a new canary': {
		devices: fleet(notStarted, ready, notStarted), strategy: {completed: true},
		expect: {outcome: 'Progressing', assign: ['a', 'c']},
	},
	'failures after completion stop nothing': {
		devices: fleet(failed, failed, notStarted), strategy: {completed: true},
		expect: {outcome: 'Progressing', assign: ['c']},
	},
	'a complete revision stays Complete when a device fails later': {
		devices: fleet(failed, ready), strategy: {completed: true}, expect: {outcome: 'Complete'},
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`decideRollout(): ${sentence}`, () => {
		const decision = decideRollout(row.devices, {...base, ...row.strategy}, nowMs);
		assert.deepEqual({...decision, ...row.expect}, decision);
	});
}

test('decideRollout() does not depend on the order of its input', () => {
	const devices = fleet(notStarted, serving, [serving, sleeper], broken, notStarted);
	const strategy = {...base, waves: [all], maxUnavailable: {count: 2}};
	assert.deepEqual(decideRollout(devices.toReversed(), strategy, nowMs), decideRollout(devices, strategy, nowMs));
});
