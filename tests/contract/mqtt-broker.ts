import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {IConnectPacket, IPublishPacket, Packet, QoS} from 'mqtt-packet';
import type {OpenChannel, PacketChannel} from '../../runtime/mqtt.ts';

/** One broker under test. */
export interface BrokerUnderTest {
	readonly open: OpenChannel;
	readonly stop: () => Promise<void>;
	/** Where it is known to break the specification; a quirk that has gone fails the suite. */
	readonly quirks?: {
		/** Hands a retained message of QoS 1 to a subscription of QoS 0 as QoS 1 (against 3.8.4). */
		readonly retainedKeepsQos?: boolean;
		/** Repeats what was in flight without DUP (against 3.3.1.1). */
		readonly repeatsWithoutDup?: boolean;
	};
}

/** How long a packet may take; nothing waits that long when the broker is right. */
const deadlineMs = 15_000;

type Received = Packet | {readonly cmd: 'closed'};
type Named<Name extends Received['cmd']> = Extract<Received, {cmd: Name}>;

/** A client that reads its connection packet by packet. */
class Client {
	readonly #channel: PacketChannel;
	readonly #received: Received[] = [];
	#wake: (() => void) | undefined;
	#messageId = 0;

	private constructor(open: OpenChannel, onOpen: () => void) {
		this.#channel = open({
			onOpen,
			onPacket: (packet) => this.#push(packet),
			onClose: () => this.#push({cmd: 'closed'}),
		});
	}

	static open(open: OpenChannel): Promise<Client> {
		return new Promise((resolve) => {
			const client: Client = new Client(open, () => resolve(client));
		});
	}

	send(packet: Packet): void {
		this.#channel.send(packet);
	}

	cut(): void {
		this.#channel.close();
	}

	/** The next packet whatever it is, which must be of this kind: so each test also shows that nothing else comes. */
	async next<Name extends Received['cmd']>(cmd: Name): Promise<Named<Name>> {
		const received = this.#received.shift() ?? (await this.#wait(cmd));
		assert.equal(received.cmd, cmd, `expected ${cmd}, got ${JSON.stringify(received)}`);
		return received as Named<Name>;
	}

	async subscribe(...filters: readonly (readonly [string, QoS])[]): Promise<readonly unknown[]> {
		const messageId = ++this.#messageId;
		this.send({cmd: 'subscribe', messageId, subscriptions: filters.map(([topic, qos]) => ({topic, qos}))});
		const suback = await this.next('suback');
		assert.equal(suback.messageId, messageId);
		return suback.granted;
	}

	/** QoS 1, and waits for the acknowledgement. */
	async publish(topic: string, payload: string, retain = false): Promise<void> {
		const messageId = ++this.#messageId;
		this.send(publish(topic, payload, {qos: 1, retain, messageId}));
		assert.equal((await this.next('puback')).messageId, messageId);
	}

	/** After this, all that the broker had sent before has been read. */
	async ping(): Promise<void> {
		this.send({cmd: 'pingreq'});
		await this.next('pingresp');
	}

	#push(received: Received): void {
		this.#received.push(received);
		this.#wake?.();
	}

	#wait(cmd: string): Promise<Received> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`no ${cmd} within ${deadlineMs} ms`)), deadlineMs);
			this.#wake = () => {
				clearTimeout(timer);
				this.#wake = undefined;
				const received = this.#received.shift();
				if (received !== undefined) resolve(received);
			};
		});
	}
}

function publish(topic: string, payload: string, extra: Partial<IPublishPacket> = {}): IPublishPacket {
	return {cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false, ...extra};
}

/** What of a PUBLISH the contract fixes. */
function content(packet: IPublishPacket): readonly unknown[] {
	return [packet.topic, packet.payload.toString(), packet.qos, packet.retain];
}

type Start = () => Promise<BrokerUnderTest>;
type Run = (broker: BrokerUnderTest, connect: Connect) => Promise<void>;
/** Connects and reads the CONNACK. */
type Connect = (clientId: string, options?: Partial<IConnectPacket>) => Promise<Client & {readonly sessionPresent: boolean}>;

/** Declares the suite for one broker. Each case has a broker to itself. */
export function testBroker(name: string, start: Start, skip: string | false): void {
	for (const [title, run] of Object.entries(cases)) {
		test(`${name}: ${title}`, {skip}, async () => {
			const broker = await start();
			const clients: Client[] = [];
			try {
				await run(broker, async (clientId, options = {}) => {
					const client = await Client.open(broker.open);
					clients.push(client);
					client.send(connectPacket(clientId, options));
					const {returnCode, sessionPresent} = await client.next('connack');
					assert.equal(returnCode, 0);
					return Object.assign(client, {sessionPresent});
				});
			} finally {
				for (const client of clients) client.cut();
				await broker.stop();
			}
		});
	}
}

