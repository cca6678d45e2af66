import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RawAnswer} from '../../scripts/oracle/http.ts';
import {differencesOf} from '../oracle/compare.ts';
import {fillIn} from '../oracle/fill-in.ts';
import {Normaliser, type Answer} from '../oracle/normalise.ts';
import type {OracleRequest} from '../oracle/scenario.ts';

const uid = (digit: number): string => `${digit}a0b1c2d-0000-4000-8000-00000000000${digit}`;
const object = (name: string, version: number, more: object = {}): object => ({
	kind: 'ConfigMap',
	metadata: {name, uid: uid(name.length), resourceVersion: String(version), ...more},
});

function raw(body: unknown, headers: RawAnswer['headers'] = {}): RawAnswer {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return {status: 200, headers: {'content-type': 'application/json', ...headers}, body: text};
}

/** What one scenario in the namespace `o-1` makes of these answers. */
function normalise(answers: readonly RawAnswer[], request: Partial<OracleRequest> = {}): readonly Answer[] {
	const normaliser = new Normaliser('o-1');
	return answers.map((answer) => normaliser.answer(answer, {name: 'x', path: '/', ...request}));
}

const bodies = (...values: readonly unknown[]): readonly unknown[] => normalise(values.map((value) => raw(value))).map(({body}) => body);

test('Normaliser names uids after their object, in text too, and counts those of one name', () => {
	const second = {...object('a', 3), metadata: {name: 'a', uid: uid(7)}};
	const [first, message, again] = bodies(object('a', 1), {message: `not ${uid(1)}`}, second);
	assert.deepEqual(first, {kind: 'ConfigMap', metadata: {name: 'a', uid: '{uid of a}', resourceVersion: '{v1}'}});
	assert.deepEqual(message, {message: 'not {uid of a}'});
	assert.deepEqual(again, {kind: 'ConfigMap', metadata: {name: 'a', uid: '{uid 2 of a}'}});
});

test('Normaliser keeps equality and order of the versions of one object, and nothing else of them', () => {
	const versions = bodies(object('a', 5), object('bb', 9), object('a', 5), object('a', 12)).map(
		(body) => (body as {readonly metadata: {readonly resourceVersion: string}}).metadata.resourceVersion,
	);
	assert.deepEqual(versions, ['{v1}', '{v1}', '{v1}', '{v2}']);
});

test('Normaliser tells a list that is up to date from one of the past', () => {
	const list = (version: string): object => ({kind: 'ConfigMapList', metadata: {resourceVersion: version}});
	const [, equal, newer, older, none] = bodies(object('a', 5), list('5'), list('6'), list('4'), list('0'));
	assert.deepEqual(equal, list('{current}'));
	assert.deepEqual(newer, list('{current}'));
	assert.deepEqual(older, list('{past}'));
	assert.deepEqual(none, list('0'));
});

test('Normaliser hides times of the server, in text too, and keeps times that a request carried', () => {
	const now = new Date().toISOString();
	const [body] = bodies({at: now, message: `since ${now}.`, told: '2020-01-02T03:04:05Z'});
	assert.deepEqual(body, {at: '{time}', message: 'since {time}.', told: '2020-01-02T03:04:05Z'});
});

test('Normaliser hides the namespace, generated names, tokens, ages and versions in messages, and drops managedFields', () => {
	const [body] = bodies({
		metadata: {namespace: 'o-1', name: 'g-ab2c3', generateName: 'g-', continue: 'eyJ2', managedFields: [{manager: 'x'}]},
		message: 'Too large resource version: 1500, current: 7; g-ab2c3 of o-1; Invalid value: 0',
		rows: [{cells: ['a', 3, '12s', '3 sorts']}],
	});
	assert.deepEqual(body, {
		metadata: {namespace: '{ns}', name: 'g-{random}', generateName: 'g-', continue: '{continue}'},
		message: 'Too large resource version: {version}, current: {version}; g-{random} of {ns}; Invalid value: 0',
		rows: [{cells: ['a', 3, '{age}', '3 sorts']}],
	});
});

test('Normaliser sorts the causes of a refusal, in the message too', () => {
	const refusal = (...order: readonly [string, string]): object => ({
		message: `X is invalid: [${order.map((field) => `${field}: bad`).join(', ')}]`,
		details: {causes: order.map((field) => ({field, message: 'bad'}))},
	});
	assert.deepEqual(bodies(refusal('b', 'a')), bodies(refusal('a', 'b')));
	assert.notDeepEqual(bodies(refusal('b', 'a')), bodies(refusal('a', 'c')));
});

test('Normaliser reads a stream as its events, and a refusal of one as a status', () => {
	const events = `${JSON.stringify({type: 'ADDED', object: object('a', 1)})}\n${JSON.stringify({type: 'DELETED', object: object('a', 2)})}\n`;
	const [stream] = normalise([raw(events)], {watch: {events: 2}});
	assert.ok(stream !== undefined);
	assert.deepEqual((stream.body as readonly {readonly type: string}[]).map(({type}) => type), ['ADDED', 'DELETED']);
	const [refused] = normalise([raw({kind: 'Status', code: 400})], {watch: {events: 2}});
	assert.deepEqual(refused?.body, {kind: 'Status', code: 400});
});

test('Normaliser keeps status, media type, warnings and Retry-After, and text that is no JSON', () => {
	const headers = {'content-type': 'text/plain; charset=utf-8', 'warning': ['299 - "a"', '299 - "b"'], 'retry-after': '1', 'date': 'x'};
	assert.deepEqual(normalise([raw('404 page not found\n', headers)]), [
		{status: 200, type: 'text/plain', warnings: ['299 - "a"', '299 - "b"'], retryAfter: '1', body: '404 page not found\n'},
	]);
});

test('Normaliser compares the named part of a success, the whole of a refusal and of what has no such part', () => {
	const only = (body: unknown): unknown => (body as {readonly kind: string}).kind.toUpperCase();
	const answers = normalise([raw({kind: 'a', b: 1}), {...raw({kind: 'a', b: 1}), status: 404}, raw({b: 1})], {only});
	assert.deepEqual(answers.map(({body}) => body), ['A', {kind: 'a', b: 1}, {b: 1}]);
});

test('differencesOf() names the deepest fields that differ', () => {
	const left = {status: 200, body: {items: [{a: 1}, {a: 2}], same: {x: 1}}};
	const right = {status: 200, body: {items: [{a: 1}, {a: 3, b: 4}], same: {x: 1}}};
	assert.deepEqual(differencesOf(left, right, ''), [
		{field: 'body.items[1].a', official: 2, ours: 3},
		{field: 'body.items[1].b', official: undefined, ours: 4},
	]);
	assert.deepEqual(differencesOf([1], {0: 1}, 'body'), [{field: 'body', official: [1], ours: {0: 1}}]);
});

test('fillIn() puts in saved text, fields, sums and whole answers, and refuses what was not saved', () => {
	const saved = new Map<string, string | Record<string, unknown>>([['ns', 'o-1'], ['made', {metadata: {resourceVersion: '7'}}]]);
	assert.equal(fillIn('/{{ns}}/x', saved), '/o-1/x');
	assert.equal(fillIn('{{made.metadata.resourceVersion}}', saved), '7');
	assert.equal(fillIn('{{made.metadata.resourceVersion+10}}', saved), '17');
	assert.equal(fillIn('"{{made}}"', saved), '{"metadata":{"resourceVersion":"7"}}');
	assert.throws(() => fillIn('{{other.x}}', saved), /Nothing was saved as other\.x/);
});
