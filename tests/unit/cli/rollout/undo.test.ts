import assert from 'node:assert/strict';
import {test, type TestContext} from 'node:test';
import {setPaused, showHistory, undo} from '../../../../cli/rollout/change.ts';
import {femtoContainers} from '../../../../protocol/generated/resources.ts';
import type {Session} from '../../../../cli/session.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {Fixture, namespace, sign, type Signed} from '../../../integration/controller/fixture.ts';
import {CapturedConsole} from '../session-fixture.ts';

const wish = {dryRun: false, verbose: false};

interface Scene {
	readonly fixture: Fixture;
	readonly console: CapturedConsole;
	readonly session: Session;
}

/** A controller, two devices, and these versions rolled out one after the other. */
async function rolledOut(context: TestContext, ...versions: readonly (readonly [Signed, object?])[]): Promise<Scene> {
	const fixture = new Fixture();
	context.after(() => fixture.stop());
	await fixture.start();
	fixture.device('pump-1');
	fixture.device('pump-2');
	await fixture.run(3_000);
	for (const [signed, spec = {}] of versions) {
		const known = (await fixture.store.list({group: '', version: 'v1', plural: 'configmaps', namespace})).items;
		const name = `vibration-${signed.digest.slice(7, 15)}`;
		await (known.some(({metadata}) => metadata.name === name)
			? fixture.applyContainer(name, signed.digest, {spec}) : fixture.apply(signed, {spec}));
		await fixture.run(20_000);
	}
	const console = new CapturedConsole();
	const session: Session = {
		api: fixture.store, namespace, console, clock: fixture.scheduler.clock, random: seededRandom(1),
		signal: new AbortController().signal, read: () => Promise.reject(new Error('nobody listens')),
	};
	return {fixture, console, session};
}

const first = sign();
const second = sign({sequence: 2});

test('undo writes the spec back to what ran before, and the devices follow', async (context) => {
	const {fixture, console, session} = await rolledOut(
		context, [first, {parameters: {window: 20}}], [second, {parameters: {window: 30}}]);
	const {currentRevision} = (await fixture.container()).status ?? {};
	await undo(session, 'vibration', undefined, wish);
	assert.equal(console.stdout, 'femtocontainer.femtofleet.dev/vibration rolled back\n');
	assert.equal(console.stderr, '');
	const {spec} = await fixture.container();
	assert.deepEqual([spec.image.digest, spec.image.configMap.name, spec.parameters],
		[first.digest, `vibration-${first.digest.slice(7, 15)}`, {window: 20}]);
	await fixture.run(20_000);
	const {status} = await fixture.container();
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.notEqual(status?.currentRevision, currentRevision);
	const revisions = await fixture.store.list({group: 'apps', version: 'v1', plural: 'controllerrevisions', namespace});
	assert.equal(revisions.items.length, 2,
		'the old revision serves again, none is made');
});

test('undo twice comes back to where it was', async (context) => {
	const {fixture, session} = await rolledOut(context, [first], [second]);
	await undo(session, 'vibration', undefined, wish);
	await fixture.run(20_000);
	await undo(session, 'vibration', undefined, wish);
	assert.equal((await fixture.container()).spec.image.digest, second.digest);
});

test('undo passes over a version that failed, to the one that was complete before', async (context) => {
	const bad = sign({sequence: 2, program: {bssSize: 32}});
	const last = sign({sequence: 3, program: {bssSize: 48}});
	const fatal = bad.digest.slice(7, 39);
	const {fixture, session} = await rolledOut(context, [first]);
	fixture.device('pump-3', {
		giveUp: ({statementDigest}) =>
			(Buffer.from(statementDigest).toString('hex') === fatal ? {reason: 21, instruction: 9} : undefined),
	});
	await fixture.run(20_000);
	await fixture.apply(bad, {spec: {rollout: {waves: [{percent: 100, soakSeconds: 0}], maxUnavailable: '100%', maxFailures: 0}}});
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	await fixture.apply(last);
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	await undo(session, 'vibration', undefined, wish);
	assert.equal((await fixture.container()).spec.image.digest, first.digest);
});

test('undo brings back hooks, limits and parameters that were left out before', async (context) => {
	const {fixture, session} = await rolledOut(context, [first], [first, {
		hooks: [{name: 'timer', order: 7, parameters: {periodMilliseconds: 500}}],
		limits: {instructionsPerRun: 99}, parameters: {window: 5},
	}]);
	await undo(session, 'vibration', undefined, wish);
	const back = (await fixture.container()).spec;
	assert.deepEqual([back.hooks, back.limits, back.parameters], [undefined, undefined, undefined]);
	await undo(session, 'vibration', 2, wish);
	const again = (await fixture.container()).spec;
	assert.deepEqual([again.hooks, again.limits, again.parameters], [
		[{name: 'timer', order: 7, parameters: {periodMilliseconds: 500}}], {instructionsPerRun: 99}, {window: 5},
	]);
});

