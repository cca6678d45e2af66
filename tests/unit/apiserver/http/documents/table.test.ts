import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ageOf} from '../../../../../apiserver/http/documents/age.ts';
import {humanDuration} from '../../../../../runtime/human-duration.ts';
import {toPartial, toPartialList} from '../../../../../apiserver/http/documents/partial.ts';
import {compileTable, toTable, type TableOptions} from '../../../../../apiserver/http/documents/table.ts';
import type {Kind} from '../../../../../apiserver/store/kind.ts';
import type {KubeObject} from '../../../../../runtime/kube/types.ts';
import {kindOf, kinds} from './support.ts';

const nowMs = Date.parse('2026-11-25T10:00:00Z');
const options: TableOptions = {includeObject: 'None', nowMs, listMeta: {resourceVersion: '7'}};
const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();
const [minute, hour, day] = [60, 3600, 86_400];

/** Seconds to text, as the official server prints them. */
const spans: readonly (readonly [seconds: number, text: string])[] = [
	...([[-2, '<invalid>'], [-1.9, '0s'], [-0.5, '0s'], [0, '0s'], [5.9, '5s'], [119, '119s'], [120, '2m']] as const),
	...([[200, '3m20s'], [599, '9m59s'], [600, '10m'], [179 * minute + 59, '179m'], [3 * hour, '3h']] as const),
	...([[3 * hour + 300, '3h5m'], [8 * hour - 1, '7h59m'], [8 * hour, '8h'], [47.9 * hour, '47h']] as const),
	...([[2 * day, '2d'], [3 * day + 4 * hour, '3d4h'], [8 * day - 1, '7d23h'], [8 * day, '8d']] as const),
	...([[729.9 * day, '729d'], [730 * day, '2y'], [800 * day, '2y70d'], [8 * 365 * day, '8y']] as const),
];

for (const [seconds, text] of spans) {
	test(`An age of ${seconds} s is ${text}`, () => assert.equal(humanDuration(seconds * 1000), text));
}

test('A time that is absent is unknown, one that is none is invalid', () => {
	const times = [undefined, null, '', '0001-01-01T00:00:00Z', 'yesterday', '2026-11-25', '2026-13-45T00:00:00Z', 5];
	const bad = '<invalid>';
	const none = '<unknown>';
	assert.deepEqual(times.map((time) => ageOf(time, nowMs)), [none, none, none, none, bad, bad, bad, bad]);
	assert.equal(ageOf('2026-11-25T10:59:30.123456+01:00', nowMs), '29s');
});

function cellsOf(kind: Kind, object: object, name = 'a'): Readonly<Record<string, unknown>> {
	const created = {metadata: {name, creationTimestamp: ago(200)}, ...object} as unknown as KubeObject;
	const {columnDefinitions, rows} = toTable(kind, [created], options);
	return Object.fromEntries((columnDefinitions ?? []).map((column, index) => [column.name, rows[0]?.cells[index]]));
}

