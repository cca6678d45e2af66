import assert from 'node:assert/strict';
import {openMac0, sealMac0} from '../../../protocol/cose.ts';
import {bytesToHex, deviceKey, digest16} from '../../../protocol/crypto.ts';
import {
	decodeBlock, decodeDocument, decodeHead, encodeBlockRequest, encodeReport, encodeReportSlice, type Assignment,
	type ContainerReport, type Document, type Head, type Inventory, type Refusal, type Report,
} from '../../../protocol/generated/messages.ts';
import {readStatement} from '../../../protocol/statement.ts';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import {reportSliceBytesMax} from '../../../protocol/schema/messages.ts';
import type {Clock} from '../../../runtime/clock.ts';
import type {MemoryBroker} from './memory-link.ts';

export interface ScriptedDeviceOptions {
	readonly id: string;
	readonly broker: MemoryBroker;
	readonly clock: Clock;
	readonly fleetSecret: Uint8Array;
	readonly keyNumber: number;
	readonly inventory?: Partial<Inventory>;
	/** What the device makes of a container once it has all its bytes; default: confirmed after a second. */
	readonly judge?: (assignment: Assignment, image: Uint8Array) => Omit<Refusal, 'localId'> | undefined;
	/** Whether its trial never ends. */
	readonly hangs?: (assignment: Assignment) => boolean;
	/** Why the device gives a container up that has begun to run; it goes back to what it had confirmed, if anything. */
	readonly giveUp?: (assignment: Assignment) => Omit<Refusal, 'localId'> | undefined;
}

export const fullInventory: Inventory = {
	firmware: '1.0.0', board: 'sim', buildId: new Uint8Array(8), hooks: [1, 2, 3], helpers: 0b1111_1110,
	freeRamBytes: 8_000, freeFlashBytes: 60_000, mtuBytes: 64, documentBytes: 1024, containers: 8,
};

interface Pull {
	readonly digest: Uint8Array;
	readonly chunks: Uint8Array[];
	readonly done: ((bytes: Uint8Array) => void)[];
}

type StateName = (typeof containerStates)[number]['name'];

/** Speaks the wire as a device does, and decides as the test says: no firmware, no link. */
export class ScriptedDevice {
	readonly #options: ScriptedDeviceOptions;
	readonly #key: Uint8Array;
	/** By the first 4 bytes of the digest, hexadecimal. */
	readonly #pulls = new Map<string, Pull>();
	/** What each container was installed from, by local id. */
	readonly #installed = new Map<number, Assignment>();
	readonly #confirmed = new Map<number, Assignment>();
	/** Statements that began to run, in order; hexadecimal. */
	readonly ran: string[] = [];
	#boot = 1;
	#sequence = 0;
	#reports = 0;
	#accepted: Head | undefined;
	#document: Document = {reportPeriodSeconds: 60, wakeIntervalSeconds: 0, grants: [], containers: []};
	readonly #containers = new Map<number, ContainerReport>();
	#refusals: readonly Refusal[] = [];
	#silent = false;
	/** Objects whose pull came back empty, by digest. */
	readonly unavailable: string[] = [];
	/** Accepted heads, in order. */
	readonly generations: number[] = [];

	constructor(options: ScriptedDeviceOptions) {
		this.#options = options;
		this.#key = deviceKey(options.fleetSecret, options.id, options.keyNumber);
	}

	get id(): string {
		return this.#options.id;
	}

	get document(): Document {
		return this.#document;
	}

