import assert from 'node:assert/strict';
import {test} from 'node:test';
import {perfectLink, type LinkConditions} from '../../../simulator/lane.ts';
import {Link} from '../../../simulator/link.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

interface Arrival {
	readonly atMs: number;
	readonly value: number;
}

/** Sends `count` numbered datagrams up, one a millisecond, and tells what arrived at the bridge. */
async function transmit(conditions: Partial<LinkConditions>, count: number, seed = 1): Promise<{arrivals: readonly Arrival[]; link: Link}> {
	const scheduler = new Scheduler({seed, nextMacrotask: setImmediate});
	const link = new Link({
		clock: scheduler.clock,
		random: (name) => scheduler.random(name),
		conditions: {...perfectLink, ...conditions},
	});
	const arrivals: Arrival[] = [];
	link.bridgePort.onDatagram((address, bytes) => {
		assert.equal(address, 'pump-1');
		arrivals.push({atMs: scheduler.elapsedMs, value: new DataView(bytes.buffer).getUint16(0)});
	});
	const send = link.attach('pump-1', () => {});
	for (let value = 0; value < count; value++) {
		scheduler.clock.setTimer(value, () => send(Uint8Array.of(value >> 8, value & 0xff)));
	}
	await scheduler.run({withinMs: count + 1000});
	return {arrivals, link};
}

test('a perfect link delivers everything once, in order, after the delay', async () => {
	const {arrivals, link} = await transmit({delayMs: 25}, 100);
	assert.deepEqual(arrivals, Array.from({length: 100}, (_, value) => ({atMs: value + 25, value})));
	const counts = link.counts('pump-1', 'up');
	assert.deepEqual([counts.sent, counts.sentBytes, counts.delivered, counts.longestBytes], [100, 200, 100, 2]);
});

test('loss drops about the given share and counts it', async () => {
	const {arrivals, link} = await transmit({lossPercent: 20}, 2000);
	const {dropped} = link.counts('pump-1', 'up');
	assert.equal(arrivals.length + dropped.loss, 2000);
	assert.ok(dropped.loss > 320 && dropped.loss < 480, `lost ${dropped.loss}`);
});

test('jitter alone never changes the order', async () => {
	const {arrivals} = await transmit({delayMs: 10, jitterMs: 30}, 500);
	assert.deepEqual(arrivals.map(({value}) => value), Array.from({length: 500}, (_, value) => value));
	assert.ok(new Set(arrivals.map(({atMs, value}) => atMs - value)).size > 5);
});

test('duplication delivers about the given share twice', async () => {
	const {arrivals} = await transmit({duplicatePercent: 5}, 2000);
	assert.ok(arrivals.length > 2060 && arrivals.length < 2140, `arrived ${arrivals.length}`);
	assert.equal(new Set(arrivals.map(({value}) => value)).size, 2000);
});

test('reorder lets at most the given number of datagrams overtake one, and loses none', async () => {
	const {arrivals} = await transmit({reorderDepth: 3, reorderPercent: 20}, 1000);
	const overtaken = arrivals.map(({value}, index) => arrivals.slice(0, index).filter((other) => other.value > value).length);
	assert.equal(new Set(arrivals.map(({value}) => value)).size, 1000);
	assert.ok(overtaken.some((count) => count > 0));
	assert.equal(Math.max(...overtaken), 3);
});

test('a held datagram arrives late, but arrives, when nothing follows it', async () => {
	const {arrivals} = await transmit({reorderDepth: 3, reorderPercent: 100, delayMs: 5}, 1);
	assert.deepEqual(arrivals, [{atMs: 205, value: 0}]);
});

test('an MTU drops longer datagrams only, and a partition everything', async () => {
	const exact = await transmit({mtuBytes: 2}, 3);
	assert.equal(exact.arrivals.length, 3);
	const short = await transmit({mtuBytes: 1}, 3);
	assert.deepEqual([short.arrivals.length, short.link.counts('pump-1', 'up').dropped.mtu], [0, 3]);
	const cut = await transmit({partitioned: true}, 3);
	assert.deepEqual([cut.arrivals.length, cut.link.counts('pump-1', 'up').dropped.partition], [0, 3]);
});

test('setConditions() changes one direction of one device', async () => {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const link = new Link({clock: scheduler.clock, random: (name) => scheduler.random(name), conditions: perfectLink});
	const down: string[] = [];
	const up: string[] = [];
	link.bridgePort.onDatagram((address) => up.push(address));
	const sends = ['a', 'b'].map((name) => link.attach(name, () => down.push(name)));
	link.setConditions('a', {partitioned: true}, ['down']);
	for (const send of sends) send(Uint8Array.of(1));
	for (const name of ['a', 'b', 'nobody']) link.bridgePort.send(name, Uint8Array.of(1));
	await scheduler.run({withinMs: 10});
	assert.deepEqual([up, down], [['a', 'b'], ['b']]);
	link.setConditions('a', {partitioned: false});
	link.bridgePort.send('a', Uint8Array.of(1));
	await scheduler.run({withinMs: 10});
	assert.deepEqual(down, ['b', 'a']);
});

test('the same seed gives the same arrivals, another seed others', async () => {
	const conditions = {lossPercent: 20, duplicatePercent: 5, reorderDepth: 3, delayMs: 25, jitterMs: 10};
	const first = await transmit(conditions, 200, 5);
	assert.deepEqual((await transmit(conditions, 200, 5)).arrivals, first.arrivals);
	assert.notDeepEqual((await transmit(conditions, 200, 6)).arrivals, first.arrivals);
});
