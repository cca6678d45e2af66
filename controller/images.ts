import type {Clock} from '../runtime/clock.ts';
import {bytesToHex, digest16} from '../protocol/crypto.ts';
import {decodeBlockRequest, encodeBlock} from '../protocol/generated/messages.ts';

/** Requests a device may make in a second; what exceeds it gets no answer, and the device asks again. */
export const requestsPerSecond = 50;

const blockBytesMax = 1024;

export type BlockAnswer =
	/** Payload for f/<device>/b; its block is empty when the object is not available to the device. */
	| {readonly kind: 'block'; readonly payload: Uint8Array; readonly available: boolean}
	| {readonly kind: 'malformed'}
	| {readonly kind: 'tooMany'};

interface DeviceObjects {
	/** By the first 16 bytes of their SHA-256, hexadecimal. */
	readonly objects: ReadonlyMap<string, Uint8Array>;
	/** Largest datagram that the device takes; Infinity until it has said so: then it knows best what to ask for. */
	readonly mtuBytes: number;
	/** Requests that may still be answered; refilled by time, never above `requestsPerSecond`. */
	tokens: number;
	refilledMs: number;
	/** What it has been handed of the objects that it asked for, by their names. */
	readonly transfers: Map<string, Transfer>;
}

/** How far a device is with one object, by its requests: they go from the beginning to the end. */
interface Transfer {
	/** End of the block furthest in. */
	reachedBytes: number;
	/** Size of the largest block. */
	blockBytes: number;
}

/** Blocks of one object that a device has been handed. */
export interface BlockProgress {
	readonly blocks: number;
	readonly of: number;
}

export interface ServedBlocks {
	readonly blocks: number;
	readonly bytes: number;
}

/**
 * Hands out blocks of what the current document of a device names, and of nothing else: a device never learns of
 * another one's tenants.
 */
export class ImageServer {
	readonly #clock: Clock;
	readonly #devices = new Map<string, DeviceObjects>();
	/** Names of objects by identity: documents of many devices share statements and images. */
	readonly #names = new WeakMap<Uint8Array, string>();

	#served: ServedBlocks = {blocks: 0, bytes: 0};

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Blocks with bytes in them, so far. */
	get served(): ServedBlocks {
		return this.#served;
	}

	/** Replaces what `device` may fetch. `mtuBytes` is the largest datagram it takes, when known. */
	set(device: string, objects: readonly Uint8Array[], mtuBytes = Infinity): void {
		const before = this.#devices.get(device);
		const named = new Map(objects.map(object => [this.#nameOf(object), object]));
		this.#devices.set(device, {
			objects: named,
			transfers: new Map([...before?.transfers ?? []].filter(([name]) => named.has(name))),
			mtuBytes,
			tokens: before?.tokens ?? requestsPerSecond,
			refilledMs: before?.refilledMs ?? this.#clock.now(),
		});
	}

	forget(device: string): void {
		this.#devices.delete(device);
	}

	/** How far `device` is with `object`; undefined when it has not asked for any of it. */
	progressOf(device: string, object: Uint8Array): BlockProgress | undefined {
		const transfer = this.#devices.get(device)?.transfers.get(this.#nameOf(object));
		return transfer === undefined ? undefined : {
			blocks: Math.ceil(transfer.reachedBytes / transfer.blockBytes),
			of: Math.ceil(object.length / transfer.blockBytes),
		};
	}

	/** Answers one request of `device`. */
	answer(device: string, request: Uint8Array): BlockAnswer {
		const decoded = decodeBlockRequest(request);
		if (!decoded.ok) {
			return {kind: 'malformed'};
		}
		const entry = this.#devices.get(device);
		if (entry !== undefined && !this.#takeToken(entry)) {
			return {kind: 'tooMany'};
		}
		const {digest, offset, length} = decoded.value;
		const found = entry?.objects.get(bytesToHex(digest));
		const object = found ?? new Uint8Array(0);
		const most = Math.min(length, blockRoom(entry?.mtuBytes ?? Infinity));
		const bytes = object.subarray(offset, offset + most);
		if (entry !== undefined && bytes.length > 0) {
			this.#note(entry, bytesToHex(digest), offset, bytes.length);
		}
		const payload = encodeBlock({digest: digest.subarray(0, 4), offset, bytes});
		return {kind: 'block', payload, available: found !== undefined};
	}

	#note({transfers}: DeviceObjects, name: string, offset: number, length: number): void {
		const {blocks, bytes} = this.#served;
		this.#served = {blocks: blocks + 1, bytes: bytes + length};
		const known = offset === 0 ? undefined : transfers.get(name);
		transfers.set(name, {
			reachedBytes: Math.max(known?.reachedBytes ?? 0, offset + length),
			blockBytes: Math.max(known?.blockBytes ?? 0, length),
		});
	}

	#takeToken(entry: DeviceObjects): boolean {
		const now = this.#clock.now();
		const refill = ((now - entry.refilledMs) * requestsPerSecond) / 1000;
		entry.tokens = Math.min(requestsPerSecond, entry.tokens + refill);
		entry.refilledMs = now;
		if (entry.tokens < 1) {
			return false;
		}
		entry.tokens -= 1;
		return true;
	}

	#nameOf(object: Uint8Array): string {
		const known = this.#names.get(object) ?? bytesToHex(digest16(object));
		this.#names.set(object, known);
		return known;
	}
}

/**
 * Bytes of an object that fit a datagram: less the PUBLISH header (7, or 9 when its length needs three), the array (1),
 * the digest (5), the offset (≤ 3) and the head of the bytes (2, or 3 above 255).
 */
export function blockRoom(mtuBytes: number): number {
	const room = mtuBytes - (mtuBytes > 255 ? 9 : 7) - 9;
	return Math.min(blockBytesMax, room > 257 ? room - 3 : room - 2);
}
