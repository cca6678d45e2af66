import assert from 'node:assert/strict';
import test from 'node:test';
import {findAttempt, hashSpec, retryAnnotation} from '../../../../controller/container/attempt.ts';
import type {FemtoContainer, FemtoContainerSpec, FemtoContainerStatus} from '../../../../protocol/generated/resources.ts';

const spec: FemtoContainerSpec = {
	deviceSelector: {}, image: {digest: 'sha256:a', configMap: {name: 'a'}}, faultPolicy: {maxFaults: 3, action: 'Revert'},
	readiness: {}, minReadySeconds: 10, paused: false,
	rollout: {
		waves: [{percent: 100, soakSeconds: 0}], maxUnavailable: 1, maxFailures: 0, progressDeadlineSeconds: 600,
		onFailure: 'Rollback',
	},
};
const failure = {
	revision: 'bad', generation: 4, spec: hashSpec(spec), reason: 'TooManyFaults', message: 'a: TooManyFaults',
	time: '2026-01-01T00:00:00Z',
};

interface Row {
	readonly spec?: FemtoContainerSpec;
	readonly revision?: string;
	readonly generation?: number;
	readonly annotation?: string;
	readonly status?: FemtoContainerStatus;
	/** Number of the try, and whether the failure stands. */
	readonly expect: readonly [number, boolean];
}

const failed: FemtoContainerStatus = {attempt: 2, failure};

const rows: Record<string, Row> = {
	'a new container is in try 0': {expect: [0, false]},
	'an annotation that was there from the beginning asks for nothing': {annotation: 'x', expect: [0, false]},
	'a failure stands while nothing changes': {status: failed, expect: [2, true]},
	'a failure stands over a pause': {status: failed, spec: {...spec, paused: true}, generation: 5, expect: [2, true]},
	'a failure stands when only what to do about it changes': {
		status: failed, spec: {...spec, rollout: {...spec.rollout, onFailure: 'Pause'}}, generation: 5, expect: [2, true],
	},
	'another allowance is another try': {
		status: failed, spec: {...spec, rollout: {...spec.rollout, maxFailures: 3}}, generation: 5, expect: [4, false],
	},
	'other waves are another try': {
		status: failed, spec: {...spec, rollout: {...spec.rollout, waves: [{count: 1, soakSeconds: 9}]}}, generation: 5,
		expect: [4, false],
	},
	'another revision is another try': {status: failed, revision: 'good', generation: 5, expect: [4, false]},
	'the same spec that comes back after another one, which nobody saw, is another try': {
		status: failed, generation: 6, expect: [4, false],
	},
	'a new value of the annotation is another try': {status: failed, annotation: 'now', expect: [4, false]},
	'the value that was acted on is none': {status: {...failed, retry: 'now'}, annotation: 'now', expect: [2, true]},
	'a new value tries again what failed after the rollout, too': {
		status: {attempt: 2, retry: 'once'}, annotation: 'twice', expect: [3, false],
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`findAttempt(): ${sentence}`, () => {
		const annotations = row.annotation === undefined ? {} : {[retryAnnotation]: row.annotation};
		const container: FemtoContainer = {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer',
			metadata: {name: 'c', namespace: 'n', generation: row.generation ?? 4, annotations}, spec: row.spec ?? spec,
			...(row.status === undefined ? {} : {status: row.status}),
		};
		const attempt = findAttempt(container, row.revision ?? 'bad');
		assert.deepEqual([attempt.number, attempt.failure !== undefined], row.expect);
		assert.equal(attempt.failure?.generation ?? row.generation ?? 4, row.generation ?? 4);
	});
}

test('hashSpec() does not depend on the order of keys', () => {
	const {image, ...others} = spec;
	assert.equal(hashSpec({image, ...others, rollout: {...spec.rollout}}), hashSpec(spec));
});
