import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createApi} from '../../../../apiserver/http/api.ts';
import {readsMax, writesMax} from '../../../../apiserver/http/in-flight.ts';
import type {ApiRequest} from '../../../../apiserver/http/request.ts';
import type {HttpResponse} from '../../../../runtime/http.ts';
import {silentLog} from '../../../../runtime/log.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {newScheduler, newStore} from '../support.ts';
import {said} from './support.ts';

function newApi() {
	const scheduler = newScheduler();
	const store = newStore({clock: scheduler.clock});
	return {api: createApi({store, clock: scheduler.clock, random: seededRandom(2), log: silentLog, services: {}}), scheduler, store};
}

function request(method: string, target: string, more: Partial<ApiRequest> = {}): ApiRequest {
	const [path = '', query] = target.split('?');
	return {
		method, path, query: new URLSearchParams(query), headers: {}, signal: new AbortController().signal,
		authenticated: true, readBody: async () => new Uint8Array(), ...more,
	};
}

const statusOf = ({status, body}: HttpResponse) => ({...(JSON.parse(said(body)) as Readonly<Record<string, unknown>>), http: status});

test('A list or an object of a version to come is waited for three seconds, then 504 with Retry-After', async () => {
	for (const path of ['/api/v1/namespaces', '/api/v1/namespaces/default', '/api/v1/namespaces?watch=1']) {
		const {api, scheduler} = newApi();
		const answers: HttpResponse[] = [];
		void api(request('GET', `${path}${path.includes('?') ? '&' : '?'}resourceVersion=1000`)).then((done) => answers.push(done));
		await scheduler.run({withinMs: 2_900});
		assert.equal(answers.length, 0);
		await scheduler.run({until: () => answers.length > 0, withinMs: 1_000});
		const [answer] = answers;
		assert.ok(answer !== undefined);
		assert.deepEqual([answer.status, answer.headers['retry-after']], [504, '1']);
		assert.match(String(statusOf(answer)['message' as keyof object]), /Too large resource version: 1000, current: \d+/);
	}
});

test('A version that comes while it is waited for is answered', async () => {
	const {api, scheduler, store} = newApi();
	const next = Number(store.resourceVersion) + 1;
	const answers: HttpResponse[] = [];
	void api(request('GET', `/api/v1/namespaces?resourceVersion=${next}`)).then((done) => answers.push(done));
	await scheduler.run({withinMs: 1_000});
	await store.create({group: '', version: 'v1', plural: 'namespaces'}, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'n'}});
	await scheduler.run({until: () => answers.length > 0, withinMs: 1_000});
	assert.equal(answers[0]?.status, 200);
});

test('Too many requests at once are 429 with Retry-After; health and watches are not counted', async () => {
	const {api} = newApi();
	const never = new Promise<never>(() => {});
	const write = () => api(request('POST', '/api/v1/namespaces', {readBody: () => never}));
	for (let index = 0; index < writesMax; index++) void write();
	const refused = await write();
	assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
	assert.deepEqual([statusOf(refused)['reason' as keyof object]], ['TooManyRequests']);
	assert.equal((await api(request('GET', '/api/v1/namespaces'))).status, 200);
	for (let index = 0; index < readsMax; index++) void api(request('GET', '/api/v1/namespaces?resourceVersion=1000'));
	assert.equal((await api(request('GET', '/api/v1/namespaces'))).status, 429);
	assert.equal((await api(request('GET', '/healthz'))).status, 200);
	assert.equal((await api(request('GET', '/api/v1/namespaces?watch=1'))).status, 200);
});

test('What breaks inside is 500 and tells nothing of the inside', async () => {
	const {api, store} = newApi();
	store.list = async () => Promise.reject(new TypeError('secret inside'));
	const answer = await api(request('GET', '/api/v1/namespaces'));
	assert.equal(answer.status, 500);
	assert.doesNotMatch(said(answer.body), /secret inside/);
});
