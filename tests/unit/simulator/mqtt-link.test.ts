import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MqttLink} from '../../../runtime/mqtt.ts';
import {SimulatedBroker} from '../../../simulator/broker-channel.ts';
import {createSimulatedMqttLink} from '../../../simulator/mqtt-link.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

interface World {
	readonly scheduler: Scheduler;
	readonly broker: SimulatedBroker;
	/** A started link whose handlers write to `seen`. */
	readonly link: (name: string) => MqttLink;
	readonly seen: string[];
	readonly run: (withinMs: number) => Promise<unknown>;
}

function createWorld(): World {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const {clock} = scheduler;
	const broker = new SimulatedBroker({clock, latencyMs: 2});
	const seen: string[] = [];
	const link = (name: string): MqttLink => {
		const created = createSimulatedMqttLink({openChannel: broker.openChannel(name), clock, clientId: name});
		created.start({
			onConnect: (sessionPresent) => seen.push(`${name} connected ${sessionPresent}`),
			onMessage: ({topic, payload, qos, retain}) =>
				seen.push(`${name} ${topic} ${Buffer.from(payload).toString()} ${qos} ${retain}`),
			onDisconnect: () => seen.push(`${name} disconnected`),
		});
		return created;
	};
	return {scheduler, broker, link, seen, run: (withinMs) => scheduler.run({withinMs})};
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a link subscribes, receives, and its publish resolves with the acknowledgement', async () => {
	const {link, seen, run, scheduler} = createWorld();
	const [reader, writer] = [link('reader'), link('writer')];
	const subscribed = reader.subscribe(['t/+'], 1);
	await run(100);
	await subscribed;
	let acknowledgedMs = 0;
	const published = writer.publish('t/1', bytes('x'), {qos: 1, retain: true}).then(() => (acknowledgedMs = scheduler.elapsedMs));
	await run(100);
	await published;
	assert.equal(acknowledgedMs, 104);
	assert.deepEqual(seen, ['reader connected false', 'writer connected false', 'reader t/1 x 1 false']);
});

test('a link comes back after the broker lost everything, subscribes again and repeats what was not acknowledged', async () => {
	const {link, seen, run, broker} = createWorld();
	const [reader, writer] = [link('reader'), link('writer')];
	const subscribed = reader.subscribe(['t'], 1);
	await run(100);
	await subscribed;
	broker.stop('state lost');
	await run(10);
	const published = writer.publish('t', bytes('during'), {qos: 1});
	await run(5000);
	broker.start();
	await run(5000);
	await published;
	assert.deepEqual(seen.filter((line) => line.startsWith('reader')), [
		'reader connected false', 'reader disconnected', 'reader connected false', 'reader t during 1 false',
	]);
});

test('a kept session survives a broker that keeps its state', async () => {
	const {link, seen, run, broker} = createWorld();
	const subscribed = link('reader').subscribe(['t'], 1);
	await run(100);
	await subscribed;
	broker.stop('state kept');
	broker.start();
	await run(3000);
	assert.deepEqual(seen, ['reader connected false', 'reader disconnected', 'reader connected true']);
});

test('an idle link stays connected beyond its keep alive', async () => {
	const {link, seen, run} = createWorld();
	link('idle');
	await run(3_600_000);
	assert.deepEqual(seen, ['idle connected false']);
});

test('publish() of QoS 0 without a connection, and of anything after stop(), is refused', async () => {
	const {link, run} = createWorld();
	const stopped = link('l');
	await assert.rejects(stopped.publish('t', bytes('x'), {qos: 0}), /Cannot publish to t/);
	const waiting = assert.rejects(stopped.publish('t', bytes('x'), {qos: 1}), /stopped/);
	await stopped.stop();
	await waiting;
	await assert.rejects(stopped.publish('t', bytes('x'), {qos: 1}), /stopped/);
	await run(10);
});
