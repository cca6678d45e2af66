import {readFileSync} from 'node:fs';
import {bytesToHex, hexToBytes} from '../../protocol/crypto.ts';
import type {Statement} from '../../protocol/statement.ts';
import {messageOf, UsageError} from '../fail.ts';

export type UnsignedStatement = Omit<Statement, 'tenant'>;

/** `statement.json`: what is to be signed, readable by the one who signs. */
export function unsignedText(statement: UnsignedStatement): string {
	return `${JSON.stringify({...statement, imageDigest: bytesToHex(statement.imageDigest)}, null, 2)}\n`;
}

/** @throws UsageError naming the file and the field that is wrong. */
export function readUnsigned(file: string): UnsignedStatement {
	let value: UnsignedStatement & {readonly imageDigest: unknown};
	try {
		value = JSON.parse(readFileSync(file, 'utf8')) as typeof value;
	} catch (cause) {
		throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, {cause});
	}
	const digest: unknown = value.imageDigest;
	if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) {
		throw new UsageError(`Cannot read ${file}: imageDigest is ${JSON.stringify(digest)}, 64 hex digits required`);
	}
	// Every other field is checked by the encoder, which names field, value and rule.
	return {...value, imageDigest: hexToBytes(digest)};
}
