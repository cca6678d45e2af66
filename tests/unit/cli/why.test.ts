import assert from 'node:assert/strict';
import test from 'node:test';
import {answerWhy} from '../../../cli/why/answer.ts';
import type {ContainerExplanation, Explanation} from '../../../controller/mod.ts';

function container(name: string, reason?: string): ContainerExplanation {
	return {
		container: name, ready: reason === undefined, reason: reason ?? 'Ready', message: reason === undefined ? 'Ready' : 'too bad',
		inputs: {generation: 1, paused: false},
	};
}

const explanation: Explanation = {
	device: 'pump-1', ready: false, reason: 'NoRam', message: 'a/one: too bad',
	containers: [container('a/one', 'NoRam'), container('a/two'), container('b/two', 'Paused')],
	inputs: {desiredGeneration: 2, acceptedGeneration: 1, wakeIntervalSeconds: 0, cordoned: false},
};

test('answerWhy() begins with the one reason, then names each container', () => {
	const answer = answerWhy(explanation, undefined);
	assert.ok(answer.ok);
	assert.deepEqual(answer.value.text.split('\n'), [
		'pump-1 is not Ready: NoRam', '  a/one: too bad', '  a/one: NoRam: too bad', '  a/two: Ready', '  b/two: Paused: too bad',
	]);
	assert.equal(answer.value.ready, false);
	assert.equal(answer.value.json, explanation);
});

test('answerWhy() says so when all is where it should be', () => {
	const ready = {...explanation, ready: true, reason: 'ContainersReady', message: 'every container is Ready', containers: []};
	const answer = answerWhy(ready, undefined);
	assert.deepEqual(answer.ok && answer.value.text, 'pump-1 is Ready\n  every container is Ready');
});

test('answerWhy() answers for one container by its name, with or without its namespace', () => {
	for (const wanted of ['one', 'a/one']) {
		const answer = answerWhy(explanation, wanted);
		assert.deepEqual(answer.ok && [answer.value.ready, answer.value.text], [false, 'a/one: NoRam: too bad']);
		assert.equal(answer.ok && answer.value.json, explanation.containers[0]);
	}
	const other = answerWhy(explanation, 'a/two');
	assert.equal(other.ok && other.value.ready, true);
});

test('answerWhy() refuses a name that is none, or stands for two', () => {
	const missing = answerWhy(explanation, 'three');
	assert.equal(!missing.ok && missing.error, 'container three is not meant for device pump-1, there are a/one, a/two, b/two');
	const two = answerWhy(explanation, 'two');
	assert.equal(!two.ok && two.error, 'container two is a/two or b/two: name one');
});
