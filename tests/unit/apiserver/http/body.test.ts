import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bodyBytesMax, contentTypeOf, readBody, unrecognized} from '../../../../apiserver/http/body.ts';
import {inspectJson} from '../../../../apiserver/http/json-text.ts';
import type {ApiRequest} from '../../../../apiserver/http/request.ts';

function requestOf(text: string | Uint8Array, type?: string): ApiRequest {
	const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
	return {
		method: 'POST', path: '/', query: new URLSearchParams(), headers: type === undefined ? {} : {'content-type': type},
		signal: new AbortController().signal, authenticated: true, readBody: async () => bytes,
	};
}

const read = (text: string | Uint8Array, type = 'application/json') => readBody(requestOf(text), type, unrecognized('Thing'));

test('Keys that stand twice are found with their paths, each once', () => {
	const text = '{"a":1,"b":{"c":[{"d":1,"d":2,"d":3},{"d":1}],"\\u0063":4},"a":{"a":1}}';
	assert.deepEqual(inspectJson(text).duplicates, ['b.c[0].d', 'b.c', 'a']);
	assert.deepEqual(inspectJson('{"a":"{\\"b\\":1,\\"b\\":2}","b":["x","x",{"x":"a"}],"c":[]}').duplicates, []);
});

test('Integers that no double holds are found with their paths, others not', () => {
	const text = '{"a":9007199254740993,"b":[1,-9007199254740993,9007199254740991],"c":12345678901234567890.5,"d":"9007199254740993"}';
	assert.deepEqual(inspectJson(text).inexact, [
		{field: 'a', text: '9007199254740993'},
		{field: 'b[1]', text: '-9007199254740993'},
	]);
});

test('JSON and YAML of the same object give the same value and the same findings', async () => {
	const json = await read('{"spec":{"a":1,"a":2,"on":true,"big":9007199254740993},"list":["x"],"none":null,"day":"2026-01-01"}');
	const yaml = await read('spec: {a: 1, a: 2, "on": yes, big: 9007199254740993}\nlist: [x]\nnone: ~\nday: 2026-01-01\n', 'application/yaml');
	assert.deepEqual({...yaml, text: ''}, {...json, text: ''});
	assert.deepEqual(json.duplicates, ['spec.a']);
	assert.deepEqual(json.inexact, [{field: 'spec.big', text: '9007199254740993'}]);
});

test('Plain scalars of YAML mean what they mean to kubectl, quoted ones are text', async () => {
	const {value} = await read('[on, "on", 010, 0o10, 1:30, ~, 1_000, .5, 2026-01-01, !!str 5]', 'application/yaml');
	assert.deepEqual(value, [true, 'on', 8, 8, '1:30', null, 1000, 0.5, '2026-01-01', '5']);
	await assert.rejects(read('a: !!binary aGk=', 'application/yaml'), {code: 400});
});

test('YAML has merge keys and anchors, but anchors do not explode', async () => {
	const merged = await read('base: &b {a: 1, c: 2}\nx:\n  <<: *b\n  a: 3\n', 'application/yaml');
	assert.deepEqual(merged.value, {base: {a: 1, c: 2}, x: {a: 3, c: 2}});
	assert.deepEqual(merged.duplicates, []);
	const levels = Array.from({length: 9}, (_, index) => `l${index + 1}: &l${index + 1} [${'*l'.concat(String(index), ',').repeat(9)}]`);
	await assert.rejects(read(`l0: &l0 [x]\n${levels.join('\n')}\n`, 'application/yaml'), {code: 400});
});

test('What can not be read is 400 and says why', async () => {
	const empty = "the object provided is unrecognized (must be of type Thing): couldn't get version/kind; json parse error: ";
	await assert.rejects(read(''), (error: Error) => error.message.startsWith(empty) && error.message.endsWith('(<empty>)'));
	await assert.rejects(read('{"a":'), {code: 400});
	await assert.rejects(read('a: [1\nb: 2', 'application/yaml'), {code: 400, message: /line 2/});
	await assert.rejects(read('a: 1\n---\nb: 2\n', 'application/yaml'), {code: 400, message: /multiple documents/});
	await assert.rejects(read(new Uint8Array([0x22, 0xff, 0x22])), {code: 400});
	await assert.rejects(read(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), {code: 400, message: /max depth/});
});

test('A body as large as is read at all is looked through in little time', async () => {
	const item = '{"name":"x","value":12345,"list":[1,2,3]},';
	const text = `[${item.repeat(Math.floor(bodyBytesMax / item.length) - 1)}{}]`;
	const {duplicates} = await read(text);
	assert.deepEqual(duplicates, []);
});

test('A type without a name is JSON, parameters do not matter, and others are 415 with a list of what is read', () => {
	const accepted = ['application/json', 'application/yaml'];
	assert.equal(contentTypeOf(requestOf(''), accepted), 'application/json');
	assert.equal(contentTypeOf(requestOf('', 'Application/YAML; charset=utf-8'), accepted), 'application/yaml');
	assert.throws(() => contentTypeOf(requestOf('', 'text/plain'), accepted), {
		code: 415,
		message: 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
	});
});
