import assert from 'node:assert/strict';
import test from 'node:test';
import {isTrue, nextConditions} from '../../../controller/conditions.ts';
import {printLabels, printSelector} from '../../../controller/labels.ts';
import {findCondition} from '../../../runtime/kube/conditions.ts';

const wish = {type: 'Ready', status: 'False', reason: 'Updating', message: 'not yet'} as const;
const before = nextConditions(undefined, [wish, {...wish, type: 'Stalled', status: 'True'}], 1, 0);

test('nextConditions() gives an equal list for equal wishes, whatever the time', () => {
	assert.deepEqual(nextConditions(before, [wish, {...wish, type: 'Stalled', status: 'True'}], 1, 60_000), before);
});

test('nextConditions() moves the time with the status only', () => {
	const [reworded] = nextConditions(before, [{...wish, reason: 'Other'}], 2, 60_000);
	assert.equal(reworded?.lastTransitionTime, '1970-01-01T00:00:00Z');
	assert.equal(reworded?.observedGeneration, 2);
	const [turned] = nextConditions(before, [{...wish, status: 'True'}], 1, 60_000);
	assert.equal(turned?.lastTransitionTime, '1970-01-01T00:01:00Z');
});

test('nextConditions() drops what is not wished for', () => {
	const next = nextConditions(before, [wish], 1, 0);
	assert.equal(findCondition(next, 'Stalled'), undefined);
	assert.equal(isTrue(before, 'Stalled'), true);
});

test('nextConditions() cuts a message at what the schema takes', () => {
	const [condition] = nextConditions(undefined, [{...wish, message: 'x'.repeat(2_000)}], 1, 0);
	assert.equal(condition?.message.length, 1024);
});

test('printSelector() writes as kubectl does', () => {
	assert.equal(printSelector({}), '<everything>');
	assert.equal(printSelector({matchLabels: {class: 'pump'}, matchExpressions: [{key: 'hall', operator: 'Exists'}]}),
		'class=pump,hall');
});

test('printLabels() names each pair once, sorted, and says when there are more', () => {
	assert.equal(printLabels([{b: '2', a: '1'}, {a: '1'}, undefined], 5), 'a=1, b=2');
	assert.equal(printLabels([{a: '1', b: '2', c: '3'}], 2), 'a=1, b=2, …');
});
