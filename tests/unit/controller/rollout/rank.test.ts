import assert from 'node:assert/strict';
import test from 'node:test';
import type {RolloutDevice} from '../../../../controller/rollout/facts.ts';
import {rankDevices, rankKey} from '../../../../controller/rollout/rank.ts';

function device(container: string, uid: string, alwaysAwake = true): RolloutDevice {
	const progress = {kind: 'notStarted', serving: 'none'} as const;
	return {uid, rankKey: rankKey(container, uid), alwaysAwake, lost: false, cordoned: false, progress};
}

const uids = Array.from({length: 40}, (_, index) => `device-${index}`);
const order = (container: string): readonly string[] =>
	rankDevices(uids.map(uid => device(container, uid))).map(({uid}) => uid);

test('rankKey() is the first 8 bytes of a SHA-256 in hexadecimal', () => {
	assert.match(rankKey('container', 'device'), /^[0-9a-f]{16}$/);
	assert.equal(rankKey('container', 'device'), rankKey('container', 'device'));
});

test('rankDevices() orders the devices of two containers differently', () => {
	assert.notDeepEqual(order('one'), order('two'));
	assert.deepEqual(order('one').toSorted(), order('two').toSorted());
});

test('rankDevices() keeps the order of those that stay when a device leaves', () => {
	const without = rankDevices(uids.slice(1).map(uid => device('one', uid))).map(({uid}) => uid);
	assert.deepEqual(without, order('one').filter(uid => uid !== uids[0]));
});

test('rankDevices() puts sleepers last', () => {
	const ranked = rankDevices(uids.map((uid, index) => device('one', uid, index % 2 === 0)));
	assert.ok(ranked.slice(0, 20).every(({alwaysAwake}) => alwaysAwake));
});
