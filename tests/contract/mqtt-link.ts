import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MqttLink} from '../../runtime/mqtt.ts';

/** A broker that can be taken away, and links to it. */
export interface LinkUnderTest {
	readonly createLink: (clientId: string) => MqttLink;
	/** Ends all connections and forgets everything; nothing connects until `startBroker`. */
	readonly stopBroker: () => Promise<void>;
	readonly startBroker: () => Promise<void>;
	readonly close: () => Promise<void>;
}

const deadlineMs = 15_000;

/** What the handlers of one link saw, line by line, each waited for in order. */
class Journal {
	readonly link: MqttLink;
	readonly #lines: string[] = [];
	#wake: (() => void) | undefined;

	constructor(link: MqttLink) {
		this.link = link;
		link.start({
			onConnect: (sessionPresent) => this.#write(`connected ${sessionPresent}`),
			onMessage: ({topic, payload, qos, retain}) => {
				assert.equal(payload.constructor, Uint8Array);
				this.#write(`${topic} ${Buffer.from(payload).toString()} qos ${qos} retain ${retain}`);
			},
			onDisconnect: () => this.#write('disconnected'),
		});
	}

	async next(expected: string): Promise<void> {
		while (this.#lines.length === 0) await this.#wait(expected);
		assert.equal(this.#lines.shift(), expected);
	}

	/** Skips "disconnected": a client may try, and fail, any number of times. */
	async reconnected(expected: string): Promise<void> {
		while (this.#lines.length === 0 || this.#lines[0] === 'disconnected') {
			if (this.#lines.shift() === undefined) await this.#wait(expected);
		}
		await this.next(expected);
	}

	#write(line: string): void {
		this.#lines.push(line);
		this.#wake?.();
	}

	#wait(expected: string): Promise<void> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`no "${expected}" within ${deadlineMs} ms`)), deadlineMs);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Declares the suite for one implementation of `MqttLink`. */
export function testLink(name: string, start: () => Promise<LinkUnderTest>): void {
	for (const [title, run] of Object.entries(cases)) {
		test(`${name}: ${title}`, async () => {
			const under = await start();
			const journals: Journal[] = [];
			try {
				await run(under, (clientId) => {
					const journal = new Journal(under.createLink(clientId));
					journals.push(journal);
					return journal;
				});
			} finally {
				for (const journal of journals) await journal.link.stop();
				await under.close();
			}
		});
	}
}

type Open = (clientId: string) => Journal;

const cases: Readonly<Record<string, (under: LinkUnderTest, open: Open) => Promise<void>>> = {
	'messages of both QoS arrive, and retained ones say so': async (_, open) => {
		const [reader, writer] = [open('_reader'), open('_writer')];
		await reader.next('connected false');
		await writer.next('connected false');
		await writer.link.publish('t/kept', bytes('k'), {qos: 1, retain: true});
		await reader.link.subscribe(['t/+', 'u'], 1);
		await reader.next('t/kept k qos 1 retain true');
		await writer.link.publish('u', bytes('one'), {qos: 1});
		await reader.next('u one qos 1 retain false');
		await writer.link.publish('u', bytes('zero'), {qos: 0});
		await reader.next('u zero qos 0 retain false');
	},
	'what is asked for before the first connection is done after it': async (_, open) => {
		const reader = open('_reader');
		await Promise.all([reader.link.subscribe(['t'], 1), reader.next('connected false')]);
		const writer = open('_writer');
		await writer.link.publish('t', bytes('early'), {qos: 1});
		await reader.next('t early qos 1 retain false');
	},
	'a kept session is found again, with what came meanwhile': async (under, open) => {
		const first = open('_reader');
		await first.next('connected false');
		await first.link.subscribe(['t'], 1);
		await first.link.stop();
		const writer = open('_writer');
		await writer.link.publish('t', bytes('meanwhile'), {qos: 1});
		const second = open('_reader');
		await second.next('connected true');
		await second.next('t meanwhile qos 1 retain false');
	},
	'after a broker lost everything, subscriptions stand again and waiting publications arrive': async (under, open) => {
		const [reader, writer] = [open('_reader'), open('_writer')];
		await reader.next('connected false');
		await writer.next('connected false');
		await reader.link.subscribe(['t'], 1);
		await under.stopBroker();
		await reader.next('disconnected');
		await writer.next('disconnected');
		await under.startBroker();
		await reader.reconnected('connected false');
		// Answered after the SUBSCRIBE that the reader sends by itself: the order of one connection.
		await reader.link.subscribe(['other'], 1);
		await writer.link.publish('t', bytes('again'), {qos: 1});
		await reader.next('t again qos 1 retain false');
	},
	'QoS 1 published while the broker is away arrives when it is back': async (under, open) => {
		const writer = open('_writer');
		await writer.next('connected false');
		await under.stopBroker();
		await writer.next('disconnected');
		const published = writer.link.publish('t', bytes('late'), {qos: 1, retain: true});
		await under.startBroker();
		await published;
		const reader = open('_reader');
		await reader.link.subscribe(['t'], 1);
		await reader.next('connected false');
		await reader.next('t late qos 1 retain true');
	},
};
