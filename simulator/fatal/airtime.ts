/** What a frame is for; `object` is a block of a grant, a statement or an image, or a request for one. */
export const frameKinds = ['report', 'head', 'document', 'object', 'session'] as const;
export type FrameKind = (typeof frameKinds)[number];
/** Bytes on air, both ways, lost frames included. */
export type Airtime = Readonly<Record<FrameKind, number>>;

const silence: Airtime = {report: 0, head: 0, document: 0, object: 0, session: 0};

/** MQTT-SN v1.2, 5.2.2, and the predefined topics of the fleet. */
const publish = 0x0c;
const puback = 0x0d;
const topics: Readonly<Record<number, 'head' | 'report' | 'request' | 'block'>> =
	{1: 'head', 2: 'report', 3: 'request', 4: 'block'};

/** Sums up, by device, what the lines of an event log say was sent. */
export class AirtimeMeter {
	readonly #devices = new Map<string, Record<FrameKind, number>>();
	/** Digests of documents, as far as a block and a request name them: 4 bytes, in hexadecimal. */
	readonly #documents = new Set<string>();

	/** `digest` in hexadecimal. A document must be known before its bytes are on air. */
	addDocument(digest: string): void {
		this.#documents.add(digest.slice(0, 8));
	}

	readonly onLine = (line: string): void => {
		const [, kind, lane = '', event, ...rest] = line.trimEnd().split(' ');
		const frame = rest.at(-1);
		if (kind !== 'datagram' || event === 'deliver' || frame === undefined) return;
		const [device = ''] = lane.split('/');
		const sums = this.#devices.get(device) ?? {...silence};
		this.#devices.set(device, sums);
		sums[this.#classify(Buffer.from(frame, 'hex'))] += frame.length / 2;
	};

	read(device: string): Airtime {
		return {...silence, ...this.#devices.get(device)};
	}

	/** One byte of length, as in all frames of our devices: length, type, then flags (PUBLISH only) and topic id. */
	#classify(frame: Buffer): FrameKind {
		const type = frame[1];
		if (type !== publish && type !== puback) return 'session';
		const topic = topics[frame.readUInt16BE(type === publish ? 3 : 2)];
		if (topic === 'head' || topic === 'report') return topic;
		if (topic === undefined || type === puback) return 'session';
		// An array of three that begins with 16 bytes of the digest, or with 4.
		return this.#documents.has(frame.subarray(9, 13).toString('hex')) ? 'document' : 'object';
	}
}

export function subtract(left: Airtime, right: Airtime): Airtime {
	const entries = frameKinds.map((kind) => [kind, left[kind] - right[kind]] as const);
	return Object.fromEntries(entries) as Record<FrameKind, number>;
}
