import {sleep} from '../../runtime/clock.ts';
import type {HttpResponse} from '../../runtime/http.ts';
import {badRequest, versionFromFuture} from '../store/refusals.ts';
import {formOf, listAnswer, objectAnswer} from './objects.ts';
import type {ReadOptions} from './options.ts';
import type {Call} from './request.ts';

export async function getObject(call: Call): Promise<HttpResponse> {
	const {request, store, ref, name} = call;
	const form = formOf(call, 'object');
	const version = request.query.get('resourceVersion') ?? '';
	if (!/^\d{0,15}$/.test(version)) throw badRequest(`invalid resource version: ${JSON.stringify(version)}`);
	await awaitVersion(call, version);
	return objectAnswer(call, form, await store.get(ref, name));
}

export async function listObjects(call: Call, options: ReadOptions): Promise<HttpResponse> {
	const form = formOf(call, 'list');
	await awaitVersion(call, options.resourceVersion ?? '');
	const {items, ...meta} = await call.store.list(call.ref, options);
	return listAnswer(call, form, items, meta);
}

const freshMs = 3_000;
const pollMs = 50;

/**
 * Waits for a version that this server has not reached. With one process behind one file it never comes, but a client
 * that was moved here from another server must learn it the official way. @throws KubeError 504 after three seconds.
 */
export async function awaitVersion({store, clock, request}: Call, text: string): Promise<void> {
	const asked = /^\d{1,15}$/.test(text) ? Number(text) : 0;
	const until = clock.now() + freshMs;
	while (asked > Number(store.resourceVersion)) {
		if (clock.now() >= until) throw versionFromFuture(asked, Number(store.resourceVersion));
		await sleep(clock, pollMs, request.signal);
	}
}
