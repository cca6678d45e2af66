import {failure, success} from '../../protocol/result.ts';
import type {Result} from '../../protocol/result.ts';

/** Where a serial link leads. `name` is that place as it was written, without options. */
export type SerialAddress =
	| {readonly kind: 'tty'; readonly name: string; readonly path: string; readonly baud: number}
	| {readonly kind: 'unix'; readonly name: string; readonly path: string; readonly isServer: boolean}
	| {readonly kind: 'tcp'; readonly name: string; readonly host: string; readonly port: number; readonly isServer: boolean};

/** Rate of a tty without one, and the rate that a socket is taken for. */
export const defaultBaud = 115_200;
const [minBaud, maxBaud] = [1200, 4_000_000];

const serialAddressRule = '/dev/TTY[:BAUD], unix:PATH[,server=on] or tcp:HOST:PORT[,server=on]';

/** Reads what `--serial` says. The error names the rule, not the value. */
export function parseSerialAddress(text: string): Result<SerialAddress> {
	const [, kind, rest = ''] = /^(unix|tcp):(.*)$/s.exec(text) ?? [];
	if (kind === undefined) {
		return parseTty(text);
	}
	const name = rest.replace(/,server=on$/, '');
	const isServer = name !== rest;
	return kind === 'unix' ? parseUnix(name, isServer) : parseTcp(name, isServer);
}

function parseTty(text: string): Result<SerialAddress> {
	const [, path, digits] = /^(\/.+?|COM[0-9]+)(?::([0-9]+))?$/s.exec(text) ?? [];
	if (path === undefined) {
		return failure(`${serialAddressRule} required`);
	}
	const baud = Number(digits ?? defaultBaud);
	return baud < minBaud || baud > maxBaud
		? failure(`a rate from ${minBaud} to ${maxBaud} baud required`)
		: success({kind: 'tty', name: path, path, baud});
}

// The system holds the path of a socket in 108 octets, a NUL included; longer ones it would cut.
function parseUnix(path: string, isServer: boolean): Result<SerialAddress> {
	return path === '' || Buffer.byteLength(path) > 107
		? failure('a path of 1 to 107 octets behind unix: required')
		: success({kind: 'unix', name: `unix:${path}`, path, isServer});
}

function parseTcp(place: string, isServer: boolean): Result<SerialAddress> {
	const [, bracketed, bare, digits] = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:\s/,]+)):([0-9]{1,5})$/.exec(place) ?? [];
	const host = bracketed ?? bare;
	const port = Number(digits);
	return host === undefined || port < 1 || port > 65_535
		? failure('HOST:PORT with a port from 1 to 65535 behind tcp: required')
		: success({kind: 'tcp', name: `tcp:${place}`, host, port, isServer});
}