function connectPacket(clientId: string, options: Partial<IConnectPacket> = {}): IConnectPacket {
	return {cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60, ...options, clientId};
}

const kept = {clean: false};

const cases: Readonly<Record<string, Run>> = {
	'a message reaches a subscriber with the lesser of both QoS': async (_, connect) => {
		const [reader, writer] = [await connect('reader'), await connect('writer')];
		assert.deepEqual(await reader.subscribe(['zero', 0], ['one', 1]), [0, 1]);
		await writer.publish('zero', 'a');
		assert.deepEqual(content(await reader.next('publish')), ['zero', 'a', 0, false]);
		writer.send(publish('one', 'b'));
		assert.deepEqual(content(await reader.next('publish')), ['one', 'b', 0, false]);
		await writer.publish('one', 'c');
		const packet = await reader.next('publish');
		assert.deepEqual([...content(packet), packet.dup], ['one', 'c', 1, false, false]);
		reader.send({cmd: 'puback', messageId: packet.messageId ?? 0});
		await reader.ping();
	},
	'+ takes in one level, # the parent and all below, and neither the $ topics': async (_, connect) => {
		const [plus, hash, all, writer] = [await connect('p'), await connect('h'), await connect('a'), await connect('w')];
		await plus.subscribe(['f/+/d', 0]);
		await hash.subscribe(['f/#', 0]);
		await all.subscribe(['#', 0]);
		for (const topic of ['f', 'f/x', 'f/x/d', 'f/x/d/e', 'f//d', 'g/x/d', '$own/x']) writer.send(publish(topic, topic));
		await writer.ping();
		const read = async (client: Client, count: number): Promise<readonly string[]> => {
			const topics: string[] = [];
			while (topics.length < count) topics.push((await client.next('publish')).topic);
			await client.ping();
			return topics;
		};
		assert.deepEqual(await read(plus, 2), ['f/x/d', 'f//d']);
		assert.deepEqual(await read(hash, 5), ['f', 'f/x', 'f/x/d', 'f/x/d/e', 'f//d']);
		assert.deepEqual(await read(all, 6), ['f', 'f/x', 'f/x/d', 'f/x/d/e', 'f//d', 'g/x/d']);
	},
	'UNSUBSCRIBE ends delivery, and is acknowledged also for a filter that is not there': async (_, connect) => {
		const client = await connect('c');
		await client.subscribe(['t', 0]);
		client.send({cmd: 'unsubscribe', messageId: 77, unsubscriptions: ['t', 'other']});
		assert.equal((await client.next('unsuback')).messageId, 77);
		await client.publish('t', 'x');
		await client.ping();
	},
	'a retained message is kept, replaced, handed to new subscriptions, and cleared by an empty one': async ({quirks}, connect) => {
		const [writer, early, late] = [await connect('w'), await connect('e'), await connect('l')];
		await early.subscribe(['f/+/d', 1]);
		await writer.publish('f/a/d', 'old', true);
		const live = await early.next('publish');
		assert.deepEqual(content(live), ['f/a/d', 'old', 1, false]);
		early.send({cmd: 'puback', messageId: live.messageId ?? 0});
		await writer.publish('f/a/d', 'new', true);
		await late.subscribe(['f/+/d', 0]);
		const retainedQos = quirks?.retainedKeepsQos === true ? 1 : 0;
		assert.deepEqual(content(await late.next('publish')), ['f/a/d', 'new', retainedQos, true]);
		await late.subscribe(['f/+/d', 0]);
		assert.deepEqual(content(await late.next('publish')), ['f/a/d', 'new', retainedQos, true]);
		await writer.publish('f/a/d', '', true);
		// The empty message itself is forwarded like any other.
		assert.equal((await late.next('publish')).payload.length, 0);
		const newest = await connect('n');
		await newest.subscribe(['f/+/d', 0]);
		await newest.ping();
	},
	'a kept session holds QoS 1 messages for its client and tells that it is there': async (_, connect) => {
		const [first, writer] = [await connect('device', kept), await connect('writer')];
		assert.equal(first.sessionPresent, false);
		await first.subscribe(['t', 1]);
		first.send({cmd: 'disconnect'});
		await first.next('closed');
		for (const payload of ['1', '2', '3']) await writer.publish('t', payload);
		const second = await connect('device', kept);
		assert.equal(second.sessionPresent, true);
		for (const payload of ['1', '2', '3']) {
			const packet = await second.next('publish');
			assert.deepEqual(content(packet), ['t', payload, 1, false]);
			second.send({cmd: 'puback', messageId: packet.messageId ?? 0});
		}
		await second.ping();
		second.send({cmd: 'disconnect'});
		await second.next('closed');
		const third = await connect('device', kept);
		await third.ping();
	},
	'what was not acknowledged comes again, marked as repeated, with its message id': async ({quirks}, connect) => {
		const [first, writer] = [await connect('device', kept), await connect('writer')];
		await first.subscribe(['t', 1]);
		await writer.publish('t', 'a');
		await writer.publish('t', 'b');
		const [a, b] = [await first.next('publish'), await first.next('publish')];
		assert.deepEqual([a.dup, b.dup], [false, false]);
		first.send({cmd: 'puback', messageId: a.messageId ?? 0});
		await first.ping();
		first.cut();
		const second = await connect('device', kept);
		const again = await second.next('publish');
		assert.deepEqual([...content(again), again.dup, again.messageId], ['t', 'b', 1, false, quirks?.repeatsWithoutDup !== true, b.messageId]);
		second.send({cmd: 'puback', messageId: again.messageId ?? 0});
		await second.ping();
	},
	'a clean session forgets what was kept for the client': async (_, connect) => {
		const [first, writer] = [await connect('device', kept), await connect('writer')];
		await first.subscribe(['t', 1]);
		first.cut();
		await first.next('closed');
		const clean = await connect('device');
		assert.equal(clean.sessionPresent, false);
		clean.send({cmd: 'disconnect'});
		await clean.next('closed');
		await writer.publish('t', 'x');
		const last = await connect('device', kept);
		assert.equal(last.sessionPresent, false);
		await last.ping();
	},
	'a second connection of a client takes over: the first is closed, session and order of messages go on': async (_, connect) => {
		const [first, writer] = [await connect('device', kept), await connect('writer')];
		await first.subscribe(['t', 1]);
		const second = await connect('device', kept);
		await first.next('closed');
		assert.equal(second.sessionPresent, true);
		await writer.publish('t', 'x');
		assert.equal((await second.next('publish')).payload.toString(), 'x');
	},
	'a will is published when the client vanishes, and not after DISCONNECT': async ({quirks}, connect) => {
		const watcher = await connect('watcher');
		await watcher.subscribe(['will/+', 1]);
		const will = (topic: string): Partial<IConnectPacket> =>
			({will: {topic, payload: Buffer.from('gone'), qos: 1, retain: true}});
		const polite = await connect('polite', will('will/polite'));
		polite.send({cmd: 'disconnect'});
		await polite.next('closed');
		const dead = await connect('dead', will('will/dead'));
		dead.cut();
		const packet = await watcher.next('publish');
		assert.deepEqual(content(packet), ['will/dead', 'gone', 1, false]);
		const late = await connect('late');
		await late.subscribe(['will/#', 0]);
		assert.deepEqual(content(await late.next('publish')), ['will/dead', 'gone', quirks?.retainedKeepsQos === true ? 1 : 0, true]);
		await late.ping();
	},
	'a client silent for longer than 1.5 times its keep alive is cut off and its will published': async (_, connect) => {
		const watcher = await connect('watcher');
		await watcher.subscribe(['will', 0]);
		const silent = await connect('silent', {keepalive: 1, will: {topic: 'will', payload: Buffer.from('x')}});
		await silent.next('closed');
		assert.equal((await watcher.next('publish')).topic, 'will');
	},
	'messages of one client arrive in their order, each once, beyond the limit of messages in flight': async (_, connect) => {
		const [reader, writer] = [await connect('reader', kept), await connect('writer')];
		await reader.subscribe(['t', 1]);
		const expected = Array.from({length: 60}, (__, index) => `${index}`);
		for (const payload of expected) await writer.publish('t', payload);
		const got: string[] = [];
		while (got.length < expected.length) {
			const packet = await reader.next('publish');
			got.push(packet.payload.toString());
			reader.send({cmd: 'puback', messageId: packet.messageId ?? 0});
		}
		await reader.ping();
		assert.deepEqual(got, expected);
	},
	'an empty client id is served with a clean session': async (_, connect) => {
		const client = await connect('');
		assert.equal(client.sessionPresent, false);
		await client.ping();
	},
	'anything before CONNECT ends the connection': async (broker) => {
		const client = await Client.open(broker.open);
		client.send({cmd: 'pingreq'});
		await client.next('closed');
	},
	'a second CONNECT ends the connection': async (_, connect) => {
		const client = await connect('c');
		client.send(connectPacket('c'));
		await client.next('closed');
	},
	'an acknowledgement of an unknown message id disturbs nothing': async (_, connect) => {
		const client = await connect('c');
		client.send({cmd: 'puback', messageId: 999});
		await client.ping();
	},
};
