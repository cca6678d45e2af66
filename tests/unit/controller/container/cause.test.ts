import assert from 'node:assert/strict';
import test from 'node:test';
import {nameCause} from '../../../../controller/container/cause.ts';
import type {DeviceView} from '../../../../controller/container/gather.ts';
import {failureReason, failureText} from '../../../../controller/container/summary.ts';
import type {Fate} from '../../../../controller/device/judge.ts';

interface ViewChanges {
	readonly revision?: string;
	readonly attempt?: number;
	readonly accepted?: number;
	readonly refusal?: string;
	readonly fate?: Fate;
}

/** A device that was led from `new`, generation 5, back to `old`, generation 6, by the way back of try 2. */
function view(name: string, {revision = 'old', attempt = 3, accepted = 5, refusal, fate}: ViewChanges = {}): DeviceView {
	return {
		device: {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name},
			spec: {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0},
			status: {
				acceptedGeneration: accepted, refusals: refusal === undefined ? [] : [{localId: 1, reason: refusal}],
			},
		},
		pending: false, fate, fit: {fits: true}, late: false,
		entry: {
			container: {namespace: '', name: '', uid: ''}, revision, statementDigest: '', localId: 1, sinceGeneration: 6, attempt,
			before: {revision: 'new', sinceGeneration: 5},
		},
		facts: {
			uid: name, rankKey: name, alwaysAwake: true, lost: false, cordoned: false,
			progress: {kind: revision === 'new' ? 'failed' : 'updating'},
		},
	};
}

const lost = {
	revision: 'new', generation: 1, spec: '', reason: 'Lost', message: 'z: lost after it took the revision',
	time: '2026-01-01T00:00:00Z',
};
const dead: Fate = {kind: 'failed', reason: 'LinkDead', message: 'LinkDead'};

const rows: Record<string, {readonly views: readonly DeviceView[]; readonly failure?: typeof lost; readonly expect: string}> = {
	'lost stands while nobody says more': {views: [view('a')], expect: 'Lost z: lost after it took the revision'},
	'a device that is led back already names its end': {
		views: [view('b', {refusal: 'LinkDead'}), view('a', {refusal: 'WatchdogResets'})],
		expect: 'WatchdogResets a: WatchdogResets',
	},
	'a device that stays names its end': {
		views: [view('a', {revision: 'new', attempt: 2, fate: dead})], expect: 'LinkDead a: LinkDead',
	},
	'an end of an earlier try does not count': {
		views: [view('a', {refusal: 'LinkDead', attempt: 1})], expect: 'Lost z: lost after it took the revision',
	},
	'an end with what was assigned before that does not count': {
		views: [view('a', {refusal: 'LinkDead', accepted: 4})], expect: 'Lost z: lost after it took the revision',
	},
	'a refusal of what the device goes back to does not count': {
		views: [view('a', {refusal: 'LinkDead', accepted: 6})], expect: 'Lost z: lost after it took the revision',
	},
	'the first cause stays': {
		views: [view('a', {refusal: 'LinkDead'})], failure: {...lost, reason: 'WatchdogResets', message: 'c: WatchdogResets'},
		expect: 'WatchdogResets c: WatchdogResets',
	},
};

for (const [sentence, {views, failure = lost, expect}] of Object.entries(rows)) {
	test(`nameCause(): ${sentence}`, () => {
		const {reason, message, ...others} = nameCause(failure, 2, views);
		assert.equal(`${reason} ${message}`, expect);
		const {reason: _reason, message: _message, ...before} = failure;
		assert.deepEqual(others, before);
	});
}

test('a cause that a device names comes before devices that are only lost', () => {
	const views = [view('a', {revision: 'new'}), view('b', {revision: 'new', fate: dead})];
	assert.equal(failureReason('TooManyFailures', views), 'LinkDead');
	assert.equal(failureText(views), 'b: LinkDead, and 1 more failed');
	assert.equal(failureReason('TooManyFailures', views.slice(0, 1)), 'Lost');
});
