import assert from 'node:assert/strict';
import test from 'node:test';
import type {DeviceView} from '../../../../controller/container/gather.ts';
import {courseConditions} from '../../../../controller/container/say.ts';
import type {Course} from '../../../../controller/container/steer.ts';
import {countDevices, groupFailures, groupMisfits, sampleDevices} from '../../../../controller/container/summary.ts';
import type {Fate} from '../../../../controller/device/judge.ts';
import type {Fit} from '../../../../controller/fit.ts';
import type {RolloutOutcome} from '../../../../controller/rollout/decide.ts';
import type {DeviceProgress, RolloutDevice} from '../../../../controller/rollout/facts.ts';

interface ViewChanges {
	readonly progress?: DeviceProgress;
	readonly fate?: Fate;
	readonly fit?: Fit;
	readonly facts?: Partial<RolloutDevice>;
	readonly board?: string;
}

const ready: ViewChanges = {progress: {kind: 'ready', sinceMs: 0}, fate: {kind: 'ready', sinceMs: 0}};
const refused = (reason: string): ViewChanges =>
	({progress: {kind: 'failed'}, fate: {kind: 'failed', reason, message: `${reason} at instruction 7`}});
const short: ViewChanges = {fit: {fits: false, reason: 'NoRam', message: '9 bytes of RAM needed, 1 free'}};
const unreported: ViewChanges = {fit: {fits: false, reason: 'NoInventory', message: 'not reported yet'}};

function view(name: string, changes: ViewChanges): DeviceView {
	const progress = changes.progress ?? {kind: 'notStarted', serving: 'none'};
	const started = progress.kind !== 'notStarted';
	return {
		device: {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name},
			spec: {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0},
			status: {firmware: {version: '1', board: changes.board ?? 'sim', buildId: ''}},
		},
		pending: false,
		entry: started
			? {container: {namespace: '', name: '', uid: ''}, revision: 'new', statementDigest: '', localId: 1} : undefined,
		fate: changes.fate, fit: changes.fit ?? {fits: true}, late: false,
		facts: {uid: name, rankKey: name, alwaysAwake: true, lost: false, cordoned: false, progress, ...changes.facts},
	};
}

interface CourseChanges {
	readonly outcome: RolloutOutcome;
	readonly overdue?: boolean;
	/** It failed before; `back`: there is a revision to go back to. */
	readonly failed?: boolean;
	readonly back?: boolean;
}

/** What `courseConditions()` reads of a course. */
function conditions(views: readonly DeviceView[], {outcome, overdue, failed, back = false}: CourseChanges): readonly string[] {
	const rollout = {
		waves: [{percent: 100, soakSeconds: 0}], maxUnavailable: 1, maxFailures: 0, progressDeadlineSeconds: 600,
		onFailure: 'Rollback',
	};
	const failure = {
		revision: 'new', generation: 1, spec: '', reason: 'TooManyFaults', message: 'a: TooManyFaults at instruction 9', time: '',
	};
	const course = {
		attempt: {number: 0, retry: undefined, failure: failed === true || back ? failure : undefined},
		goal: {container: {spec: {rollout, paused: false}}, revision: {name: back ? 'old' : 'new'}, back},
		decision: {outcome, assign: [], wave: back ? -1 : 0, waves: 2, waiting: true},
		views, newest: {name: 'new'}, newestViews: views, counts: countDevices(views, 'new'),
		deadlineMs: overdue === true ? 1 : undefined,
	};
	return courseConditions(course as unknown as Course, 2)
		.map(({type, status, reason, message}) => `${type}=${status} ${reason}: ${message}`);
}

const some = [view('a', ready), view('b', {})];

