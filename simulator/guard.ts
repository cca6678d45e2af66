import nodeCrypto from 'node:crypto';
import {syncBuiltinESMExports} from 'node:module';
import nodeTimers from 'node:timers';
import nodeTimersPromises from 'node:timers/promises';

/** What real time and chance would be taken from; during a simulation each of them throws and is remembered. */
export interface Guard {
	/** Throws the first violation, also when the program caught and hid it. */
	check(): void;
	/** Puts every original back; calling it again does nothing. */
	restore(): void;
}

/** Thrown to the caller of real time or chance, and again by `Guard.check`. */
export class GuardError extends Error {
	override readonly name = 'GuardError';
}

interface Forbidden {
	readonly target: object;
	readonly keys: readonly string[];
	readonly prefix: string;
}

const forbidden: readonly Forbidden[] = [
	{target: globalThis, keys: ['setTimeout', 'setInterval', 'setImmediate'], prefix: ''},
	{target: Date, keys: ['now'], prefix: 'Date.'},
	{target: Math, keys: ['random'], prefix: 'Math.'},
	{target: performance, keys: ['now'], prefix: 'performance.'},
	{target: process, keys: ['hrtime', 'uptime'], prefix: 'process.'},
	{target: AbortSignal, keys: ['timeout'], prefix: 'AbortSignal.'},
	{target: nodeTimers, keys: ['setTimeout', 'setInterval', 'setImmediate'], prefix: 'timers.'},
	{target: nodeTimersPromises, keys: ['setTimeout', 'setInterval', 'setImmediate'], prefix: 'timers/promises.'},
	{
		target: nodeCrypto,
		keys: ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'],
		prefix: 'crypto.',
	},
	{target: globalThis.crypto, keys: ['getRandomValues', 'randomUUID'], prefix: 'crypto.'},
	// Web Crypto answers from a thread of its own: its promises settle at a moment no seed decides.
	{
		target: globalThis.crypto.subtle,
		keys: ['sign', 'verify', 'digest', 'importKey', 'deriveBits'],
		prefix: 'crypto.subtle.',
	},
];

let installed = false;

/**
 * Replaces real time and chance by throwers that name their caller, for the whole process, until `restore`. One guard
 * at a time: RangeError otherwise.
 */
export function installGuard(): Guard {
	if (installed) throw new RangeError('Cannot install guard: another simulation is running in this process');
	installed = true;
	let violation: GuardError | undefined;
	const refuse = (what: string): never => {
		const error = new GuardError(`Cannot use ${what} in a simulation: called by ${callerOf(new Error())}`);
		violation ??= error;
		throw error;
	};
	const undo = [
		...forbidden.flatMap(({target, keys, prefix}) =>
			keys.map((key) => replaceProperty(target, key, () => refuse(prefix + key)))),
		replaceDate(refuse),
	];
	syncBuiltinESMExports();
	return {
		check: () => {
			if (violation !== undefined) throw violation;
		},
		restore: () => {
			if (!installed || undo.length === 0) return;
			for (const step of undo.splice(0).reverse()) step();
			syncBuiltinESMExports();
			installed = false;
		},
	};
}

/** `new Date(value)` stays: only the forms that read the clock are refused. */
function replaceDate(refuse: (what: string) => never): () => void {
	const guarded = new Proxy(Date, {
		construct: (target, parameters, newTarget) =>
			parameters.length === 0 ? refuse('new Date()') : (Reflect.construct(target, parameters, newTarget) as object),
		apply: () => refuse('Date()'),
	});
	return replaceProperty(globalThis, 'Date', guarded);
}

function replaceProperty(target: object, key: string, value: unknown): () => void {
	const original = Object.getOwnPropertyDescriptor(target, key);
	const enumerable = original?.enumerable ?? true;
	Object.defineProperty(target, key, {value, configurable: true, writable: true, enumerable});
	return () => {
		if (original === undefined) Reflect.deleteProperty(target, key);
		else Object.defineProperty(target, key, original);
	};
}

/** The first frame outside this file, as `function (file:line:column)`. */
function callerOf(error: Error): string {
	const frames = (error.stack ?? '').split('\n').slice(1).map((frame) => frame.trim().replace(/^at /, ''));
	return frames.find((frame) => !frame.includes(import.meta.url)) ?? 'unknown code';
}
