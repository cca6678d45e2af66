import {isUtf8} from 'node:buffer';
import type {WatchEvent} from '../api.ts';
import {deepFreeze} from '../freeze.ts';
import type {KubeObject} from '../types.ts';
import {refusalOf} from './failure.ts';

/** No server keeps an object a tenth of this size; more than this is no watch. */
const lineBytesMax = 32 * 1024 * 1024;
const newline = 0x0a;

/** Cuts a stream of bytes at its newlines, wherever its pieces begin and end. */
export class LineSplitter {
	/** Of the line that is not complete yet. */
	#pieces: Uint8Array[] = [];
	#bytes = 0;

	/** The lines that `piece` completes, without newline. @throws Error for one that has no end */
	* push(piece: Uint8Array): Generator<Uint8Array> {
		let begin = 0;
		for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, begin)) {
			const last = piece.subarray(begin, end);
			begin = end + 1;
			if (this.#bytes === 0) {
				yield last;
				continue;
			}
			const line = Buffer.concat([...this.#pieces, last]);
			this.#pieces = [];
			this.#bytes = 0;
			yield line;
		}
		this.#keep(piece.subarray(begin));
	}

	/** @throws Error when the stream ends inside a line */
	end(): void {
		if (this.#bytes > 0) {
			throw new Error(`Cannot read watch: it ends inside an event, after ${this.#bytes} bytes of it`);
		}
	}

	#keep(rest: Uint8Array): void {
		this.#bytes += rest.length;
		if (this.#bytes > lineBytesMax) {
			throw new Error(`Cannot read watch: a line is longer than ${lineBytesMax} bytes`);
		}
		if (rest.length > 0) {
			this.#pieces.push(rest);
		}
	}
}

/** The event of a line. @throws KubeError for an ERROR event, Error for what is no event */
export function readWatchEvent<T extends KubeObject>(line: Uint8Array): WatchEvent<T> {
	const {type, object} = parseLine(line);
	switch (type) {
		case 'ADDED':
		case 'MODIFIED':
		case 'DELETED':
			if (typeof object?.metadata?.resourceVersion === 'string') {
				return {type, object: deepFreeze(object) as T};
			}
			break;
		case 'BOOKMARK':
			if (typeof object?.metadata?.resourceVersion === 'string') {
				const isEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
				return {type, resourceVersion: object.metadata.resourceVersion, ...(isEnd && {initialEventsEnd: true})};
			}
			break;
		case 'ERROR':
			throw refusalOf(object, 500);
		default:
	}
	throw malformed(line, 'type and object of a watch event required');
}

/** What a line may hold; nothing of it is sure. */
interface Line {
	readonly type?: unknown;
	readonly object?: Partial<KubeObject> | null;
}

function parseLine(line: Uint8Array): Line {
	if (!isUtf8(line)) {
		throw malformed(line, 'UTF-8 required');
	}
	try {
		return (JSON.parse(text(line)) as Line | null) ?? {};
	} catch (cause) {
		throw malformed(line, 'JSON required', cause);
	}
}

function malformed(line: Uint8Array, rule: string, cause?: unknown): Error {
	// Objects may hold secrets: the beginning is enough to see what it is.
	return new Error(`Cannot read watch event ${JSON.stringify(text(line.subarray(0, 40)))}…: ${rule}`, {cause});
}

function text(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