const rows: Record<string, {readonly actual: readonly string[]; readonly expect: readonly string[]}> = {
	'a complete rollout is Ready': {
		actual: conditions(some, {outcome: 'Complete'}), expect: ['Ready=True RolloutComplete: 1 of 2 devices Ready'],
	},
	'single devices that fail after the rollout leave it Ready, and Degraded': {
		actual: conditions([view('a', ready), view('b', refused('TooManyFaults'))], {outcome: 'Complete'}),
		expect: [
			'Ready=True RolloutComplete: 1 of 2 devices Ready, 1 failed',
			'Degraded=True TooManyFaults: b: TooManyFaults at instruction 7; 1 of 2 devices Ready, 1 failed',
		],
	},
	'more failures after the rollout than may be out of service take Ready away': {
		actual: conditions([view('a', ready), view('b', refused('NoRam')), view('c', refused('NoRam'))], {outcome: 'Complete'})
			.map(text => text.split(':')[0] ?? ''),
		expect: ['Ready=False Degraded', 'Degraded=True NoRam'],
	},
	'a complete rollout of which nothing is left is not Ready': {
		actual: conditions([view('a', refused('NoRam'))], {outcome: 'Complete'}).map(text => text.split(':')[0] ?? ''),
		expect: ['Ready=False Degraded', 'Degraded=True NoRam'],
	},
	'a rollout that failed with nothing to go back to names revision, device and cause': {
		actual: conditions(some, {outcome: 'Stopped', failed: true}).slice(1),
		expect: ['Stalled=True TooManyFaults: new failed: a: TooManyFaults at instruction 9; '
			+ 'wave 1 of 2, 1 of 2 devices Ready'],
	},
	'the way back names revision, device, cause and where it leads': {
		actual: conditions(some, {outcome: 'RollingBack', back: true}).slice(1),
		expect: ['Reconciling=True RollingBack: new failed: a: TooManyFaults at instruction 9; '
			+ 'going back to old, 1 of 2 devices Ready with it'],
	},
	'a paused way back says so': {
		actual: conditions(some, {outcome: 'Paused', back: true}).slice(1),
		expect: ['Reconciling=True Paused: new failed: a: TooManyFaults at instruction 9; '
			+ 'paused on the way back to old, 1 of 2 devices Ready with it'],
	},
	'the end of the way back is Stalled: only another spec helps': {
		actual: conditions([view('a', ready)], {outcome: 'RolledBack', back: true}).slice(1),
		expect: ['Stalled=True RolledBack: new failed: a: TooManyFaults at instruction 9; '
			+ 'back at old, 1 of 1 devices Ready with it'],
	},
	'a way back that fails, too, has its own reason': {
		actual: conditions([view('a', refused('NoRam'))], {outcome: 'RollbackFailed', back: true}).slice(1),
		expect: ['Stalled=True RollbackFailed: new failed: a: TooManyFaults at instruction 9; going back to old, '
			+ '0 of 1 devices Ready with it; it fails, too: a: NoRam at instruction 7'],
	},
	'a rollout under way is Reconciling': {
		actual: conditions(some, {outcome: 'Progressing'}),
		expect: [
			'Ready=False Progressing: wave 1 of 2, 1 of 2 devices Ready',
			'Reconciling=True Progressing: wave 1 of 2, 1 of 2 devices Ready',
		],
	},
	'a rollout without progress is Stalled': {
		actual: conditions(some, {outcome: 'Progressing', overdue: true}),
		expect: [
			'Ready=False ProgressDeadlineExceeded: wave 1 of 2, 1 of 2 devices Ready',
			'Stalled=True ProgressDeadlineExceeded: wave 1 of 2, 1 of 2 devices Ready',
		],
	},
	'failures of one kind give their reason': {
		actual: conditions([view('b', refused('JumpOutside')), view('a', refused('JumpOutside'))], {outcome: 'TooManyFailures'}).slice(0, 1),
		expect: ['Ready=False JumpOutside: a: JumpOutside at instruction 7, and 1 more failed; '
			+ 'wave 1 of 2, 0 of 2 devices Ready, 2 failed'],
	},
	'failures of several kinds give the outcome': {
		actual: conditions([view('a', refused('NoRam')), view('b', refused('JumpOutside'))], {outcome: 'TooManyFailures'}).slice(1)
			.map(text => text.split(':')[0] ?? ''),
		expect: ['Stalled=True TooManyFailures'],
	},
	'a device that was lost with the revision counts as a failure': {
		actual: conditions([view('a', {progress: {kind: 'failed'}})], {outcome: 'NoneReady'}).slice(1),
		expect: ['Stalled=True Lost: a: lost after it took the revision; wave 1 of 2, 0 of 1 devices Ready, 1 failed'],
	},
	'devices that only have to report first are waited for': {
		actual: conditions([view('a', unreported)], {outcome: 'NoDevices'}).slice(1),
		expect: ['Reconciling=True NoInventory: wave 1 of 2, 0 of 1 devices Ready, 1 not fit'],
	},
	'devices that can never run it are an end': {
		actual: conditions([view('b', unreported), view('a', short)], {outcome: 'NoDevices'}).slice(1),
		expect: ['Stalled=True NotFit: NoRam on a: 9 bytes of RAM needed, 1 free; wave 1 of 2, 0 of 2 devices Ready, 2 not fit'],
	},
};

