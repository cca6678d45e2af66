import assert from 'node:assert/strict';
import test from 'node:test';
import type {InputCounter} from '../../../controller/mod.ts';
import {bytesToHex, sha256} from '../../../protocol/crypto.ts';
import type {Grant} from '../../../protocol/generated/messages.ts';
import {refusalReasons, verifierReasonBase} from '../../../protocol/schema/reasons.ts';
import {verifierReasons} from '../../../protocol/schema/verifier.ts';
import {Fixture, fullGrant, sign, strangerSecret, type ContainerChanges, type Signed} from './fixture.ts';
import type {ScriptedDeviceOptions} from './scripted-device.ts';

interface Row {
	/** `none`: the namespace has no tenant. */
	readonly grant?: Partial<Grant> | 'none';
	readonly signed?: Signed;
	readonly device?: Partial<ScriptedDeviceOptions>;
	readonly changes?: ContainerChanges;
	/** Instead of a plain apply. */
	readonly apply?: (fixture: Fixture, signed: Signed) => Promise<void>;
	/** Reason of Ready and Stalled. */
	readonly reason: string;
	readonly message: RegExp;
	/** What the controller counts, and nothing else; nothing when the device counts it, or nothing bad came in. */
	readonly counter?: InputCounter;
}

const jump = verifierReasonBase + (verifierReasons.find(({name}) => name === 'JumpOutside')?.code ?? 0);
const noRam = refusalReasons.find(({name}) => name === 'NoRam')?.id ?? 0;

