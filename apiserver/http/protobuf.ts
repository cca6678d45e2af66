import {Buffer} from 'node:buffer';
import type {Json, JsonObject} from '../store/json.ts';

/**
 * Reads the few messages that kubectl sends as protobuf and never as JSON: `create namespace|configmap|secret`,
 * `auth can-i`, and options of a delete. Fields by number, from generated.proto of k8s.io/api and k8s.io/apimachinery;
 * others are left out.
 */
type FieldType = 'text' | 'bytes' | 'bool' | 'integer' | 'texts' | 'textMap' | 'bytesMap' | Message;
interface Message {
	readonly [field: number]: readonly [name: string, type: FieldType];
}

const meta: Message = {
	1: ['name', 'text'], 2: ['generateName', 'text'], 3: ['namespace', 'text'], 5: ['uid', 'text'], 6: ['resourceVersion', 'text'],
	11: ['labels', 'textMap'], 12: ['annotations', 'textMap'], 14: ['finalizers', 'texts'],
};
const unknownMessage: Message = {
	1: ['typeMeta', {1: ['apiVersion', 'text'], 2: ['kind', 'text']}], 2: ['raw', 'bytes'], 3: ['contentEncoding', 'text'],
};
const messages: Readonly<Record<string, Message>> = {
	'v1 Namespace': {1: ['metadata', meta], 2: ['spec', {1: ['finalizers', 'texts']}]},
	'v1 ConfigMap': {1: ['metadata', meta], 2: ['data', 'textMap'], 3: ['binaryData', 'bytesMap'], 4: ['immutable', 'bool']},
	'v1 Secret': {
		1: ['metadata', meta], 2: ['data', 'bytesMap'], 3: ['type', 'text'], 4: ['stringData', 'textMap'], 5: ['immutable', 'bool'],
	},
	'authorization.k8s.io/v1 SelfSubjectAccessReview': {
		2: ['spec', {
			1: ['resourceAttributes', {
				1: ['namespace', 'text'], 2: ['verb', 'text'], 3: ['group', 'text'], 4: ['version', 'text'], 5: ['resource', 'text'],
				6: ['subresource', 'text'], 7: ['name', 'text'],
			}],
			2: ['nonResourceAttributes', {1: ['path', 'text'], 2: ['verb', 'text']}],
		}],
	},
	'meta.k8s.io/v1 DeleteOptions': {
		1: ['gracePeriodSeconds', 'integer'], 2: ['preconditions', {1: ['uid', 'text'], 2: ['resourceVersion', 'text']}],
		3: ['orphanDependents', 'bool'], 4: ['propagationPolicy', 'text'], 5: ['dryRun', 'texts'],
	},
};

/** What `runtime.Unknown` begins with. */
const magic = Buffer.from('k8s\0');

/** @throws Error for bytes that are no such message. */
export function readProtobuf(bytes: Uint8Array): JsonObject {
	if (!magic.equals(bytes.subarray(0, magic.length))) throw new Error('no object in the Kubernetes protobuf form');
	const {typeMeta, raw, contentEncoding} = readMessage(unknownMessage, bytes.subarray(magic.length));
	const {apiVersion = '', kind = ''} = (typeMeta ?? {}) as Readonly<Record<string, string>>;
	const names = kind === 'DeleteOptions' ? 'meta.k8s.io/v1 DeleteOptions' : `${apiVersion} ${kind}`;
	const message = Object.hasOwn(messages, names) ? messages[names] : undefined;
	if (message === undefined || contentEncoding !== undefined) {
		throw new Error(`protobuf of ${names} is not read here: application/json required`);
	}
	return {apiVersion, kind, ...readMessage(message, Buffer.from(typeof raw === 'string' ? raw : '', 'base64'))};
}

function readMessage(message: Message, bytes: Uint8Array): JsonObject {
	const result: Record<string, Json> = {};
	const cursor = new Cursor(bytes);
	while (!cursor.atEnd) {
		const tag = cursor.varint();
		const value = cursor.value(tag & 7);
		const field = message[tag >>> 3];
		if (field === undefined) continue;
		const [name, type] = field;
		const converted = convert(type, value, result[name]);
		// Text that was never set is sent as empty text.
		if (converted !== '') result[name] = converted;
	}
	return result;
}

/** The value of a field that may have been met before; of a plain one the last wins. */
function convert(type: FieldType, value: number | Uint8Array, before: Json | undefined): Json {
	if (type === 'bool' || type === 'integer') return type === 'bool' ? value === 1 : Number(value);
	if (typeof value === 'number') throw new Error('unexpected number in a protobuf message');
	switch (type) {
		case 'text':
			return textOf(value);
		case 'bytes':
			return Buffer.from(value).toString('base64');
		case 'texts':
			return [...(Array.isArray(before) ? (before as readonly Json[]) : []), textOf(value)];
		case 'textMap':
		case 'bytesMap': {
			const entry = readMessage({1: ['key', 'text'], 2: ['value', type === 'textMap' ? 'text' : 'bytes']}, value);
			const known = Object.entries((before ?? {}) as JsonObject);
			return Object.fromEntries([...known, [typeof entry['key'] === 'string' ? entry['key'] : '', entry['value'] ?? '']]);
		}
		default:
			return readMessage(type, value);
	}
}

function textOf(bytes: Uint8Array): string {
	return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
}

class Cursor {
	readonly #bytes: Uint8Array;
	#offset = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get atEnd(): boolean {
		return this.#offset >= this.#bytes.length;
	}

	/** Up to 2^53: beyond that nothing we read goes. */
	varint(): number {
		let value = 0;
		for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
			const byte = this.#bytes[this.#offset++];
			if (byte === undefined) break;
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
		throw new Error('protobuf integer without end');
	}

	/** Wire types: 0 varint, 1 and 5 fixed sizes, 2 bytes with their length before them. */
	value(wireType: number): number | Uint8Array {
		if (wireType === 0) return this.varint();
		const length = wireType === 2 ? this.varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : Infinity;
		if (length > this.#bytes.length - this.#offset) throw new Error('protobuf message breaks off');
		this.#offset += length;
		return this.#bytes.subarray(this.#offset - length, this.#offset);
	}
}
