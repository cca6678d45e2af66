import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {followStatus, type StatusWish} from '../../../../cli/rollout/follow-status.ts';
import {femtoContainers, type FemtoContainer} from '../../../../protocol/generated/resources.ts';
import {conditions, counts, SessionFixture} from '../session-fixture.ts';

let fixture: SessionFixture;
const ref = {...femtoContainers, namespace: 'default'};

beforeEach(async () => {
	fixture = new SessionFixture();
	await fixture.container('level');
});

type Said = readonly [types: readonly string[], reason: string, message: string];

const going: Said = [['Ready=False', 'Reconciling=True'], 'Progressing', 'wave 1 of 2, 0 of 5 devices Ready'];
const rest: Said = [['Ready=False', 'Reconciling=True'], 'Soaking', 'wave 1 of 2, 1 of 5 devices Ready'];
const complete: Said = [['Ready=True'], 'RolloutComplete', '5 of 5 devices Ready'];

async function say([types, reason, message]: Said, generation = 1): Promise<void> {
	await fixture.status('level', {
		observedGeneration: generation, conditions: conditions(generation, types, reason, message),
		wave: {index: 1, of: 2}, counts: counts(),
	} as FemtoContainer['status']);
	await fixture.run(50);
}

interface Running {
	readonly code: () => Promise<number>;
	readonly isOver: () => boolean;
}

async function begin(wish: Partial<StatusWish> = {}): Promise<Running> {
	let isOver = false;
	const running = followStatus(fixture.session, 'level', {timeoutMs: 0, watch: true, json: false, ...wish}).finally(() => {
		isOver = true;
	});
	running.catch(() => {});
	await fixture.run(50);
	return {code: () => running, isOver: () => isOver};
}

test('status says each change once, and ends with 0 when the rollout is complete', async () => {
	const {code, isOver} = await begin();
	for (const said of [going, going, rest]) {
		await say(said);
	}
	assert.equal(isOver(), false);
	await say(complete);
	assert.equal(await code(), 0);
	assert.deepEqual(fixture.console.stdout.split('\n'), [
		'Waiting for femtocontainer spec update to be observed...',
		'Waiting for femtocontainer "level" rollout to finish: wave 1 of 2, 0 of 5 devices Ready...',
		'Waiting for femtocontainer "level" rollout to finish: Soaking: wave 1 of 2, 1 of 5 devices Ready...',
		'femtocontainer "level" successfully rolled out', '',
	]);
	assert.equal(fixture.console.stderr, '');
});

const failures: Readonly<Record<string, readonly [said: Said, error: string]>> = {
	'came back to the old revision': [
		[['Ready=False', 'Stalled=True'], 'RolledBack', 'level-2 failed: pump-1: Trap; back at level-1'],
		'error: femtocontainer "level" failed: RolledBack: level-2 failed: pump-1: Trap; back at level-1\n',
	],
	'made no progress in time': [
		[['Ready=False', 'Stalled=True'], 'ProgressDeadlineExceeded', 'wave 1 of 2'],
		'error: femtocontainer "level" exceeded its progress deadline: wave 1 of 2\n',
	],
	'lost its devices later': [
		[['Ready=False', 'Degraded=True'], 'Degraded', 'pump-1: Lost'],
		'error: femtocontainer "level" failed: Degraded: pump-1: Lost\n',
	],
};

for (const [sentence, [said, error]] of Object.entries(failures)) {
	test(`status ends with 1 and the reason when the rollout ${sentence}`, async () => {
		await say(going);
		const {code} = await begin();
		await say(said);
		assert.equal(await code(), 1);
		assert.equal(fixture.console.stderr, error);
	});
}

test('status waits on while the rollout goes back, and never believes an older generation', async () => {
	await say(complete);
	await fixture.store.patch(ref, 'level', {spec: {minReadySeconds: 3}});
	const {code, isOver} = await begin();
	assert.equal(isOver(), false);
	await say([['Ready=False', 'Reconciling=True'], 'RollingBack', 'level-2 failed; going back'], 2);
	assert.equal(isOver(), false);
	fixture.abort.abort();
	await fixture.run(50);
	assert.equal(await code(), 130, 'interrupted is no success');
});

test('status ends with 1 and the words of kubectl when the time is up', async () => {
	await say(going);
	const {code, isOver} = await begin({timeoutMs: 60_000});
	await fixture.run(59_000);
	assert.equal(isOver(), false);
	await fixture.run(2_000);
	assert.equal(await code(), 1);
	assert.equal(fixture.console.stderr, 'error: timed out waiting for the condition\n');
});

test('status ends with 1 when the container goes away', async () => {
	await say(going);
	const {code} = await begin();
	await fixture.store.delete(ref, 'level');
	await fixture.run(50);
	assert.equal(await code(), 1);
	assert.equal(fixture.console.stderr, 'error: object has been deleted\n');
});

test('status without watch says where it stands and ends with 0, or with 1 after a failure', async () => {
	await say(going);
	const now = await begin({watch: false});
	assert.equal(await now.code(), 0);
	assert.match(fixture.console.stdout, /^Waiting for .*\n$/);
	await say([['Ready=False', 'Stalled=True'], 'NoRam', 'no room']);
	assert.equal(await (await begin({watch: false})).code(), 1);
});

test('status tells of failures within what the rollout tolerates, and succeeds', async () => {
	await fixture.status('level', {observedGeneration: 1, conditions: [
		...conditions(1, ['Ready=True'], 'RolloutComplete', '4 of 5'), ...conditions(1, ['Degraded=True'], 'Lost', 'pump-1: lost'),
	]});
	assert.equal(await (await begin()).code(), 0);
	assert.equal(fixture.console.stderr, 'warning: Lost: pump-1: lost\n');
});

test('status prints lines of JSON for programs', async () => {
	await say(going);
	const {code} = await begin({json: true});
	await say(complete);
	assert.equal(await code(), 0);
	const records = fixture.console.stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
	assert.deepEqual(records.map(({phase, reason}) => `${String(phase)} ${String(reason)}`), [
		'Waiting Progressing', 'Complete RolloutComplete',
	]);
	assert.deepEqual(records[0]?.['wave'], {index: 1, of: 2});
});

test('status of what does not exist is refused as the server does', async () => {
	await assert.rejects(
		followStatus(fixture.session, 'x', {timeoutMs: 0, watch: true, json: false}),
		{message: 'femtocontainers.femtofleet.dev "x" not found'});
});