const rows: Record<string, Row> = {
	'a namespace without tenant names the command that makes one': {
		grant: 'none', reason: 'NoTenant', message: /has no tenant; make one: femto tenant grant plant-a/,
	},
	'a statement of another tenant': {
		signed: sign({tenant: 8}), counter: 'tenant', reason: 'UnknownTenant', message: /is for tenant 8, namespace plant-a is tenant 7/,
	},
	'a statement signed by a stranger': {
		signed: sign({}, strangerSecret), counter: 'signature', reason: 'SignatureInvalid', message: /not signed by a key of tenant 7/,
	},
	'bytes that are no statement': {
		apply: async fixture => {
			const statement = Uint8Array.of(0xd8, 0x6b, 0xa0);
			await fixture.createConfigMap('broken', {statement, image: statement});
			await fixture.applyContainer('broken', `sha256:${bytesToHex(sha256(statement))}`);
		},
		counter: 'statement', reason: 'StatementMalformed', message: /not a statement/,
	},
	'a statement longer than any may be': {
		apply: async fixture => {
			const statement = new Uint8Array(353);
			await fixture.createConfigMap('long', {statement, image: statement});
			await fixture.applyContainer('long', `sha256:${bytesToHex(sha256(statement))}`);
		},
		counter: 'statement', reason: 'StatementMalformed', message: /353 bytes, at most 352 required/,
	},
	'an image longer than the statement declares': {
		apply: async (fixture, {statement, image, digest}) => {
			await fixture.createConfigMap('long', {statement, image: Uint8Array.of(...image, 0)});
			await fixture.applyContainer('long', digest);
		},
		counter: 'digest', reason: 'DigestMismatch', message: /the image in ConfigMap long hashes to sha256:/,
	},
	'a statement of which one bit is another': {
		apply: async (fixture, {statement, image}) => {
			const flipped = Uint8Array.from(statement);
			flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
			await fixture.createConfigMap('flipped', {statement: flipped, image});
			await fixture.applyContainer('flipped', `sha256:${bytesToHex(sha256(flipped))}`);
		},
		counter: 'statement', reason: 'StatementMalformed', message: /not a statement/,
	},
	'a revoked grant': {
		grant: {keys: []}, counter: 'revoked', reason: 'GrantRevoked', message: /holds no keys/,
	},
	'a ConfigMap that never comes': {
		apply: (fixture, {digest}) => fixture.applyContainer('nowhere', digest),
		reason: 'ConfigMapNotFound', message: /there is no ConfigMap nowhere/,
	},
	'a ConfigMap without the image': {
		apply: async (fixture, {statement, digest}) => {
			await fixture.createConfigMap('half', {statement});
			await fixture.applyContainer('half', digest);
		},
		reason: 'BytesMissing', message: /ConfigMap half has no binaryData key image/,
	},
	'a statement that is not the one named': {
		apply: async (fixture, {statement, image}) => {
			await fixture.createConfigMap('other', {statement, image});
			await fixture.applyContainer('other', sign({sequence: 9}).digest);
		},
		counter: 'digest', reason: 'DigestMismatch', message: /the statement in ConfigMap other hashes to sha256:/,
	},
	'an image that is not the one the statement names': {
		apply: async (fixture, {statement, digest}) => {
			await fixture.createConfigMap('other', {statement, image: sign({program: {bssSize: 24}}).image});
			await fixture.applyContainer('other', digest);
		},
		counter: 'digest', reason: 'DigestMismatch', message: /the image in ConfigMap other hashes to sha256:/,
	},
	'a hook that the statement does not name': {
		changes: {spec: {hooks: [{name: 'sensor', order: 500}]}},
		counter: 'spec', reason: 'HookNotInStatement', message: /hook sensor is not in the statement, which names timer/,
	},
	'a parameter out of its bounds': {
		changes: {spec: {parameters: {window: 101}}},
		counter: 'spec', reason: 'ParameterOutOfRange', message: /window is 101, must be 1 to 100/,
	},
	'a limit beyond the statement': {
		changes: {spec: {limits: {instructionsPerRun: 20_001}}},
		counter: 'spec', reason: 'LimitTooHigh', message: /is 20001, the statement allows 20000/,
	},
	'a helper that is not granted': {
		grant: {permissions: 0b100}, counter: 'spec', reason: 'NotGranted', message: /helper log is not granted to tenant 7/,
	},
	'a budget beyond the grant': {
		grant: {quotas: {...fullGrant.quotas, instructionsPerRun: 10_000}},
		counter: 'spec', reason: 'BudgetTooHigh', message: /20000 instructions a run, 10000 granted/,
	},
	'a selector that matches no device names the labels there are': {
		changes: {spec: {deviceSelector: {matchLabels: {class: 'fan'}}}},
		reason: 'NoDevices', message: /no device matches class=fan; devices have class=pump/,
	},
	'a hook that the device lacks': {
		device: {inventory: {hooks: [2, 3]}},
		reason: 'NotFit', message: /^HookUnavailable on pump-1: the firmware lacks hook timer/,
	},
	'a helper that the device lacks': {
		device: {inventory: {helpers: 0b100}},
		reason: 'NotFit', message: /^HelperUnavailable on pump-1: the firmware lacks helper log/,
	},
	'a device without room in RAM': {
		device: {inventory: {freeRamBytes: 90}}, reason: 'NotFit', message: /^NoRam on pump-1: 96 bytes of RAM needed, 90 free/,
	},
	'a device without room in flash': {
		device: {inventory: {freeFlashBytes: 10}}, reason: 'NotFit', message: /^NoFlash on pump-1: \d+ bytes of flash needed/,
	},
	'a document that the device does not take': {
		device: {inventory: {documentBytes: 60}},
		reason: 'NotFit', message: /^DocumentFull on pump-1: the document would have \d+ bytes, 60 fit/,
	},
	'an image that fails the verifier names the instruction': {
		device: {judge: () => ({reason: jump, instruction: 7})},
		reason: 'JumpOutside', message: /pump-1: JumpOutside at instruction 7/,
	},
	'an image that the device has no room for after all': {
		device: {judge: () => ({reason: noRam, instruction: 0xffff})}, reason: 'NoRam', message: /pump-1: NoRam/,
	},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`refused with a reason in condition and event: ${sentence}`, async () => {
		const fixture = new Fixture();
		await fixture.start({grant: row.grant === 'none' ? 'none' : {...fullGrant, ...row.grant}});
		const device = fixture.device('pump-1', row.device);
		await fixture.run(3_000);
		const signed = row.signed ?? sign();
		await (row.apply?.(fixture, signed) ?? fixture.apply(signed, row.changes));
		await fixture.run(40_000);
		assert.deepEqual(await fixture.conditions(), [`Ready=False/${row.reason}`, `Stalled=True/${row.reason}`]);
		assert.match(await fixture.message(), row.message);
		const {status, metadata} = await fixture.container();
		assert.equal(status?.observedGeneration, metadata.generation);
		const told = (await fixture.told()).filter(line => line.startsWith(`${row.reason}: `));
		assert.ok(told.length >= 1, `an event says ${row.reason}`);
		assert.ok(device.generations.length <= 1);
		const counted = Object.entries(fixture.controller.counts).filter(([, count]) => count > 0).map(([name]) => name);
		assert.deepEqual(counted, row.counter === undefined ? [] : [row.counter]);
		await fixture.stop();
	});
}

test('what cannot be run disturbs nothing else', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const device = fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.apply(sign({container: 'bad'}, strangerSecret), {name: 'bad'});
	await fixture.run(15_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual(await fixture.conditions('bad'), ['Ready=False/SignatureInvalid', 'Stalled=True/SignatureInvalid']);
	await fixture.stop();
	assert.equal(device.document.containers.length, 1);
});

test('a bad change of a running container leaves devices as they are', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const device = fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(15_000);
	await fixture.apply(sign({sequence: 2}, strangerSecret));
	await fixture.run(15_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/SignatureInvalid', 'Stalled=True/SignatureInvalid']);
	assert.equal(device.document.containers.length, 1);
	assert.equal(device.generations.length, 1);
	await fixture.stop();
});

