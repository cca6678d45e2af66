import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readDeleteOptions, readListOptions, readWriteOptions} from '../../../../apiserver/http/options.ts';

const list = (query: string) => readListOptions(new URLSearchParams(query));
const remove = (query: string, body?: Readonly<Record<string, unknown>>) => readDeleteOptions(new URLSearchParams(query), body);
const write = (query: string) => readWriteOptions(new URLSearchParams(query), 'PatchOptions');

test('Options of a list and of a watch are read', () => {
	assert.deepEqual(list('limit=5&continue=t&labelSelector=a%3Db&fieldSelector=&resourceVersion='), {
		watch: false, allowWatchBookmarks: false, limit: 5, continue: 't', labelSelector: 'a=b',
	});
	assert.deepEqual(list('watch=1&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=9'), {
		watch: true, allowWatchBookmarks: true, resourceVersion: '7', timeoutSeconds: 9,
	});
	assert.deepEqual([list('watch').watch, list('watch=0').watch, list('watch=false').watch], [true, false, false]);
});

const refused: readonly (readonly [query: string, message: string])[] = [
	['resourceVersionMatch=Exact', 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'],
	['resourceVersion=0&resourceVersionMatch=Exact', 'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'],
	['resourceVersion=1&resourceVersionMatch=x', 'resourceVersionMatch: Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""'],
	['sendInitialEvents=true', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
	['watch=1&sendInitialEvents=true', 'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
	['watch=1&resourceVersionMatch=NotOlderThan', 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'],
];
for (const [query, message] of refused) {
	test(`?${query} is refused: ${message}`, () => {
		assert.throws(() => list(query), {code: 422, message: `ListOptions.meta.k8s.io "" is invalid: ${message}`});
	});
}

test('A number that is none is 400', () => {
	assert.throws(() => list('limit=x'), {code: 400, message: 'strconv.ParseInt: parsing "x": invalid syntax'});
});

test('Options of a write are read, and fields are warned of unless told otherwise', () => {
	assert.deepEqual(write('fieldManager=me&dryRun=All&fieldValidation=Strict'), {dryRun: true, fieldValidation: 'Strict', fieldManager: 'me'});
	assert.deepEqual(write(''), {dryRun: false, fieldValidation: 'Warn'});
	assert.throws(() => write('dryRun=Some'), {code: 422, message: 'PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"'});
	assert.throws(() => write('fieldValidation=x'), {code: 422, message: /fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"$/});
	assert.throws(() => write(`fieldManager=${'x'.repeat(129)}`), {code: 422, message: /may not be more than 128/});
	assert.throws(() => write('force=true'), {code: 422, message: /force: Forbidden: may not be specified for non-apply patch/});
});

test('Options of a delete come from the body when there is one, else from the query', () => {
	assert.deepEqual(remove('propagationPolicy=Orphan&dryRun=All&gracePeriodSeconds=0'), {dryRun: true, propagationPolicy: 'Orphan', preconditions: {}});
	assert.deepEqual(remove('propagationPolicy=Orphan', {propagationPolicy: 'Foreground', preconditions: {uid: 'u', resourceVersion: '3'}}), {
		dryRun: false, propagationPolicy: 'Foreground', preconditions: {uid: 'u', resourceVersion: '3'},
	});
	assert.equal(remove('orphanDependents=true').propagationPolicy, 'Orphan');
	assert.equal(remove('', {orphanDependents: false}).propagationPolicy, 'Background');
	assert.throws(() => remove('propagationPolicy=Later'), {code: 422, message: /propagationPolicy: Unsupported value: "Later"/});
	assert.throws(() => remove('', {propagationPolicy: 'Orphan', orphanDependents: true}), {code: 422, message: /cannot be both set/});
	assert.throws(() => remove('', {dryRun: ['x']}), {code: 422});
});
