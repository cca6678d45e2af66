import assert from 'node:assert/strict';
import test from 'node:test';
import {judgeLiveness} from '../../../../controller/device/liveness.ts';

const rows: readonly (readonly [afterMs: number, kind: string])[] = [
	[0, 'onTime'], [89_999, 'onTime'], [90_000, 'late'], [179_999, 'late'], [180_000, 'lost'], [900_000, 'lost'],
];

for (const [afterMs, kind] of rows) {
	test(`judgeLiveness(): a report due after 60 s is ${kind} after ${afterMs} ms`, () => {
		assert.equal(judgeLiveness(1_000, 60, 1_000 + afterMs).kind, kind);
	});
}

test('judgeLiveness() says when the answer changes', () => {
	assert.deepEqual(judgeLiveness(0, 60, 0), {kind: 'onTime', nextMs: 90_000});
	assert.deepEqual(judgeLiveness(0, 60, 90_000), {kind: 'late', nextMs: 180_000});
});