test('the same container of a tenant under two names: the second finds it taken', async () => {
	const fixture = new Fixture();
	await fixture.start();
	fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(15_000);
	await fixture.apply(sign({sequence: 2}), {name: 'copy'});
	await fixture.run(15_000);
	assert.deepEqual(await fixture.conditions('copy'), ['Ready=False/NotFit', 'Stalled=True/NotFit']);
	assert.match(await fixture.message('copy'), /^ContainerTaken on pump-1: plant-a\/vibration has the same container/);
	await fixture.stop();
});

test('bytes that come a little later in the same apply are waited for', async () => {
	const fixture = new Fixture();
	await fixture.start();
	fixture.device('pump-1');
	await fixture.run(3_000);
	const {statement, image, digest} = sign();
	await fixture.applyContainer('late', digest);
	await fixture.run(10_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/ConfigMapNotFound', 'Reconciling=True/ConfigMapNotFound']);
	await fixture.createConfigMap('late', {statement, image});
	await fixture.run(15_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual((await fixture.told()).filter(line => line.startsWith('ConfigMapNotFound')), []);
	await fixture.stop();
});

test('one event tells of a whole class of devices that cannot run a container', async () => {
	const fixture = new Fixture();
	await fixture.start();
	for (let index = 0; index < 6; index++) {
		const board = index < 3 ? 'alpha' : 'beta';
		fixture.device(`pump-${index}`, {inventory: {board, hooks: [2]}});
	}
	fixture.device('pump-9');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(30_000);
	const told = (await fixture.told()).filter(line => line.startsWith('NotFit'));
	assert.deepEqual(told.toSorted(), [
		'NotFit: HookUnavailable on board alpha, firmware 1.0.0, such as pump-0: the firmware lacks hook timer',
		'NotFit: HookUnavailable on board beta, firmware 1.0.0, such as pump-3: the firmware lacks hook timer',
	]);
	const {status} = await fixture.container();
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal(status?.counts?.notFit, 6);
	assert.deepEqual(status?.devices?.map(({name, reason}) => `${name} ${reason}`).slice(0, 2), [
		'pump-0 HookUnavailable', 'pump-1 HookUnavailable',
	]);
	await fixture.stop();
});

test('failures within the allowance do not stop a rollout, and stand first in the sample', async () => {
	const fixture = new Fixture();
	await fixture.start();
	fixture.device('pump-0', {judge: () => ({reason: jump, instruction: 3})});
	for (let index = 1; index < 4; index++) {
		fixture.device(`pump-${index}`);
	}
	await fixture.run(3_000);
	await fixture.apply(sign(), {spec: {rollout: {maxFailures: 1}}});
	await fixture.run(30_000);
	const {status} = await fixture.container();
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual([status?.counts?.ready, status?.counts?.failed], [3, 1]);
	assert.deepEqual(status?.devices, [{name: 'pump-0', reason: 'JumpOutside', message: 'JumpOutside at instruction 3'}]);
	const device = await fixture.fleetDevice('pump-0');
	assert.equal(device.status?.conditions?.find(({type}) => type === 'Ready')?.reason, 'JumpOutside');
	await fixture.stop();
});

test('one failure more than allowed stops a rollout', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const devices = Array.from({length: 6}, (_, index) =>
		fixture.device(`pump-${index}`, {judge: () => ({reason: jump, instruction: 3})}));
	await fixture.run(3_000);
	await fixture.apply(sign(), {spec: {rollout: {maxUnavailable: 1, maxFailures: 0}}});
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/JumpOutside', 'Stalled=True/JumpOutside']);
	assert.equal(devices.filter(({generations}) => generations.length > 0).length, 1);
	await fixture.stop();
});

test('a tenant that does not hold says why', async () => {
	const grants: Record<string, (fixture: Fixture) => Promise<void>> = {
		NamespaceMismatch: fixture => fixture.createTenant(fullGrant, {namespace: 'plant-b'}),
		SignatureInvalid: fixture => fixture.createTenant(fullGrant, {}, strangerSecret),
		GrantMalformed: fixture => fixture.createTenant(fullGrant, {grant: 'AAAA'}),
		GrantRevoked: fixture => fixture.createTenant({...fullGrant, keys: []}),
		GrantValid: fixture => fixture.createTenant(fullGrant),
	};
	for (const [reason, create] of Object.entries(grants)) {
		const fixture = new Fixture();
		await fixture.start({grant: 'none'});
		await create(fixture);
		await fixture.run(2_000);
		const {status, metadata} = await fixture.tenant('tenant-7');
		assert.equal(status?.conditions?.find(({type}) => type === 'Ready')?.reason, reason);
		assert.equal(status?.conditions?.some(({type}) => type === 'Stalled'), reason !== 'GrantValid');
		assert.equal(status?.observedGeneration, metadata.generation);
		await fixture.stop();
	}
});
