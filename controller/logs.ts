import type {CountInput} from './counts.ts';
import type {Fleet} from './fleet.ts';
import {LogFollower} from './logs-follower.ts';
import {LogRing, type LogLine} from './logs-ring.ts';
import {readLogText} from './logs-text.ts';
import type {Clock} from '../runtime/clock.ts';

export type {LogLine} from './logs-ring.ts';

/** Which lines somebody wants; what is absent does not restrict. */
export interface LogSelection {
	readonly device?: string;
	/** `namespace/name`. */
	readonly container?: string;
	/** Of those kept: not older than this, milliseconds since the epoch. */
	readonly fromMs?: number;
	/** Of those kept: the newest so many. */
	readonly tail?: number;
}

export interface LogStats {
	/** Lines taken so far. */
	readonly lines: number;
	readonly kept: number;
	/** Kept once, and gone to make room. */
	readonly evicted: number;
	/** Not handed to a follower that reads too slowly. */
	readonly dropped: number;
	readonly followers: number;
}

/** The local id, then at most 48 bytes of text (`protocol/schema/helpers.ts`, log). */
const payloadBytesMax = 49;
const bounds = {linesPerDevice: 200, lines: 20_000};
/** Every follower costs a comparison a line. */
const followersMax = 100;

/**
 * What containers log, from f/<device>/l: the newest lines in memory, and whoever follows. Lines carry no MAC, so they
 * are hearsay: they are shown, and nothing is decided on them.
 */
export class ContainerLogs {
	readonly #clock: Clock;
	readonly #fleet: Fleet;
	readonly #count: CountInput;
	readonly #ring = new LogRing(bounds);
	readonly #followers = new Set<LogFollower>();
	#lines = 0;
	#dropped = 0;

	constructor({clock, fleet, count}: {readonly clock: Clock; readonly fleet: Fleet; readonly count: CountInput}) {
		this.#clock = clock;
		this.#fleet = fleet;
		this.#count = count;
	}

	get stats(): LogStats {
		const {size: kept, evicted} = this.#ring;
		const dropped = [...this.#followers].reduce((sum, follower) => sum + follower.dropped, this.#dropped);
		return {lines: this.#lines, kept, evicted, dropped, followers: this.#followers.size};
	}

	/** Takes a message on f/<device>/l. What names no assigned container of the device is counted and dropped. */
	receive(device: string, payload: Uint8Array): void {
		const [localId] = payload;
		const entry = this.#fleet.devices.get(device)?.status?.assigned?.find(assigned => assigned.localId === localId);
		if (entry === undefined || payload.length > payloadBytesMax) {
			this.#count('log');
			return;
		}
		const {namespace, name} = entry.container;
		const line = {
			timeMs: this.#clock.now(), device, container: `${namespace}/${name}`, text: readLogText(payload.subarray(1)),
		};
		this.#lines++;
		this.#ring.add(line);
		for (const follower of this.#followers) {
			follower.offer(line);
		}
	}

	/** The lines that are kept, oldest first. */
	select(selection: LogSelection): readonly LogLine[] {
		const {fromMs = -Infinity, tail} = selection;
		const lines = this.#ring.list(selection.device).filter(line => isSelected(selection, line) && line.timeMs >= fromMs);
		return tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail));
	}

	/**
	 * Begins to follow: each selected line that comes from now on reaches the follower, or is counted in `dropped`.
	 * Undefined when there are too many followers.
	 */
	follow(selection: LogSelection): LogFollower | undefined {
		if (this.#followers.size >= followersMax) {
			return undefined;
		}
		const follower = new LogFollower(line => isSelected(selection, line), () => {
			this.#followers.delete(follower);
			this.#dropped += follower.dropped;
		});
		this.#followers.add(follower);
		return follower;
	}

	/** Ends every follower. */
	stop(): void {
		for (const follower of this.#followers) {
			follower.end();
		}
	}

	forget(device: string): void {
		this.#ring.forget(device);
	}
}

function isSelected({device, container}: LogSelection, line: LogLine): boolean {
	return (device === undefined || line.device === device) && (container === undefined || line.container === container);
}
