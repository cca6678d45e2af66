import assert from 'node:assert/strict';
import {test} from 'node:test';
import {backOffMs, nextSeed} from '../../../bridge/back-off.ts';
import {checkBridgeConfig, checkBridgeName, defaultBridgeConfig} from '../../../bridge/config.ts';
import {fullBucket, takeToken} from '../../../bridge/token-bucket.ts';
import {matches, predefinedId, predefinedName} from '../../../bridge/topics.ts';
import {Turnstile} from '../../../bridge/turnstile.ts';
import {decodeBridgePresence, encodeBridgePresence} from '../../../protocol/presence.ts';

test('matches() follows MQTT 3.1.1, 4.7', () => {
	const table: [string, string, boolean][] = [
		['a/b', 'a/b', true], ['a/b', 'a/c', false], ['a/+', 'a/b', true], ['a/+', 'a/b/c', false], ['a/#', 'a', true],
		['a/#', 'a/b/c', true], ['#', 'a/b', true], ['+/b', 'a/b', true], ['+', '/a', false], ['/+', '/a', true],
		['#', '$SYS/a', false], ['+/a', '$SYS/a', false], ['$SYS/#', '$SYS/a', true], ['a/+/c', 'a//c', true],
	];
	for (const [filter, topic, expected] of table) {
		assert.equal(matches(filter, topic), expected, `${filter} ${topic}`);
	}
});

test('predefined ids and names are inverse for the fleet\'s devices, and nobody else has any', () => {
	assert.equal(predefinedName(defaultBridgeConfig, 'node', 1), 'f/node/d');
	assert.equal(predefinedId(defaultBridgeConfig, 'node', 'f/node/l'), 6);
	assert.equal(predefinedName(defaultBridgeConfig, 'node', 7), undefined);
	assert.equal(predefinedName(defaultBridgeConfig, 'Node', 1), undefined);
	assert.equal(predefinedName(defaultBridgeConfig, 'bridge', 1), undefined);
});

test('backOffMs() doubles up to its greatest, within a quarter', () => {
	const backOff = {firstMs: 1000, maxMs: 8000};
	assert.deepEqual([1, 2, 3, 4, 5].map((tries) => backOffMs(backOff, tries, 0)), [750, 1500, 3000, 6000, 6000]);
	assert.equal(backOffMs(backOff, 1, 0xffff_ffff), 1250);
	assert.notEqual(nextSeed(1), nextSeed(2));
});

test('takeToken() gives one second\'s worth at once, then the rate', () => {
	let bucket = fullBucket(2, 0);
	const take = (nowMs: number): boolean => {
		const next = takeToken(bucket, 2, nowMs);
		bucket = next.bucket;
		return next.taken;
	};
	assert.deepEqual([take(0), take(0), take(0), take(499), take(500), take(10_000)], [true, true, false, false, true, true]);
	assert.deepEqual([take(10_000), take(10_000)], [true, false]);
});

test('Turnstile lets in so many, the others in order, and nobody who left', () => {
	const entered: number[] = [];
	const turnstile = new Turnstile(2);
	const tickets = [1, 2, 3, 4].map((number) => turnstile.queue(() => entered.push(number)));
	assert.deepEqual(entered, [1, 2]);
	tickets[2]?.leave();
	tickets[0]?.leave();
	tickets[0]?.leave();
	assert.deepEqual(entered, [1, 2, 4]);
});

test('checkBridgeConfig() and checkBridgeName() refuse what can not work', () => {
	checkBridgeConfig(defaultBridgeConfig);
	assert.throws(() => checkBridgeConfig({...defaultBridgeConfig, mtuBytes: 0}), /Cannot use mtuBytes: 0/);
	assert.throws(() => checkBridgeConfig({...defaultBridgeConfig, queueBytes: 100}), /must be at most queueBytes/);
	const twice = [{id: 1, template: 'a'}, {id: 1, template: 'b'}];
	assert.throws(() => checkBridgeConfig({...defaultBridgeConfig, predefinedTopics: twice}), /must be distinct/);
	checkBridgeName('a-1');
	assert.throws(() => checkBridgeName('A'), RangeError);
});

test('presence is read as it was written, and refused with a reason otherwise', () => {
	const presence = {state: 'online', time: '2026-01-01T00:00:00Z', periodSeconds: 60} as const;
	assert.deepEqual(decodeBridgePresence(encodeBridgePresence(presence)), {ok: true, value: presence});
	const table: [string, string][] = [
		['{', 'no JSON'],
		['null', 'no object'],
		['{"state":"asleep"}', 'state is neither online nor offline'],
		['{"state":"online","time":"now"}', 'time is no RFC 3339 time'],
		['{"state":"online","time":"2026-01-01T00:00:00Z","periodSeconds":0}', 'periodSeconds is no positive integer'],
	];
	for (const [text, error] of table) {
		assert.deepEqual(decodeBridgePresence(new TextEncoder().encode(text)), {ok: false, error});
	}
});
