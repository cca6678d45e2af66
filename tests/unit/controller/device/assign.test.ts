import assert from 'node:assert/strict';
import test from 'node:test';
import {mergeAssigned, type Assigned, type Wish} from '../../../../controller/device/assign.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const target = (uid: string, revision: string, attempt = 0) =>
	({namespace: 'ns', name: uid, uid, revision, statementDigest: digest, attempt});
const wish = (uid: string, revision: string): Wish => ({uid, target: target(uid, revision)});
const none = (uid: string): Wish => ({uid, target: undefined});

function entry(uid: string, revision: string, localId: number, sinceGeneration = 1): Assigned {
	return {container: {namespace: 'ns', name: uid, uid}, revision, statementDigest: digest, localId, sinceGeneration};
}

interface Row {
	readonly before: readonly Assigned[];
	readonly wishes: readonly Wish[];
	readonly gone?: readonly string[];
	readonly expect: readonly Assigned[];
}

const rows: Record<string, Row> = {
	'the first container gets local id 1': {before: [], wishes: [wish('a', 'a-1')], expect: [entry('a', 'a-1', 1, 9)]},
	'what is wished already stays as it is': {
		before: [entry('a', 'a-1', 1)], wishes: [wish('a', 'a-1')], expect: [entry('a', 'a-1', 1)],
	},
	'a new revision keeps the local id, counts from the next generation, and remembers the one before': {
		before: [{...entry('a', 'a-1', 4, 3), before: {revision: 'a-0', sinceGeneration: 1}}], wishes: [wish('a', 'a-2')],
		expect: [{...entry('a', 'a-2', 4, 9), before: {revision: 'a-1', sinceGeneration: 3}}],
	},
	'another try of the same revision counts from the next generation': {
		before: [entry('a', 'a-1', 4)], wishes: [{uid: 'a', target: target('a', 'a-1', 2)}],
		expect: [{...entry('a', 'a-1', 4, 9), attempt: 2, before: {revision: 'a-1', sinceGeneration: 1}}],
	},
	'a container that wishes nothing keeps what it has': {
		before: [entry('a', 'a-1', 1)], wishes: [], expect: [entry('a', 'a-1', 1)],
	},
	'a container that shall not run leaves': {before: [entry('a', 'a-1', 1)], wishes: [none('a')], expect: []},
	'a container that no longer exists leaves': {
		before: [entry('a', 'a-1', 1)], wishes: [], gone: ['a'], expect: [],
	},
	'a free local id is given again, the lowest first': {
		before: [entry('a', 'a-1', 1), entry('b', 'b-1', 2), entry('c', 'c-1', 3)],
		wishes: [none('a'), none('b'), wish('d', 'd-1')],
		expect: [entry('d', 'd-1', 1, 9), entry('c', 'c-1', 3)],
	},
	'what finds no free local id is left out': {
		before: Array.from({length: 31}, (_, index) => entry(`x${index}`, 'x', index + 1)), wishes: [wish('a', 'a-1')],
		expect: Array.from({length: 31}, (_, index) => entry(`x${index}`, 'x', index + 1)),
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`mergeAssigned(): ${sentence}`, () => {
		const exists = (uid: string): boolean => !(row.gone ?? []).includes(uid);
		assert.deepEqual(mergeAssigned(row.before, row.wishes, exists, 9), row.expect);
	});
}
