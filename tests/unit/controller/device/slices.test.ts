import assert from 'node:assert/strict';
import test from 'node:test';
import {joinSlice, type UnfinishedReport} from '../../../../controller/device/slices.ts';
import type {ReportSlice} from '../../../../protocol/generated/messages.ts';

type Step = readonly [report: number, part: number, parts: number, byte: number];

function slice([report, part, parts, byte]: Step): ReportSlice {
	return {report, part, parts, bytes: Uint8Array.of(byte)};
}

/** What comes out after each step, as numbers. */
function play(steps: readonly Step[]): readonly (readonly number[] | undefined)[] {
	let unfinished: readonly UnfinishedReport[] = [];
	return steps.map(step => {
		const result = joinSlice(unfinished, slice(step));
		unfinished = result.unfinished;
		return result.joined === undefined ? undefined : [...result.joined];
	});
}

const rows: Record<string, {readonly steps: readonly Step[]; readonly expect: readonly (readonly number[] | undefined)[]}> = {
	'one slice is a whole report': {steps: [[1, 0, 1, 9]], expect: [[9]]},
	'slices join in the order of their parts': {
		steps: [[1, 1, 3, 2], [1, 0, 3, 1], [1, 2, 3, 3]], expect: [undefined, undefined, [1, 2, 3]],
	},
	'a slice that comes twice counts once': {
		steps: [[1, 0, 2, 1], [1, 0, 2, 1], [1, 1, 2, 2]], expect: [undefined, undefined, [1, 2]],
	},
	'a newer report drops the unfinished older one': {
		steps: [[1, 0, 2, 1], [2, 0, 2, 5], [1, 1, 2, 2], [2, 1, 2, 6]], expect: [undefined, undefined, undefined, [5, 6]],
	},
	'the first report after a reboot passes one that was cut off': {
		steps: [[40, 0, 2, 9], [1, 0, 2, 1], [1, 1, 2, 2]], expect: [undefined, undefined, [1, 2]],
	},
	'slices that disagree on their number do not mix': {
		steps: [[1, 0, 2, 1], [1, 1, 3, 2], [1, 1, 2, 3]], expect: [undefined, undefined, undefined],
	},
	'a part outside its report is dropped': {steps: [[1, 2, 2, 1], [1, 0, 0, 1]], expect: [undefined, undefined]},
	'more parts than any report has are dropped': {steps: [[1, 0, 47, 1]], expect: [undefined]},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`joinSlice(): ${sentence}`, () => {
		assert.deepEqual(play(row.steps), row.expect);
	});
}

test('joinSlice() never keeps more than two unfinished reports', () => {
	let unfinished: readonly UnfinishedReport[] = [];
	for (let report = 50; report > 0; report--) {
		unfinished = joinSlice(unfinished, slice([report, 0, 2, 0])).unfinished;
		assert.ok(unfinished.length <= 2);
	}
});
