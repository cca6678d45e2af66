import type {Packet} from 'mqtt-packet';
import type {Clock, Timer} from '../runtime/clock.ts';
import type {OpenChannel, PacketChannel, PacketChannelEvents} from '../runtime/mqtt.ts';
import {BrokerModel, type BrokerInput} from './broker.ts';
import {hex, type EventLog} from './event-log.ts';

export interface SimulatedBrokerOptions {
	readonly clock: Clock;
	/** One way, between a client and the broker. */
	readonly latencyMs: number;
	readonly log?: EventLog;
}

interface Pipe {
	readonly name: string;
	readonly events: PacketChannelEvents;
	/** What the client may still do; `closed` once `onClose` is due or done. */
	state: 'opening' | 'open' | 'closed';
}

/** The broker model behind connections with virtual latency: in order, nothing lost, as TCP would have it. */
export class SimulatedBroker {
	readonly #options: SimulatedBrokerOptions;
	readonly #pipes = new Map<number, Pipe>();
	#model = new BrokerModel();
	#running = true;
	#lastConnection = 0;
	#timer: {readonly atMs: number; readonly handle: Timer} | undefined;

	constructor(options: SimulatedBrokerOptions) {
		this.#options = options;
	}

	/** How programs connect; `name` stands in the event log. */
	openChannel(name: string): OpenChannel {
		return (events) => this.#open(name, events);
	}

	/** All connections end at once and none opens until `start`. */
	stop(kept: 'state kept' | 'state lost'): void {
		this.#options.log?.write('simulation', 'broker', `stop, ${kept}`);
		this.#running = false;
		for (const id of [...this.#pipes.keys()]) this.#endAtClient(id, new Error('broker stopped'));
		if (kept === 'state lost') this.#model = new BrokerModel();
		else this.#step({kind: 'crash'});
		this.#watchDeadline();
	}

	start(): void {
		this.#options.log?.write('simulation', 'broker', 'start');
		this.#running = true;
		this.#watchDeadline();
	}

	#open(name: string, events: PacketChannelEvents): PacketChannel {
		const id = ++this.#lastConnection;
		const pipe: Pipe = {name, events, state: 'opening'};
		this.#pipes.set(id, pipe);
		this.#later(() => {
			if (pipe.state === 'closed') return;
			if (!this.#running) {
				this.#endAtClient(id, new Error('connection refused'));
				return;
			}
			pipe.state = 'open';
			this.#step({kind: 'open', connection: id});
			events.onOpen();
		});
		return {
			send: (packet) => {
				if (pipe.state !== 'closed') this.#later(() => this.#arrive(id, name, packet));
			},
			close: () => {
				if (pipe.state === 'closed') return;
				this.#endAtClient(id);
				this.#later(() => this.#step({kind: 'closed', connection: id}));
			},
		};
	}

	/** Also for packets sent right before the client closed: they are on the wire. */
	#arrive(id: number, name: string, packet: Packet): void {
		this.#options.log?.write('packet', `${name}#${id}`, `> ${describe(packet)}`);
		this.#step({kind: 'packet', connection: id, packet});
	}

	#step(input: BrokerInput): void {
		for (const output of this.#model.step(input, this.#options.clock.now())) {
			const pipe = this.#pipes.get(output.connection);
			if (pipe === undefined) continue;
			if (output.kind === 'close') {
				this.#later(() => this.#endAtClient(output.connection, new Error(`closed by the broker: ${output.reason}`)));
				continue;
			}
			this.#options.log?.write('packet', `${pipe.name}#${output.connection}`, `< ${describe(output.packet)}`);
			this.#later(() => {
				if (pipe.state === 'open') pipe.events.onPacket(output.packet);
			});
		}
		this.#watchDeadline();
	}

	#endAtClient(id: number, error?: Error): void {
		const pipe = this.#pipes.get(id);
		if (pipe === undefined) return;
		this.#pipes.delete(id);
		pipe.state = 'closed';
		// Never inside a call of the client's own.
		this.#options.clock.setTimer(0, () => pipe.events.onClose(error));
	}

	#watchDeadline(): void {
		const atMs = this.#running ? this.#model.deadlineMs : undefined;
		if (atMs === this.#timer?.atMs) return;
		this.#timer?.handle.cancel();
		this.#timer = undefined;
		if (atMs === undefined) return;
		const handle = this.#options.clock.setTimer(atMs - this.#options.clock.now(), () => {
			this.#timer = undefined;
			this.#step({kind: 'tick'});
		});
		this.#timer = {atMs, handle};
	}

	#later(callback: () => void): void {
		this.#options.clock.setTimer(this.#options.latencyMs, callback);
	}
}

/** One packet as one canonical line. */
function describe(packet: Packet): string {
	switch (packet.cmd) {
		case 'publish':
			return `publish ${packet.topic} qos=${packet.qos} dup=${packet.dup} retain=${packet.retain} ` +
				`id=${packet.messageId ?? 0} ${hex(Buffer.from(packet.payload as Buffer))}`;
		case 'connect':
			return `connect ${packet.clientId} clean=${packet.clean ?? true} keepalive=${packet.keepalive ?? 0}`;
		case 'connack':
			return `connack ${packet.returnCode ?? 0} session=${packet.sessionPresent}`;
		case 'subscribe':
			return `subscribe id=${packet.messageId ?? 0} ` +
				packet.subscriptions.map(({topic, qos}) => `${topic}:${qos}`).join(' ');
		case 'unsubscribe':
			return `unsubscribe id=${packet.messageId ?? 0} ${packet.unsubscriptions.join(' ')}`;
		default:
			return `${packet.cmd} id=${packet.messageId ?? 0}`;
	}
}
