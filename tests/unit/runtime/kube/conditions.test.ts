import assert from 'node:assert/strict';
import {test} from 'node:test';
import {findCondition, removeCondition, setCondition, type Conditions} from '../../../../runtime/kube/conditions.ts';

const firstMs = Date.UTC(2026, 0, 1);
const laterMs = Date.UTC(2026, 0, 2);
const ready = {type: 'Ready', status: 'True', reason: 'Attached', message: 'all hooks', observedGeneration: 1} as const;
const lost = {type: 'Lost', status: 'False', reason: 'Heard', message: 'reports come', observedGeneration: 1} as const;
const before: Conditions = setCondition(setCondition([], ready, firstMs), lost, firstMs);

test('setCondition() adds at the end, with the time of now', () => {
	assert.deepEqual(before.map(({type, lastTransitionTime}) => [type, lastTransitionTime]), [
		['Ready', '2026-01-01T00:00:00Z'],
		['Lost', '2026-01-01T00:00:00Z'],
	]);
});

test('setCondition() returns the same array when nothing changed', () => {
	assert.equal(setCondition(before, ready, laterMs), before);
});

const kept: Readonly<Record<string, object>> = {
	'another reason': {reason: 'Running'},
	'another message': {message: 'one hook'},
	'another generation': {observedGeneration: 2},
};
for (const [name, change] of Object.entries(kept)) {
	test(`setCondition() keeps time and place for ${name}`, () => {
		const after = setCondition(before, {...ready, ...change}, laterMs);
		assert.deepEqual(after, [{...ready, ...change, lastTransitionTime: '2026-01-01T00:00:00Z'}, before[1]]);
	});
}

test('setCondition() moves the time with the status, and leaves the old array alone', () => {
	const after = setCondition(before, {...ready, status: 'Unknown'}, laterMs);
	assert.deepEqual(after, [{...ready, status: 'Unknown', lastTransitionTime: '2026-01-02T00:00:00Z'}, before[1]]);
	assert.equal(before[0]?.status, 'True');
});

test('removeCondition() removes, or returns the same array', () => {
	assert.deepEqual(removeCondition(before, 'Ready'), [before[1]]);
	assert.equal(removeCondition(before, 'Asleep'), before);
});

test('findCondition() finds by type', () => {
	assert.equal(findCondition(before, 'Lost'), before[1]);
	assert.equal(findCondition(before, 'Asleep'), undefined);
});