for (const [sentence, {actual, expect}] of Object.entries(rows)) {
	test(`courseConditions(): ${sentence}`, () => {
		assert.deepEqual(actual, expect);
	});
}

test('courseConditions() never has Reconciling beside Stalled, and always has Ready', () => {
	const outcomes: readonly RolloutOutcome[] = [
		'Progressing', 'Soaking', 'Paused', 'Complete', 'TooManyFailures', 'NoneReady', 'NoDevices', 'Stopped',
		'ProgressDeadlineExceeded', 'RollingBack', 'RolledBack', 'RollbackFailed',
	];
	const fleets = [some, [view('a', short)], [view('a', unreported)], [view('a', refused('NoRam'))], []];
	for (const outcome of outcomes) {
		for (const views of fleets) {
			for (const overdue of [false, true]) {
				const types = conditions(views, {outcome, overdue}).map(text => text.split('=')[0]);
				assert.equal(types.filter(type => type === 'Ready').length, 1);
				assert.ok(!(types.includes('Reconciling') && types.includes('Stalled')), `${outcome}: ${types.join()}`);
			}
		}
	}
});

test('sampleDevices() shows the worst first, and ten at most', () => {
	const views = [
		view('waiting', {}), view('short', short), view('failed', refused('NoRam')), view('fine', ready),
		view('gone', {facts: {lost: true}}), view('asleep', {progress: {kind: 'updating'}, facts: {alwaysAwake: false}}),
		view('trying', {progress: {kind: 'updating'}, fate: {kind: 'working', reason: 'Trial', message: 'Trial'}}),
	];
	assert.deepEqual(sampleDevices(views).map(({name, reason}) => `${name} ${reason}`), [
		'failed NoRam', 'short NoRam', 'gone Lost', 'trying Trial', 'asleep Asleep', 'waiting NotStarted',
	]);
	const many = Array.from({length: 30}, (_, index) => view(`device-${index}`, {}));
	assert.equal(sampleDevices(many).length, 10);
});

test('countDevices() counts a device wherever it belongs', () => {
	const views = [
		view('a', ready), view('b', {progress: {kind: 'updating'}}), view('c', refused('NoRam')), view('d', short),
		view('e', {progress: {kind: 'updating'}, facts: {alwaysAwake: false}}), view('f', {facts: {lost: true}}),
	];
	assert.deepEqual(countDevices(views, 'new'), {
		matched: 6, updated: 4, ready: 1, failed: 1, asleep: 1, late: 0, lost: 1, notFit: 1, unavailable: 2,
	});
});

test('groupMisfits() and groupFailures() make one group of a reason and a class', () => {
	const views = [
		view('a', short), view('b', short), view('c', {...short, board: 'other'}), view('d', unreported),
		view('e', refused('NoRam')), view('f', refused('NoRam')),
	];
	assert.deepEqual(groupMisfits(views).map(({deviceClass, example}) => `${deviceClass}: ${example}`), [
		'board sim, firmware 1: a', 'board other, firmware 1: c',
	]);
	assert.deepEqual(groupFailures(views).map(({reason, example}) => `${reason}: ${example}`), ['NoRam: e']);
});
