import assert from 'node:assert/strict';
import {test} from 'node:test';
import {age, parseDuration, untilTime} from '../../../../cli/output/age.ts';
import {humanDuration as duration} from '../../../../runtime/human-duration.ts';
import {parseFormat, printObject, toJson} from '../../../../cli/output/objects.ts';
import {Table} from '../../../../cli/output/table.ts';
import {cut, oneLine} from '../../../../cli/output/text.ts';
import {parseTargets} from '../../../../cli/output/kinds.ts';
import {writeYaml} from '../../../../cli/yaml.ts';
import {parse} from 'yaml';

const [minute, hour, day] = [60, 3600, 86_400];
const durations: readonly (readonly [seconds: number, text: string])[] = [
	[-5, '<invalid>'], [-1, '0s'], [0, '0s'], [119, '119s'], [2 * minute, '2m'], [2 * minute + 1, '2m1s'], [10 * minute + 5, '10m'],
	[179 * minute, '179m'], [3 * hour, '3h'], [3 * hour + 5 * minute, '3h5m'], [8 * hour + 5 * minute, '8h'], [47 * hour, '47h'],
	[2 * day, '2d'], [2 * day + hour, '2d1h'], [8 * day + hour, '8d'], [729 * day, '729d'], [2 * 365 * day, '2y'],
	[3 * 365 * day + 2 * day, '3y2d'], [9 * 365 * day + 2 * day, '9y'],
];

for (const [seconds, text] of durations) {
	test(`${seconds} s are ${text}`, () => assert.equal(duration(seconds * 1000), text));
}

test('an age counts from a time, and a text that is none is unknown', () => {
	assert.equal(age('1970-01-01T00:00:10Z', 130_000), '2m');
	assert.equal(age(undefined, 0), '<unknown>');
	assert.equal(untilTime('1970-01-01T00:00:10Z', 0), '10s');
	assert.equal(untilTime('1970-01-01T00:00:10Z', 10_001), 'overdue');
});

test('durations are read as Go writes them', () => {
	assert.deepEqual(['0', '90s', '5m', '1h30m', '1.5s', '250ms'].map(parseDuration), [0, 90_000, 300_000, 5_400_000, 1500, 250]);
	assert.deepEqual(['', '5', 'm', '5 m', '-1s', '1d'].map(parseDuration), Array(6).fill(undefined));
});

test('what could steer a terminal does not come through', () => {
	assert.equal(oneLine('a\u001b[2Jb\u009b31mc\u202ed\r\ne\tf\u0007'), 'a[2Jb31mcd e f');
});

test('cutting counts characters and shows that something is missing', () => {
	assert.deepEqual([cut('abc', 3), cut('abcd', 3), cut('😀😀😀', 2)], ['abc', 'ab…', '😀…']);
});

test('a table keeps its widths from one batch to the next, and shows its titles once', () => {
	const table = new Table<readonly string[]>([
		{title: 'NAME', value: ([name]) => name}, {title: 'X', value: (row) => row[1]}, {title: 'WHY', value: () => ''},
	]);
	assert.equal(table.print([['long-name', '1'], ['b']]), 'NAME        X        WHY\nlong-name   1\nb           <none>\n');
	assert.equal(table.print([['c', '2']]), 'c           2\n');
});

test('a table cuts only its last column, and shows no titles when told so', () => {
	const columns = [
		{title: 'NAME', value: () => 'pump'}, {title: 'WHY', value: () => 'because of a very long phrase that does not end'},
	];
	assert.equal(new Table(columns, {width: 30, noHeaders: true}).print([0]), 'pump   because of a very long…\n');
});

test('JSON and YAML have their keys in order and escape what could steer a terminal', () => {
	const value = {b: '\u001b[1m\u009b', a: {d: 1, c: [{f: 1, e: 2}]}, metadata: {managedFields: [1]}};
	assert.equal(
		toJson(value),
		'{\n    "a": {\n        "c": [\n            {\n                "e": 2,\n                "f": 1\n            }\n        ],\n'
		+ '        "d": 1\n    },\n    "b": "\\u001b[1m\\u009b",\n    "metadata": {}\n}\n');
	const yaml = printObject({kind: 'yaml'}, value, (object) => writeYaml([object]));
	assert.ok(yaml.ok);
	assert.doesNotMatch(yaml.value.replaceAll('\n', ''), /\p{Cc}/u);
	assert.equal((parse(yaml.value) as {b: string}).b, value.b);
});

test('output formats are those of kubectl', () => {
	assert.deepEqual(parseFormat(undefined), {ok: true, value: {kind: 'table', wide: false}});
	assert.deepEqual(parseFormat('wide'), {ok: true, value: {kind: 'table', wide: true}});
	assert.deepEqual(parseFormat('jsonpath={.a}'), {ok: true, value: {kind: 'jsonpath', template: '{.a}'}});
	assert.deepEqual(parseFormat('jsonpath='), {ok: false, error: 'template format specified but no template given'});
	const unknown = parseFormat('xml');
	assert.match(unknown.ok ? '' : unknown.error, /^unable to match a printer suitable for the output format "xml"/);
});

function targets(...args: readonly string[]): string {
	const found = parseTargets(args);
	return found.ok ? found.value.map(({kind, names}) => `${kind.kind}:${names.join('+')}`).join(' ') : found.error;
}

test('types go by plural, singular, short name, category, with group and version, one or several', () => {
	for (const word of ['fc', 'femtocontainer', 'FemtoContainers', 'fc.femtofleet.dev', 'femtocontainers.v1alpha1.femtofleet.dev']) {
		assert.equal(targets(word), 'FemtoContainer:');
	}
	assert.equal(targets('fd,fc'), 'FemtoDevice: FemtoContainer:');
	assert.equal(targets('femto'), 'FemtoContainer: FemtoDevice: FemtoTenant:');
});

test('names come after a type or behind its slash', () => {
	assert.equal(targets('fd', 'a', 'b'), 'FemtoDevice:a+b');
	assert.equal(targets('fd/a', 'fc/b'), 'FemtoDevice:a FemtoContainer:b');
});

test('a command line that names no resource is refused as kubectl does', () => {
	assert.equal(targets(), 'Required resource not specified.');
	assert.match(targets('pods'), /^the server doesn't have a resource type "pods"/);
	assert.match(targets('fd', 'fc/b'), /^there is no need to specify a resource type as a separate argument/);
	assert.equal(targets('fd/a/b'), 'arguments in resource/name form must have a single resource and name');
	assert.match(targets('fc.other.dev'), /resource type "fc.other.dev"/);
});
