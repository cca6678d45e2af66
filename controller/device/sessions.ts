import type {Clock} from '../../runtime/clock.ts';
import {openMac0} from '../../protocol/cose.ts';
import {deviceKey, equalBytes} from '../../protocol/crypto.ts';
import {
	decodeReport, decodeReportSlice, type ContainerReport, type Counter, type Inventory, type Report,
} from '../../protocol/generated/messages.ts';
import {isPossible, joinSlice, type UnfinishedReport} from './slices.ts';

/** The newest authentic report of one device. */
export interface Observation {
	readonly report: Report;
	readonly receivedMs: number;
	/** When each container was first seen in the state it has, by local id; milliseconds since the epoch. */
	readonly stateSinceMs: ReadonlyMap<number, number>;
	/** The newest ones reported: not every report carries them. */
	readonly inventory?: Inventory;
	readonly counters?: readonly Counter[];
}

/** What tells a new report from one that was seen before. */
export type ReportNumber = Pick<Report, 'boot' | 'sequence' | 'acceptedGeneration'>;

/** Why bytes on f/<device>/r are no new report; `incomplete` is the ordinary case. */
export type ReportOutcome =
	| {readonly kind: 'report'; readonly observation: Observation}
	/** `duplicate`: the newest one again, as QoS 1 may deliver it. `replay`: an older one. */
	| {readonly kind: 'incomplete' | 'malformed' | 'mac' | 'duplicate' | 'replay'};

interface Session {
	keyNumber: number;
	key: Uint8Array;
	unfinished: readonly UnfinishedReport[];
	observation?: Observation;
}

/** Above the fleets that one controller is made for; what exceeds it must have been authentic once. */
const sessionsMax = 100_000;

/**
 * What devices have said since the controller started: joins slices, checks the MAC, refuses what is not newer than
 * what is known. Lives in memory only; after a restart the first authentic report of each device counts as new.
 */
export class DeviceSessions {
	readonly #clock: Clock;
	readonly #fleetSecret: Uint8Array;
	readonly #sessions = new Map<string, Session>();

	constructor(clock: Clock, fleetSecret: Uint8Array) {
		this.#clock = clock;
		this.#fleetSecret = fleetSecret;
	}

	/** The key shared with `device`; another key number makes another key. */
	keyOf(device: string, keyNumber: number): Uint8Array {
		return this.#sessionOf(device, keyNumber).key;
	}

	/** Takes one slice. A report that is not newer than `known`, the last one written to status, is not believed. */
	receive(device: string, keyNumber: number, payload: Uint8Array, known?: ReportNumber): ReportOutcome {
		const slice = decodeReportSlice(payload);
		if (!slice.ok || !isPossible(slice.value)) {
			return {kind: 'malformed'};
		}
		const session = this.#sessionOf(device, keyNumber);
		const {unfinished, joined} = joinSlice(session.unfinished, slice.value);
		session.unfinished = unfinished;
		return joined === undefined ? {kind: 'incomplete'} : this.#open(session, joined, known);
	}

	observationOf(device: string): Observation | undefined {
		return this.#sessions.get(device)?.observation;
	}

	forget(device: string): void {
		this.#sessions.delete(device);
	}

	#open(session: Session, joined: Uint8Array, known: ReportNumber | undefined): ReportOutcome {
		const payload = openMac0(session.key, 'report', joined);
		if (!payload.ok) {
			return {kind: payload.error.name === 'mac' ? 'mac' : 'malformed'};
		}
		const report = decodeReport(payload.value);
		if (!report.ok) {
			return {kind: 'malformed'};
		}
		const age = compareAge(report.value, session.observation?.report ?? known);
		if (age !== 'new') {
			return {kind: age};
		}
		const {inventory = session.observation?.inventory, counters = session.observation?.counters} = report.value;
		const receivedMs = this.#clock.now();
		const observation: Observation = {
			report: report.value,
			receivedMs,
			stateSinceMs: stateTimes(report.value, session.observation, receivedMs),
			...(inventory === undefined ? {} : {inventory}),
			...(counters === undefined ? {} : {counters}),
		};
		session.observation = observation;
		return {kind: 'report', observation};
	}

	#sessionOf(device: string, keyNumber: number): Session {
		const known = this.#sessions.get(device);
		if (known !== undefined && known.keyNumber === keyNumber) {
			return known;
		}
		this.#makeRoom();
		const key = deviceKey(this.#fleetSecret, device, keyNumber);
		const session: Session = {keyNumber, key, unfinished: []};
		this.#sessions.set(device, session);
		return session;
	}

	/** Anyone may claim to be a device: the oldest that has proven nothing makes room. */
	#makeRoom(): void {
		if (this.#sessions.size < sessionsMax) {
			return;
		}
		for (const [device, {observation}] of this.#sessions) {
			if (observation === undefined) {
				this.#sessions.delete(device);
				return;
			}
		}
	}
}

function stateTimes(
	report: Report, before: Observation | undefined, receivedMs: number,
): ReadonlyMap<number, number> {
	return new Map(report.containers.map(container => {
		const known = before?.report.containers.find(({localId}) => localId === container.localId);
		const sinceMs = before?.stateSinceMs.get(container.localId) ?? receivedMs;
		return [container.localId, known !== undefined && isSameState(known, container) ? sinceMs : receivedMs];
	}));
}

function isSameState(first: ContainerReport, second: ContainerReport): boolean {
	return first.state === second.state && first.generation === second.generation
		&& equalBytes(first.statementDigest, second.statementDigest);
}

/**
 * By boot, then sequence. A device whose flash was erased counts from 1 again; what proves that it lives is a
 * generation that no report has ever accepted.
 */
function compareAge(report: ReportNumber, before: ReportNumber | undefined): 'new' | 'duplicate' | 'replay' {
	if (before === undefined || report.acceptedGeneration > before.acceptedGeneration || report.boot > before.boot) {
		return 'new';
	}
	if (report.boot < before.boot || report.sequence < before.sequence) {
		return 'replay';
	}
	return report.sequence > before.sequence ? 'new' : 'duplicate';
}