const head = {Name: 'a', Age: '3m20s'};
const owner = {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', name: 'vibration', uid: 'u', controller: true};
const builtins: readonly (readonly [sentence: string, plural: string, object: object, cells: object])[] = [
	['A namespace shows its phase', 'namespaces', {status: {phase: 'Active'}}, {...head, Status: 'Active'}],
	['A ConfigMap counts text and bytes', 'configmaps', {data: {a: '', b: ''}, binaryData: {c: ''}}, {...head, Data: 3}],
	['A ConfigMap may be empty', 'configmaps', {}, {...head, Data: 0}],
	['A secret shows type and count', 'secrets', {type: 'Opaque', data: {a: ''}}, {...head, Type: 'Opaque', Data: 1}],
	['A lease shows its holder', 'leases', {spec: {holderIdentity: 'one'}}, {...head, Holder: 'one'}],
	['A lease without a holder shows nothing', 'leases', {}, {...head, Holder: ''}],
	['A revision without controller', 'controllerrevisions', {revision: 3}, {...head, Controller: '<none>', Revision: 3}],
	[
		'A revision of a FemtoContainer names it with its group',
		'controllerrevisions',
		{metadata: {name: 'a', ownerReferences: [{...owner, controller: false}, owner]}, revision: 3},
		{Name: 'a', Controller: 'femtocontainer.femtofleet.dev/vibration', Revision: 3, Age: '<unknown>'},
	],
];

for (const [sentence, plural, object, cells] of builtins) {
	test(sentence, () => assert.deepEqual(cellsOf(kindOf(plural), object), cells));
}

const event = {Type: '', Reason: '', Object: 'pod/b', Subobject: '', Source: '', Message: '', Count: 1, Name: 'a'};
const involvedObject = {kind: 'Pod', name: 'b'};
const events: readonly (readonly [sentence: string, object: object, cells: object])[] = [
	[
		'An event of the old kind',
		{firstTimestamp: ago(300), lastTimestamp: ago(5), count: 4, message: ' hot \n', source: {component: 'c', host: 'h'}},
		{'First Seen': '5m', 'Last Seen': '5s', 'Count': 4, 'Message': 'hot', 'Source': 'c, h'},
	],
	[
		'An event told once has its time from eventTime',
		{eventTime: ago(5), lastTimestamp: null, firstTimestamp: null, reportingComponent: 'r', source: {}},
		{'First Seen': '5s', 'Last Seen': '5s', 'Source': 'r'},
	],
	[
		'An event of a series has time and count of the series',
		{eventTime: ago(300), series: {count: 9, lastObservedTime: ago(6)}},
		{'First Seen': '5m', 'Last Seen': '6s', 'Count': 9},
	],
	['An event without any time', {}, {'First Seen': '<unknown>', 'Last Seen': '<unknown>'}],
	[
		'An event about no name',
		{involvedObject: {kind: 'Pod'}},
		{'First Seen': '<unknown>', 'Last Seen': '<unknown>', 'Object': 'pod'},
	],
];

for (const [sentence, object, cells] of events) {
	test(sentence, () => assert.deepEqual(cellsOf(kindOf('events'), {involvedObject, ...object}), {...event, ...cells}));
}

test('A printer column prints what has its type, and nothing else', () => {
	const types = ['string', 'integer', 'number', 'boolean', 'date'] as const;
	const printerColumns = types.map((type) => ({name: type, type, jsonPath: '.v'}));
	const kind: Kind = {...kindOf('femtodevices'), printerColumns};
	const cells = (v: unknown): unknown[] => Object.values(cellsOf(kind, {v})).slice(1);
	assert.deepEqual(cells('x'), ['x', null, null, null, '<invalid>']);
	assert.deepEqual(cells(2.5), ['2.5', 2, 2.5, null, null]);
	assert.deepEqual(cells(false), ['false', null, null, false, null]);
	assert.deepEqual(cells(ago(5)), [ago(5), null, null, null, '5s']);
	assert.deepEqual(cells({a: [1]}), ['{"a":[1]}', null, null, null, null]);
	assert.deepEqual(cells(null), [null, null, null, null, null]);
	assert.deepEqual(cells(undefined), [null, null, null, null, null]);
});

test('Columns are defined as declared; a definition without any has an age', () => {
	const columns = toTable(kindOf('femtodevices'), [], options).columnDefinitions ?? [];
	assert.equal(columns[0]?.format, 'name');
	assert.deepEqual(columns.find(({name}) => name === 'Bridge'), {
		...{name: 'Bridge', type: 'string', format: '', priority: 1},
		description: 'Custom resource definition column (in JSONPath format): .status.bridge',
	});
	assert.equal(columns.find(({name}) => name === 'Free-RAM')?.description, 'In bytes.');
	const bare = compileTable({...kindOf('femtodevices'), printerColumns: []});
	assert.deepEqual(bare.map(({definition: {name, type}}) => [name, type]), [['Name', 'string'], ['Age', 'date']]);
});

test('The columns of every kind that is served can be read; a bad path is named', () => {
	for (const kind of kinds) assert(compileTable(kind).length >= 3, kind.id);
	const bad: Kind = {...kindOf('femtodevices'), printerColumns: [{name: 'Bad', type: 'string', jsonPath: '.a[0:1]'}]};
	assert.throws(() => compileTable(bad), /RangeError: Cannot print column Bad of femtofleet.dev\/femtodevices: JSONPath/);
});

test('A row carries the object, its metadata or nothing; columns are told once in a watch', () => {
	const object: KubeObject = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', labels: {b: 'c'}}};
	const partial = {apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata};
	const rowOf = (includeObject: TableOptions['includeObject']): unknown =>
		toTable(kindOf('configmaps'), [object], {...options, includeObject}).rows[0]?.object;
	assert.deepEqual([rowOf('None'), rowOf('Metadata'), rowOf('Object')], [null, partial, object]);
	assert.equal(toTable(kindOf('configmaps'), [], {...options, withColumns: false}).columnDefinitions, null);
	assert.deepEqual(toPartial(object), partial);
	assert.deepEqual(toPartialList([object], {resourceVersion: '7', continue: 'x'}), {
		...{apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList'},
		...{metadata: {resourceVersion: '7', continue: 'x'}, items: [partial]},
	});
});
