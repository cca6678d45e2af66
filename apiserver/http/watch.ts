import type {HttpResponse} from '../../runtime/http.ts';
import type {WatchEvent} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {below} from '../../runtime/random.ts';
import {jsonType, statusOf} from './answers.ts';
import {groupVersionOf} from './documents/names.ts';
import type {Form} from './negotiate.ts';
import {formOf, presentObject} from './objects.ts';
import type {ReadOptions} from './options.ts';
import {awaitVersion} from './read.ts';
import {notAcceptable} from './refusals.ts';
import type {Call} from './request.ts';

/** Watches that name no time end after one to two of these, so that not all come back at once. */
const shortestSeconds = 1_800;

/** Events as JSON lines, one by one as the client reads. What is refused later than the first moment is an ERROR event. */
export async function watchObjects(call: Call, options: ReadOptions): Promise<HttpResponse> {
	const {store, ref, random, request} = call;
	const form = formOf(call, 'object');
	if (form.format !== 'json') throw notAcceptable([jsonType]);
	const {limit: _, continue: __, watch: ___, allowWatchBookmarks, resourceVersionMatch: ____, ...rest} = options;
	const {resourceVersion = '', sendInitialEvents} = options;
	await awaitVersion(call, resourceVersion);
	// Without initial events the watch begins now, not with what exists.
	const fromNow = sendInitialEvents === false && (resourceVersion === '' || resourceVersion === '0');
	const events = store.watch(ref, {
		...rest,
		resourceVersion: fromNow ? store.resourceVersion : resourceVersion,
		timeoutSeconds: options.timeoutSeconds ?? shortestSeconds + below(random, shortestSeconds),
		signal: request.signal,
	});
	return {status: 200, headers: {'content-type': jsonType}, body: lines(call, form, events, allowWatchBookmarks)};
}

async function* lines(
	call: Call,
	form: Form,
	events: AsyncIterable<WatchEvent<KubeObject>>,
	withBookmarks: boolean,
): AsyncGenerator<string> {
	let isFirst = true;
	try {
		for await (const event of events) {
			if (event.type === 'BOOKMARK' && !withBookmarks) continue;
			const object = event.type === 'BOOKMARK' ? bookmarkOf(call, event) : event.object;
			const text = form.as === undefined ? textOf(object) : JSON.stringify(presentObject(call, form, object, isFirst));
			isFirst = false;
			yield `{"type":"${event.type}","object":${text}}\n`;
		}
	} catch (error) {
		if (!isKubeError(error)) throw error;
		yield `{"type":"ERROR","object":${JSON.stringify(statusOf(error))}}\n`;
	}
}

/** Objects are frozen, and the watches of one kind all tell of the same ones. */
const texts = new WeakMap<object, string>();

function textOf(object: KubeObject): string {
	const known = texts.get(object);
	if (known !== undefined) return known;
	const text = JSON.stringify(object);
	texts.set(object, text);
	return text;
}

type Bookmark = Extract<WatchEvent<KubeObject>, {readonly type: 'BOOKMARK'}>;

/** An object of the kind that carries nothing but the version. */
function bookmarkOf({kind}: Call, {resourceVersion, initialEventsEnd}: Bookmark): KubeObject {
	const annotations = initialEventsEnd === true ? {annotations: {'k8s.io/initial-events-end': 'true'}} : {};
	const metadata = {resourceVersion, ...annotations} as unknown as KubeObject['metadata'];
	return {kind: kind.kind, apiVersion: groupVersionOf(kind), metadata};
}
