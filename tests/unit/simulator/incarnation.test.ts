import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PacketChannelEvents} from '../../../runtime/mqtt.ts';
import {Incarnation} from '../../../simulator/incarnation.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

interface Scene {
	readonly scheduler: Scheduler;
	readonly incarnation: Incarnation;
	/** What the program did and noticed. */
	readonly seen: string[];
}

function createScene(): Scene {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	return {scheduler, incarnation: new Incarnation(scheduler.clock), seen: []};
}

/** A timer, a call under way, and a connection of one program. */
function live({scheduler, incarnation, seen}: Scene): {readonly events: PacketChannelEvents; readonly sent: string[]} {
	const sent: string[] = [];
	let events: PacketChannelEvents | undefined;
	const open = incarnation.openChannel((given) => {
		events = given;
		return {send: ({cmd}) => sent.push(cmd), close: () => sent.push('close')};
	});
	const channel = open({
		onOpen: () => seen.push('open'),
		onPacket: ({cmd}) => {
			seen.push(cmd);
			channel.send({cmd: 'pingreq'});
		},
		onClose: () => seen.push('closed'),
	});
	incarnation.clock.setTimer(10, () => seen.push('timer'));
	void incarnation.call(() => new Promise<void>((resolve) => void scheduler.clock.setTimer(10, resolve)))
		.then(() => seen.push('answer'));
	assert.ok(events);
	return {events, sent};
}

test('a running program notices everything at once', async () => {
	const scene = createScene();
	const {events, sent} = live(scene);
	events.onPacket({cmd: 'pingresp'});
	await scene.scheduler.run({withinMs: 20});
	assert.deepEqual(scene.seen, ['pingresp', 'timer', 'answer']);
	assert.deepEqual(sent, ['pingreq']);
});

test('a killed program notices and sends nothing any more, and its connections break', async () => {
	const scene = createScene();
	const {events, sent} = live(scene);
	scene.incarnation.kill();
	events.onPacket({cmd: 'pingresp'});
	events.onClose();
	scene.incarnation.clock.setTimer(0, () => scene.seen.push('late timer'));
	let calls = 0;
	void scene.incarnation.call(async () => calls++);
	await scene.scheduler.run({withinMs: 20});
	assert.deepEqual(scene.seen, []);
	assert.deepEqual(sent, ['close']);
	assert.equal(calls, 0);
	assert.ok(!scene.incarnation.isAlive);
});

test('a frozen program notices everything when it goes on, in order, and its connections stand', async () => {
	const scene = createScene();
	const {events, sent} = live(scene);
	scene.incarnation.freeze();
	events.onPacket({cmd: 'pingresp'});
	await scene.scheduler.run({withinMs: 20});
	assert.deepEqual([scene.seen, sent], [[], []]);
	scene.incarnation.thaw();
	await scene.scheduler.run({withinMs: 1});
	assert.deepEqual(scene.seen, ['pingresp', 'timer', 'answer']);
	assert.deepEqual(sent, ['pingreq']);
});

test('a timer that is cancelled while the program is frozen does not come', async () => {
	const scene = createScene();
	const {seen, incarnation, scheduler} = scene;
	const second = {cancel: (): void => {}};
	incarnation.clock.setTimer(1, () => second.cancel());
	const timer = incarnation.clock.setTimer(2, () => seen.push('cancelled'));
	second.cancel = () => timer.cancel();
	incarnation.freeze();
	await scheduler.run({withinMs: 10});
	incarnation.thaw();
	await scheduler.run({withinMs: 10});
	assert.deepEqual(seen, []);
});