	/** Boots: takes the retained head, says what it offers, then reports each period. */
	start(): void {
		const {id, broker} = this.#options;
		broker.connect([`f/${id}/d`, `f/${id}/b`], ({topic, payload}) => {
			if (topic.endsWith('/d')) {
				this.#onHead(payload);
			} else {
				this.#onBlock(payload);
			}
		});
		this.report({inventory: {...fullInventory, ...this.#options.inventory}});
		this.#schedulePeriod();
	}

	reboot(): void {
		this.#boot++;
		this.#sequence = 0;
		this.#reports = 0;
		this.report({inventory: {...fullInventory, ...this.#options.inventory}});
	}

	/** From now on it says nothing. */
	silence(): void {
		this.#silent = true;
	}

	speak(): void {
		this.#silent = false;
	}

	/** Takes the head that stands on the broker, as after a connection. */
	reconnect(): void {
		this.#onHead(this.#options.broker.retained.get(`f/${this.id}/d`) ?? new Uint8Array(0));
	}

	/** Changes what one container is, and reports it. */
	change(localId: number, change: Partial<ContainerReport>): void {
		const before = this.#containers.get(localId);
		assert.ok(before, `container ${localId} is there`);
		this.#containers.set(localId, {...before, ...change});
		this.report();
	}

	/** Sends one report, and returns its slices. */
	report(extra: Partial<Report> = {}): readonly Uint8Array[] {
		const report: Report = {
			boot: this.#boot,
			sequence: ++this.#sequence,
			acceptedGeneration: this.#accepted?.desiredGeneration ?? 0,
			nextReportSeconds: this.#document.reportPeriodSeconds,
			containers: [...this.#containers.values()].toSorted((left, right) => left.localId - right.localId),
			refusals: this.#refusals,
			...extra,
		};
		const slices = this.#slice(sealMac0(this.#key, 'report', encodeReport(report)));
		for (const slice of this.#silent ? [] : slices) {
			this.#options.broker.publish(`f/${this.id}/r`, slice, {qos: 1});
		}
		return slices;
	}

	#slice(bytes: Uint8Array): readonly Uint8Array[] {
		const report = ++this.#reports;
		const parts = Math.ceil(bytes.length / reportSliceBytesMax);
		return Array.from({length: parts}, (_, part) => {
			const start = part * reportSliceBytesMax;
			return encodeReportSlice({report, part, parts, bytes: bytes.subarray(start, start + reportSliceBytesMax)});
		});
	}

	#schedulePeriod(): void {
		this.#options.clock.setTimer(this.#document.reportPeriodSeconds * 1000, () => {
			this.report();
			this.#schedulePeriod();
		});
	}

	#onHead(payload: Uint8Array): void {
		if (this.#silent || payload.length === 0) {
			return;
		}
		const opened = openMac0(this.#key, 'head', payload);
		assert.ok(opened.ok, 'the head is authentic');
		const head = decodeHead(opened.value);
		assert.ok(head.ok, 'the head is well-formed');
		if (head.value.desiredGeneration > (this.#accepted?.desiredGeneration ?? 0)) {
			this.#accepted = head.value;
			this.generations.push(head.value.desiredGeneration);
			this.#pull(head.value.documentDigest, bytes => this.#onDocument(bytes));
		}
	}

	#onDocument(bytes: Uint8Array): void {
		const document = decodeDocument(bytes);
		assert.ok(document.ok, 'the document is well-formed');
		this.#document = document.value;
		// A new head is a reason to try again what was refused or given up.
		this.#refusals.forEach(({localId}) => this.#installed.delete(localId));
		this.#refusals = [];
		const wanted = new Set(document.value.containers.map(({localId}) => localId));
		for (const localId of this.#containers.keys()) {
			if (!wanted.has(localId)) {
				this.#containers.delete(localId);
				this.#installed.delete(localId);
			}
		}
		for (const {digest} of document.value.grants) {
			this.#pull(digest, () => undefined);
		}
		for (const assignment of document.value.containers) {
			if (!isSameInstall(this.#installed.get(assignment.localId), assignment)) {
				this.#install(assignment);
			}
		}
		this.report();
	}

	#install(assignment: Assignment): void {
		this.#installed.set(assignment.localId, assignment);
		this.#pull(assignment.statementDigest, bytes => {
			const read = readStatement(bytes);
			assert.ok(read.ok, 'the statement is well-formed');
			this.#pull(read.value.statement.imageDigest.subarray(0, 16), image => this.#activate(assignment, image));
		});
	}

	#activate(assignment: Assignment, image: Uint8Array): void {
		const refusal = this.#options.judge?.(assignment, image);
		if (refusal !== undefined) {
			this.#refusals = [...this.#refusals, {...refusal, localId: assignment.localId}];
			this.#set(assignment, 'Refused');
			return;
		}
		this.ran.push(bytesToHex(assignment.statementDigest));
		this.#set(assignment, 'Trial');
		this.#options.clock.setTimer(1_000 * Math.max(1, assignment.minReadySeconds), () => {
			if (this.#installed.get(assignment.localId) === assignment && this.#options.hangs?.(assignment) !== true) {
				this.#finishTrial(assignment);
			}
		});
	}

	#finishTrial(assignment: Assignment): void {
		const {localId} = assignment;
		const reason = this.#options.giveUp?.(assignment);
		if (reason === undefined) {
			this.#confirmed.set(localId, assignment);
			this.#set(assignment, 'Confirmed');
		} else {
			this.fault(localId, reason);
		}
	}

	/** Gives up what runs as `localId`, confirmed or not. */
	fault(localId: number, reason: Omit<Refusal, 'localId'>): void {
		const current = this.#installed.get(localId);
		assert.ok(current, `container ${localId} is there`);
		const before = this.#confirmed.get(localId);
		this.#refusals = [...this.#refusals, {...reason, localId}];
		this.#set(before ?? current, before === undefined || before === current ? 'Quarantined' : 'Confirmed');
	}

	#set({localId, statementDigest}: Assignment, name: StateName): void {
		const state = containerStates.find(entry => entry.name === name)?.id ?? 0;
		const generation = (this.#containers.get(localId)?.generation ?? 0) + (name === 'Trial' ? 1 : 0);
		this.#containers.set(localId, {
			localId, state, statementDigest, generation, runs: 1, faults: 0, lastFault: {cause: 0, pc: 0}, instructions: 100,
		});
		this.report();
	}

	#pull(digest: Uint8Array, done: (bytes: Uint8Array) => void): void {
		const name = bytesToHex(digest.subarray(0, 4));
		const known = this.#pulls.get(name);
		if (known !== undefined) {
			known.done.push(done);
			return;
		}
		this.#pulls.set(name, {digest, chunks: [], done: [done]});
		this.#ask(digest, 0);
	}

	#ask(digest: Uint8Array, offset: number): void {
		const request = encodeBlockRequest({digest, offset, length: 46});
		this.#options.broker.publish(`f/${this.id}/g`, request, {qos: 0});
	}

	#onBlock(payload: Uint8Array): void {
		const block = decodeBlock(payload);
		assert.ok(block.ok, 'the block is well-formed');
		const name = bytesToHex(block.value.digest);
		const pull = this.#pulls.get(name);
		if (pull === undefined) {
			return;
		}
		pull.chunks.push(block.value.bytes);
		const bytes = new Uint8Array(Buffer.concat(pull.chunks));
		if (bytesToHex(digest16(bytes)) === bytesToHex(pull.digest)) {
			this.#pulls.delete(name);
			pull.done.forEach(done => done(bytes));
		} else if (block.value.bytes.length === 0) {
			this.unavailable.push(name);
		} else {
			this.#ask(pull.digest, bytes.length);
		}
	}
}

/** Another policy alone is no other install. */
function isSameInstall(before: Assignment | undefined, after: Assignment): boolean {
	const essence = ({statementDigest, hooks, parameters, limits}: Assignment): string =>
		JSON.stringify([bytesToHex(statementDigest), hooks, parameters, limits]);
	return before !== undefined && essence(before) === essence(after);
}