test('undo works when the ConfigMap is gone, and says what it went by', async (context) => {
	const {fixture, console, session} = await rolledOut(context, [first], [second]);
	const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace};
	await fixture.store.delete(configMaps, `vibration-${first.digest.slice(7, 15)}`);
	await undo(session, 'vibration', undefined, wish);
	assert.match(console.stderr, /^note: no ConfigMap with the bytes of revision 1 was found/);
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal((await fixture.container()).spec.image.digest, first.digest);
});

test('undo of a spec that can not be run comes back to what devices have', async (context) => {
	const {fixture, session} = await rolledOut(context, [first], [second, {parameters: {window: 50}}]);
	await fixture.applyContainer(`vibration-${second.digest.slice(7, 15)}`, second.digest, {spec: {parameters: {window: 5000}}});
	await fixture.run(5_000);
	await undo(session, 'vibration', undefined, wish);
	const {spec} = await fixture.container();
	assert.deepEqual([spec.image.digest, spec.parameters], [second.digest, {window: 50}]);
});

test('undo in a dry run changes nothing, and with -v says the kubectl command', async (context) => {
	const {fixture, console, session} = await rolledOut(context, [first], [second]);
	await undo(session, 'vibration', 1, {dryRun: true, verbose: true});
	assert.equal(console.stdout, 'femtocontainer.femtofleet.dev/vibration rolled back (server dry run)\n');
	assert.match(console.stderr, /^\(kubectl patch fc vibration -n plant-a --type=merge --dry-run=server -p '\{"spec":\{"image":/);
	assert.equal((await fixture.container()).spec.image.digest, second.digest);
});

test('undo refuses a number that is not in history, and a history without another revision', async (context) => {
	const {session, console} = await rolledOut(context, [first]);
	await assert.rejects(undo(session, 'vibration', 7, wish), {message: 'unable to find specified revision 7 in history'});
	await assert.rejects(
		undo(session, 'vibration', undefined, wish), {message: 'no rollout history found for femtocontainer "vibration"'});
	await undo(session, 'vibration', 1, wish);
	assert.match(console.stdout, /skipped rollback \(the spec already matches revision 1\)/);
});

test('history lists revisions with their state, and shows one in full', async (context) => {
	const {fixture, console, session} = await rolledOut(context, [first], [second, {parameters: {window: 30}}]);
	await showHistory(session, 'vibration', undefined);
	const [title, , one = '', two = ''] = console.stdout.replaceAll(/ +/g, ' ').split('\n');
	assert.equal(title, 'femtocontainer.femtofleet.dev/vibration');
	assert.match(one, /^1 [0-9a-f]{12} 1 <none> <none> \d+s <none>$/);
	assert.match(two, /^2 [0-9a-f]{12} 2 window=30 newest,current \d+s <none>$/);
	await fixture.store.patch({...femtoContainers, namespace}, 'vibration', {
		metadata: {annotations: {'kubernetes.io/change-cause': 'noisy bearings'}}, spec: {parameters: {window: 40}},
	});
	await fixture.run(5_000);
	console.stdout = '';
	await showHistory(session, 'vibration', undefined);
	assert.match(console.stdout.replaceAll(/ +/g, ' '), /\n3 [0-9a-f]{12} 2 window=40 newest(,current)? \d+s noisy bearings\n/);
	console.stdout = '';
	await showHistory(session, 'vibration', 2);
	assert.match(console.stdout, /with revision #2\n.*Digest: +sha256:[0-9a-f]{64}\n.*Hooks: +timer \(order 500\)\n/s);
	await assert.rejects(showHistory(session, 'vibration', 9), {message: 'unable to find specified revision 9 in history'});
});

test('pause and resume set spec.paused, and refuse to do so twice', async (context) => {
	const {fixture, console, session} = await rolledOut(context, [first]);
	await setPaused(session, 'vibration', true, {dryRun: false, verbose: true});
	assert.equal((await fixture.container()).spec.paused, true);
	assert.equal(console.stdout, 'femtocontainer.femtofleet.dev/vibration paused\n');
	assert.equal(console.stderr, `(kubectl patch fc vibration -n plant-a --type=merge -p '{"spec":{"paused":true}}')\n`);
	await assert.rejects(setPaused(session, 'vibration', true, wish),
		{message: 'femtocontainers.femtofleet.dev "vibration" is already paused'});
	await setPaused(session, 'vibration', false, wish);
	assert.equal((await fixture.container()).spec.paused, false);
	await assert.rejects(setPaused(session, 'vibration', false, wish), {message: /is not paused$/});
});
