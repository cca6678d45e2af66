import {createHash, type Hash} from 'node:crypto';
import {simulationEpochMs} from './scheduler.ts';

/** What a line tells; the set is closed so that two logs can be compared line by line. */
export type EventKind =
	/** A datagram: sent, delivered, dropped. */
	| 'datagram'
	/** A packet between an MQTT client and the broker. */
	| 'packet'
	| 'api'
	| 'flash'
	/** A change of state of one device, as the firmware tells it. */
	| 'device'
	/** A line that a program logged. */
	| 'log'
	/** Something the simulation itself did: a crash, a cut, the seed. */
	| 'simulation';

/**
 * The canonical record of a run: one line per event, `<virtual ms> <kind> <subject> <detail>`, hashed as it grows.
 * Equal seeds give equal bytes, whatever machine, time zone or heap.
 */
export class EventLog {
	readonly #hash: Hash = createHash('sha256');
	readonly #now: () => number;
	readonly #sink: ((line: string) => void) | undefined;
	#lineCount = 0;

	/** `sink`, when given, receives each line with its newline, in order. */
	constructor(now: () => number, sink?: (line: string) => void) {
		this.#now = now;
		this.#sink = sink;
	}

	get lineCount(): number {
		return this.#lineCount;
	}

	/** Line breaks in `detail` are escaped: one event stays one line. */
	write(kind: EventKind, subject: string, detail: string): void {
		const line = `${this.#now() - simulationEpochMs} ${kind} ${subject} ${detail.replaceAll('\n', '\\n')}\n`;
		this.#hash.update(line);
		this.#lineCount++;
		this.#sink?.(line);
	}

	/** SHA-256 of all lines so far, in hex; the log may go on. */
	digest(): string {
		return this.#hash.copy().digest('hex');
	}
}

export function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
