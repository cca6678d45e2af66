import type {Clock, Timer} from '../runtime/clock.ts';

/** One device as whatever drives it sees it. Times are whole milliseconds since it booted and never go back. */
export interface DrivenDevice {
	/** Hands over one received datagram. */
	feed(datagram: Uint8Array, nowMs: number): void;
	/** Does what is due; returns when to call again at the latest, Infinity = not before the next `feed`. */
	poll(nowMs: number): number;
	/** The firmware took a sample. */
	sample(channel: number, value: number, nowMs: number): void;
}

/** Calls a device at the times it asks for, by a real or a virtual clock. */
export class DeviceRunner {
	readonly #device: DrivenDevice;
	readonly #clock: Clock;
	readonly #bootMs: number;
	/** Set exactly while the device waits for a time. */
	#timer: {readonly atMs: number; readonly handle: Timer} | undefined;
	#running = true;

	/** The device has booted right now. */
	constructor(device: DrivenDevice, clock: Clock) {
		this.#device = device;
		this.#clock = clock;
		this.#bootMs = clock.now();
		this.#schedule(0);
	}

	receive(datagram: Uint8Array): void {
		if (!this.#running) return;
		this.#device.feed(datagram, this.#nowMs());
		this.#poll();
	}

	sample(channel: number, value: number): void {
		if (!this.#running) return;
		this.#device.sample(channel, value, this.#nowMs());
		this.#poll();
	}

	/** The device is never called again: power is off. */
	stop(): void {
		this.#running = false;
		this.#timer?.handle.cancel();
	}

	#poll(): void {
		this.#schedule(this.#device.poll(this.#nowMs()));
	}

	#schedule(atMs: number): void {
		if (atMs === this.#timer?.atMs) return;
		this.#timer?.handle.cancel();
		this.#timer = undefined;
		if (atMs === Infinity) return;
		const handle = this.#clock.setTimer(atMs - this.#nowMs(), () => {
			this.#timer = undefined;
			this.#poll();
		});
		this.#timer = {atMs, handle};
	}

	#nowMs(): number {
		return Math.floor(this.#clock.now() - this.#bootMs);
	}
}
