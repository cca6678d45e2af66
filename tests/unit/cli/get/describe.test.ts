import assert from 'node:assert/strict';
import {test, type TestContext} from 'node:test';
import {describe} from '../../../../cli/get/describe.ts';
import {femtoDevices} from '../../../../protocol/generated/resources.ts';
import type {KubeApi} from '../../../../runtime/kube/api.ts';
import {KubeError} from '../../../../runtime/kube/errors.ts';
import {Fixture, namespace, sign} from '../../../integration/controller/fixture.ts';
import {refusalReasons} from '../../../../protocol/schema/reasons.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import type {Session} from '../../../../cli/session.ts';
import {CapturedConsole, SessionFixture} from '../session-fixture.ts';

/** A controller with a device that gives the container up, and a way to describe what it made of that. */
async function failedRollout(context: TestContext): Promise<{session: Session; console: CapturedConsole; fixture: Fixture}> {
	const fixture = new Fixture();
	context.after(() => fixture.stop());
	await fixture.start();
	const reason = refusalReasons.find(({name}) => name === 'TooManyFaults')?.id ?? 0;
	fixture.device('pump-1', {giveUp: () => ({reason, instruction: 9})});
	await fixture.run(3_000);
	const waves = [{count: 1, soakSeconds: 5}, {percent: 100, soakSeconds: 0}];
	await fixture.apply(sign(), {spec: {parameters: {window: 20}, rollout: {waves}}});
	await fixture.run(15_000);
	const console = new CapturedConsole();
	const session: Session = {
		api: fixture.store, namespace, console, clock: fixture.scheduler.clock, random: seededRandom(1),
		signal: new AbortController().signal, read: () => Promise.reject(new Error('nobody listens')),
	};
	return {session, console, fixture};
}

test('describe of a container tells what is wanted, what was signed, how far it is, and why not further', async (context) => {
	const {session, console} = await failedRollout(context);
	assert.equal(await describe(session, ['fc/vibration'], {}), 0);
	const lines = console.stdout.replaceAll(/ +/g, ' ').split('\n');
	for (const line of [
		'Name: vibration', 'Namespace: plant-a', 'Status: Stalled', ' Devices: class=pump', ' Parameters: window=20',
		' Waves: 1 (soak 5 s), then 100 %', 'Image (signed by the author):', ' Sequence: 1', ' Hooks: timer', ' Permissions: log',
	]) {
		assert.ok(lines.includes(line), `${line}\n${console.stdout}`);
	}
	assert.match(console.stdout, /^Conditions:\n +TYPE +STATUS +SINCE +REASON +MESSAGE\n +Ready +False +\d+s +TooManyFaults +/m);
	assert.match(console.stdout, /^Devices not Ready .*:\n +NAME +REASON +MESSAGE\n +pump-1 +TooManyFaults +/m);
	assert.match(console.stdout, /^Events:\n +TYPE +REASON +AGE +FROM +MESSAGE\n(?:.*\n)*? +Warning +\w+ +\d+s.* femto-controller/m);
	assert.match(console.stdout, / 1 match, 1 updated, 0 ready, 1 failed/);
});

test('describe of a device tells what it is, and what runs there', async (context) => {
	const {session, console} = await failedRollout(context);
	assert.equal(await describe(session, ['fd', 'pump-1'], {}), 0);
	assert.match(console.stdout, /^Status: +NotReady\nReason: +TooManyFaults: plant-a\/vibration/m);
	const row = / +1 +plant-a\/vibration +vibration-[0-9a-f]{10} +Quarantined .* TooManyFaults@9$/;
	assert.match(console.stdout, new RegExp(`^Containers:\\n +ID .* REFUSED\\n${row.source}`, 'm'));
	assert.match(console.stdout, /^ +Head: +1 is published, 1 is accepted$/m);
	assert.match(console.stdout, /^ +Wakes: +always awake$/m);
});

test('describe of a tenant tells what the fleet root signed', async (context) => {
	const {session, console} = await failedRollout(context);
	assert.equal(await describe(session, ['ft'], {}), 0);
	assert.match(console.stdout, /^Status: +Ready$/m);
	assert.match(console.stdout, /^ +Quotas: +4 containers, 4096 bytes of RAM, 100000 instructions a run, 8 keys, on each device$/m);
	assert.match(console.stdout, /^ +Devices: +<every device>$/m);
});

test('describe of several objects puts them under each other, and goes on after one that does not exist', async () => {
	const fixture = new SessionFixture();
	await fixture.device('pump-1', {class: 'pump'});
	await fixture.device('pump-2', {});
	assert.equal(await describe(fixture.session, ['fd', 'pump-1', 'x', 'pump-2'], {}), 1);
	assert.deepEqual([...fixture.console.stdout.matchAll(/^Name: +(.*)$/gm)].map(([, name]) => name), ['pump-1', 'pump-2']);
	assert.equal(fixture.console.stderr, 'Error from server (NotFound): femtodevices.femtofleet.dev "x" not found\n');
	assert.match(fixture.console.stdout, /\n\n\nName: +pump-2\n/);
});

test('describe of nothing says so', async () => {
	const fixture = new SessionFixture();
	assert.equal(await describe(fixture.session, ['fc'], {}), 0);
	assert.deepEqual([fixture.console.stdout, fixture.console.stderr], ['', 'No resources found in default namespace.\n']);
});

test('a device that nobody has looked at yet is described all the same', async () => {
	const fixture = new SessionFixture();
	await fixture.device('pump-1', {});
	await describe(fixture.session, ['fd/pump-1'], {});
	assert.match(fixture.console.stdout, /^Status: +Pending\n/m);
	for (const part of ['Firmware', 'Reports', 'Containers', 'Conditions', 'Events']) {
		assert.match(fixture.console.stdout, new RegExp(`^${part}: +<none>$`, 'm'));
	}
});

test('describe shows the object also when its events may not be read', async () => {
	const fixture = new SessionFixture();
	await fixture.device('pump-1', {});
	const refused = new KubeError({code: 403, reason: 'Forbidden', message: 'no'});
	const api = {get: fixture.store.get.bind(fixture.store), list: () => Promise.reject(refused)} as unknown as KubeApi;
	await describe({...fixture.session, api}, ['fd/pump-1'], {});
	assert.match(fixture.console.stdout, /^Events: +<not readable>$/m);
});

test('what stands in labels, annotations and messages can not steer the terminal', async () => {
	const fixture = new SessionFixture();
	await fixture.device('pump-1', {});
	const annotations = {note: '\u001b[2Jx\ny', 'kubectl.kubernetes.io/last-applied-configuration': '{}'};
	await fixture.store.patch(femtoDevices, 'pump-1', {metadata: {annotations}});
	await describe(fixture.session, ['fd/pump-1'], {});
	assert.match(fixture.console.stdout, /^Annotations: +note=\[2Jx y$/m);
});
