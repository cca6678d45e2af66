import {readFile} from 'node:fs/promises';
import type {Fields} from './fields.ts';
import {pluginCredentials, type Credentials} from './plugin.ts';

/** Tokens of a service account change in their file; the official client looks once a minute too. */
const tokenFileMs = 60_000;

/** @throws ConfigProblem for what is malformed, or understood by the official client and not by this one. */
export function credentialsOf(user: Fields | undefined): Credentials {
	if (user === undefined) {
		return {headers: async () => ({})};
	}
	for (const field of ['as-groups', 'as-user-extra']) {
		if (user.raw[field] !== undefined) {
			throw user.problem(field, 'not supported');
		}
	}
	const [as, asUid] = [user.text('as'), user.text('as-uid')];
	const fixed = {
		...(as !== undefined && {'impersonate-user': as}),
		...(asUid !== undefined && {'impersonate-uid': asUid}),
	};
	const {headers, certificate} = ownCredentials(user);
	return {
		headers: async (nowMs) => ({...fixed, ...await headers(nowMs)}),
		...(certificate && {certificate}),
	};
}

function ownCredentials(user: Fields): Credentials {
	const token = user.text('token');
	const tokenFile = user.path('tokenFile');
	const username = user.text('username');
	if (tokenFile !== undefined) {
		return {headers: tokenFromFile(tokenFile, token)};
	}
	if (token !== undefined) {
		if (!isToken(token)) {
			throw user.problem('token', 'visible ASCII required');
		}
		return {headers: async () => bearer(token)};
	}
	if (username !== undefined) {
		const basic = Buffer.from(`${username}:${user.text('password') ?? ''}`).toString('base64');
		return {headers: async () => ({authorization: `Basic ${basic}`})};
	}
	return user.mapping('exec') ?? user.mapping('auth-provider') ? pluginCredentials(user) : {headers: async () => ({})};
}

/** Reads again when a minute has passed; while the file can't be read, the last token stands. */
export function tokenFromFile(path: string, fallback?: string): Credentials['headers'] {
	let token = fallback;
	let readMs = -Infinity;
	return async (nowMs) => {
		if (nowMs - readMs >= tokenFileMs) {
			try {
				token = (await readFile(path, 'utf8')).trim();
				readMs = nowMs;
			} catch (cause) {
				if (token === undefined) {
					const {code} = cause as NodeJS.ErrnoException;
					throw new Error(`Cannot read token file ${path}: ${code}`, {cause});
				}
			}
		}
		if (token === undefined || !isToken(token)) {
			throw new Error(`Cannot use token file ${path}: visible ASCII required`);
		}
		return bearer(token);
	};
}

function bearer(token: string): Record<string, string> {
	return {authorization: `Bearer ${token}`};
}

/** Anything else can't stand in a header. */
function isToken(text: string): boolean {
	return /^[\x21-\x7e]+$/.test(text);
}
