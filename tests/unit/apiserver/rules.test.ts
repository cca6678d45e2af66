import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KubeError} from '../../../runtime/kube/errors.ts';
import {newStore, type Loose} from './support.ts';
import type {Store} from '../../../apiserver/mod.ts';

const gadgets = {group: 'example.com', version: 'v1', plural: 'gadgets'} as const;

type Source = Readonly<Record<string, unknown>>;

function crd(spec: Source, more: Source = {}): Source {
	const openAPIV3Schema = {type: 'object', ...more, properties: {spec}};
	return {
		spec: {
			group: 'example.com',
			scope: 'Cluster',
			names: {kind: 'Gadget', plural: 'gadgets'},
			versions: [{name: 'v1', served: true, schema: {openAPIV3Schema}}],
		},
	};
}

const field = (schema: Source, ...rules: readonly (string | Source)[]): Source => ({
	type: 'object',
	properties: {x: {...schema, 'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? {rule} : rule))}},
});

const gadget = (x: unknown): Loose => ({apiVersion: 'example.com/v1', kind: 'Gadget', metadata: {name: 'g'}, spec: {x}});

async function problems(promise: Promise<unknown>): Promise<readonly string[]> {
	const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
	if (error === undefined) return [];
	assert(error instanceof KubeError);
	return (error.status.details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`);
}

const create = (store: Store, x: unknown): Promise<readonly string[]> => problems(store.create(gadgets, gadget(x)));
const patch = (store: Store, x: unknown): Promise<readonly string[]> => problems(store.patch(gadgets, 'g', {spec: {x}}));

const string = {type: 'string'};
const integer = {type: 'integer'};

/** Schema of spec.x, rule, a value that keeps it, one that breaks it. */
const kept: readonly (readonly [Source, string, unknown, unknown])[] = [
	[integer, 'self % 2 == 0', 4, 5],
	[integer, 'self / 2 == 2 && double(self) * 1.5 > 6.0', 5, 4],
	[{type: 'number'}, 'self / 2.0 == 2.5', 5, 4],
	[{'x-kubernetes-int-or-string': true}, "type(self) == string ? self == '10%' : self < 10", '10%', 10],
	[string, "self.startsWith('a') && self.endsWith('z') && self.contains('-')", 'a-z', 'az'],
	[string, "self.matches('^[a-z]{2,3}$')", 'abc', 'abcd'],
	[string, "self.lowerAscii() == 'ab' && self.split('').size() == 2", 'AB', 'abc'],
	[{type: 'array', items: string}, "self.all(item, item.size() < 3) && self.exists(item, item == 'b')", ['a', 'b'], ['a']],
	[{type: 'array', items: integer}, 'self.filter(n, n > 2).map(n, n * 2) == [6, 8]', [1, 3, 4], [3]],
	[{type: 'object', additionalProperties: integer}, "self.all(key, self[key] > 0) && 'a' in self", {a: 1}, {a: 0}],
	[{...string, format: 'date-time'}, "self < timestamp('2026-01-01T00:00:00Z')", '2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
	[{type: 'string', format: 'byte'}, 'self.size() == 3', 'AQID', 'AQI='],
	[
		{type: 'object', properties: {'a-b': integer, 'in': integer}},
		'has(self.a__dash__b) && self.__in__ == 1',
		{'a-b': 1, 'in': 1},
		{in: 1},
	],
	[{type: 'boolean'}, 'self || false', true, false],
];
for (const [schema, rule, good, bad] of kept) {
	test(`Rule ${rule} tells what keeps it from what does not`, async () => {
		const store = newStore({crds: [crd(field(schema, rule))]});
		const [found] = await create(store, bad);
		assert.match(found ?? '', /^spec\.x: Invalid value.*: failed rule: /);
		assert.deepEqual(await create(store, good), []);
	});
}

test('A failed rule gives its message, its message expression, its reason and its field path', async () => {
	const schema = {type: 'object', properties: {low: integer, high: integer}};
	const rule = 'self.low <= self.high';
	const texts = async (more: Source): Promise<readonly string[]> =>
		create(newStore({crds: [crd(field(schema, {rule, ...more}))]}), {low: 2, high: 1});
	assert.deepEqual(await texts({message: ' too low '}), ['spec.x: Invalid value: too low']);
	assert.deepEqual(await texts({messageExpression: "'low is ' + string(self.low)"}), ['spec.x: Invalid value: low is 2']);
	assert.deepEqual(await texts({messageExpression: "' '", message: 'm'}), ['spec.x: Invalid value: m']);
	assert.deepEqual(await texts({messageExpression: "string(self.low / 0)", message: 'm'}), ['spec.x: Invalid value: m']);
	assert.deepEqual(await texts({reason: 'FieldValueForbidden', message: 'm'}), ['spec.x: Forbidden: m']);
	const required = {reason: 'FieldValueRequired', message: 'm', fieldPath: '.low'};
	assert.deepEqual(await texts(required), ['spec.x.low: Required value: m']);
});

test('Scalars are shown, objects are not', async () => {
	const store = newStore({crds: [crd(field(string, {rule: "self == 'a'", message: 'must be a'}))]});
	assert.deepEqual(await create(store, 'b'), ['spec.x: Invalid value: "b": must be a']);
});

test('Rules at any depth name the place', async () => {
	const rules = [{rule: 'self > 0', message: 'm'}];
	const leaf = {...integer, 'x-kubernetes-validations': rules};
	const list = {type: 'array', items: leaf};
	const map = {type: 'object', additionalProperties: leaf};
	const store = newStore({crds: [crd(field({type: 'object', properties: {list, map}}))]});
	assert.deepEqual(await create(store, {list: [1, 0], map: {a: 1, b: -1}}), [
		'spec.x.list[1]: Invalid value: 0: m',
		'spec.x.map[b]: Invalid value: -1: m',
	]);
});

test('A transition rule runs where there is an old value to compare with', async () => {
	const growing = {...integer, 'x-kubernetes-validations': [{rule: 'self >= oldSelf', message: 'm'}]};
	const item = {type: 'object', properties: {name: string, n: growing}};
	const keyed = {'type': 'array', 'items': item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name']};
	const store = newStore({crds: [crd(field(keyed))]});
	assert.deepEqual(await create(store, [{name: 'a', n: 5}]), []);
	assert.deepEqual(await patch(store, [{name: 'new', n: 1}, {name: 'a', n: 4}]), ['spec.x[1].n: Invalid value: 4: m']);
	assert.deepEqual(await patch(store, [{name: 'new', n: 1}, {name: 'a', n: 6}]), []);
	const atomic = newStore({crds: [crd(field({type: 'array', items: item}))]});
	await create(atomic, [{name: 'a', n: 5}]);
	assert.deepEqual(await patch(atomic, [{name: 'a', n: 4}]), [], 'items of a list without keys have no old value');
});

test('With optionalOldSelf a rule runs on create too', async () => {
	const rule = 'oldSelf.hasValue() ? self > oldSelf.value() : self == 1';
	const store = newStore({crds: [crd(field(integer, {rule, optionalOldSelf: true, message: 'm'}))]});
	assert.deepEqual(await create(store, 2), ['spec.x: Invalid value: 2: m']);
	assert.deepEqual(await create(store, 1), []);
	assert.deepEqual(await patch(store, 0), ['spec.x: Invalid value: 0: m']);
	assert.deepEqual(await patch(store, 2), []);
});

test('A rule that can not be evaluated is a refusal that says so', async () => {
	const schema = {type: 'object', properties: {a: integer}};
	const store = newStore({crds: [crd(field(schema, 'self.a > 0'))]});
	assert.deepEqual(await create(store, {}), ['spec.x: Invalid value: "object": no such key: a evaluating rule: self.a > 0']);
});

test('A rule that looks at all for each of many comes to an end, and no rule runs after it', async () => {
	const schema = {type: 'array', items: integer};
	const store = newStore({crds: [crd(field(schema, 'self.all(a, self.all(b, a + b >= 0))', 'self.size() < 2'))]});
	const found = await create(store, Array.from({length: 5_000}, () => 1));
	assert.deepEqual(found, [
		"spec.x: Invalid value: \"array\": 'operation cancelled: actual cost limit exceeded': no further validation rules " +
			'will be run due to call cost exceeds limit for rule: self.all(a, self.all(b, a + b >= 0))',
	]);
});

test('A pattern that makes other engines wait does not', {timeout: 5_000}, async () => {
	const store = newStore({crds: [crd(field(string, "self.matches('^(a+)+$')"))]});
	assert.equal((await create(store, `${'a'.repeat(40)}!`)).length, 1);
});

const broken: readonly (readonly [string | Source, RegExp])[] = [
	['self.', /expecting|expected/],
	['sefl > 1', /undeclared reference to 'sefl'/],
	['self.sum() > 1', /undeclared reference to 'sum'/],
	['self.y > 1', /undefined field 'y'/],
	['self.x.z > 1', /undefined field 'z'/],
	['self.list.all(item, item.z == 1)', /undefined field 'z'/],
	["self.name.matches('(')", /missing closing \)/],
	[{rule: 'true', reason: 'Odd'}, /reason "Odd"/],
	[{rule: 'true', fieldPath: '.nowhere'}, /fieldPath \.nowhere/],
	[{rule: 'true', optionalOldSelf: true}, /optionalOldSelf is for rules that use oldSelf/],
	[{rule: 'true', messageExpression: 'slef'}, /undeclared reference to 'slef'/],
	[{rule: 'true', colour: 'red'}, /unknown key colour/],
];
for (const [rule, expected] of broken) {
	test(`A store does not open with the rule ${JSON.stringify(rule)}`, () => {
		const list = {type: 'array', items: {type: 'object', properties: {y: integer}}};
		const schema = {type: 'object', properties: {x: integer, name: string, list}};
		assert.throws(
			() => newStore({crds: [crd(field(schema, rule))]}),
			(error) =>
				error instanceof RangeError &&
				/^Cannot compile rule: .* at \.spec\.x, /.test(error.message) &&
				expected.test(error.message),
		);
	});
}
