import {failure, success} from './result.ts';
import type {Result} from './result.ts';

/** What a bridge says of itself, retained at `f/bridge/<name>`; JSON in UTF-8. */
export interface BridgePresence {
	readonly state: 'online' | 'offline';
	/** Of this message, RFC 3339; the will of a lost bridge carries the time of its start. */
	readonly time: string;
	/** Online presence is renewed this often. */
	readonly periodSeconds: number;
}

export const bridgePresenceFilter = 'f/bridge/+';

export function bridgePresenceTopic(name: string): string {
	return `f/bridge/${name}`;
}

export function encodeBridgePresence(presence: BridgePresence): Uint8Array {
	const {state, time, periodSeconds} = presence;
	return new TextEncoder().encode(JSON.stringify({state, time, periodSeconds}));
}

/** Unknown members are skipped; never throws. */
export function decodeBridgePresence(bytes: Uint8Array): Result<BridgePresence> {
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
	} catch {
		return failure('no JSON');
	}
	if (typeof value !== 'object' || value === null) {
		return failure('no object');
	}
	const {state, time, periodSeconds} = value as Partial<Record<string, unknown>>;
	if (state !== 'online' && state !== 'offline') {
		return failure('state is neither online nor offline');
	}
	if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) {
		return failure('time is no RFC 3339 time');
	}
	if (typeof periodSeconds !== 'number' || !Number.isInteger(periodSeconds) || periodSeconds < 1) {
		return failure('periodSeconds is no positive integer');
	}
	return success({state, time, periodSeconds});
}
