/** One line that a container has logged. */
export interface LogLine {
	/** When the controller got it, milliseconds since the epoch: devices have no clock. */
	readonly timeMs: number;
	readonly device: string;
	/** `namespace/name` of the FemtoContainer. */
	readonly container: string;
	/** Without control characters. */
	readonly text: string;
}

export interface LogBounds {
	readonly linesPerDevice: number;
	/** Of all devices together. */
	readonly lines: number;
}

interface Entry {
	readonly line: LogLine;
	/** False: it has gone, and takes room only until the queue is swept. */
	kept: boolean;
}

/** The newest lines of every device; when there is no room, the oldest go first. */
export class LogRing {
	readonly #bounds: LogBounds;
	/** Oldest first. Those kept stand also in `#byDevice`, in the same order; at most twice the bound in all. */
	#queue: Entry[] = [];
	/** No kept entry stands before it. */
	#head = 0;
	readonly #byDevice = new Map<string, Entry[]>();
	#size = 0;
	#evicted = 0;

	constructor(bounds: LogBounds) {
		this.#bounds = bounds;
	}

	/** Lines that are kept. */
	get size(): number {
		return this.#size;
	}

	/** Lines that had to make room so far. */
	get evicted(): number {
		return this.#evicted;
	}

	add(line: LogLine): void {
		const {linesPerDevice, lines} = this.#bounds;
		const own = this.#byDevice.get(line.device) ?? [];
		const entry = {line, kept: true};
		this.#byDevice.set(line.device, own);
		own.push(entry);
		this.#queue.push(entry);
		this.#size++;
		if (own.length > linesPerDevice) {
			this.#evictOldestOf(line.device);
		}
		if (this.#size > lines) {
			this.#evictOldest();
		}
		if (this.#queue.length >= 2 * lines) {
			this.#sweep();
		}
	}

	/** The lines of one device, or of all, oldest first. */
	list(device?: string): readonly LogLine[] {
		const entries = device === undefined ? this.#queue.slice(this.#head) : this.#byDevice.get(device) ?? [];
		return entries.filter(({kept}) => kept).map(({line}) => line);
	}

	forget(device: string): void {
		for (const entry of this.#byDevice.get(device) ?? []) {
			entry.kept = false;
			this.#size--;
		}
		this.#byDevice.delete(device);
	}

	#evictOldest(): void {
		while (this.#queue[this.#head]?.kept === false) {
			this.#head++;
		}
		const oldest = this.#queue[this.#head];
		if (oldest !== undefined) {
			this.#evictOldestOf(oldest.line.device);
		}
	}

	#evictOldestOf(device: string): void {
		const own = this.#byDevice.get(device) ?? [];
		const oldest = own.shift();
		if (oldest === undefined) {
			return;
		}
		oldest.kept = false;
		this.#size--;
		this.#evicted++;
		if (own.length === 0) {
			this.#byDevice.delete(device);
		}
	}

	#sweep(): void {
		this.#queue = this.#queue.filter(({kept}) => kept);
		this.#head = 0;
	}
}
