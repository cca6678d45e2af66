import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {createFleetKeys, createTenantKey, readFleetKey, readTenantKey, tenantKeyFile} from '../../../cli/keys/key-file.ts';
import {openDevelopmentKeys} from '../../../cli/up/development-keys.ts';
import {publicKeyOf} from '../../../protocol/crypto.ts';
import {openGrant} from '../../../protocol/grant.ts';
import {seededRandom} from '../../../runtime/random.ts';

const root = mkdtempSync(join(tmpdir(), 'femto-keys-'));
after(() => rmSync(root, {recursive: true, force: true}));
const random = seededRandom(1);
let folders = 0;
const newFolder = (): string => join(root, String(folders++));

test('secret keys are readable by their owner alone, public ones by everybody', () => {
	const folder = newFolder();
	createFleetKeys(folder, random);
	createTenantKey(folder, 'plant-a', 7, random);
	const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o777 & ~process.umask();
	assert.deepEqual(['root.key', 'fleet.secret', 'tenants/plant-a.key'].map(modeOf), [0o600, 0o600, 0o600]);
	assert.deepEqual(['root.pub', 'tenants/plant-a.pub'].map(modeOf), [0o644, 0o644]);
});

test('what is written is read back, and the public key belongs to the secret one', () => {
	const folder = newFolder();
	createFleetKeys(folder, random);
	createTenantKey(folder, 'plant-a', 7, random);
	assert.deepEqual(readFleetKey(folder, 'root.pub'), publicKeyOf(readFleetKey(folder, 'root.key')));
	const file = tenantKeyFile(folder, 'plant-a');
	const {tenant, key} = readTenantKey(file, 'secret');
	assert.equal(tenant, 7);
	assert.deepEqual(readTenantKey(file.replace(/key$/, 'pub'), 'public'), {tenant, key: publicKeyOf(key)});
});

test('no key is ever overwritten', () => {
	const folder = newFolder();
	createFleetKeys(folder, random);
	createTenantKey(folder, 'plant-a', 7, random);
	const before = readFileSync(join(folder, 'root.key'), 'utf8');
	const message = (name: string): string => `Cannot write key ${join(folder, name)}: it exists, and keys are never overwritten`;
	assert.throws(() => createFleetKeys(folder, random), {name: 'UsageError', message: message('root.key')});
	assert.throws(() => createTenantKey(folder, 'plant-a', 8, random), {message: message('tenants/plant-a.key')});
	assert.equal(readFileSync(join(folder, 'root.key'), 'utf8'), before);
});

test('a key of one kind does not pass for another', () => {
	const folder = newFolder();
	createFleetKeys(folder, random);
	createTenantKey(folder, 'plant-a', 7, random);
	const file = tenantKeyFile(folder, 'plant-a');
	const rule = (kind: string): string => `one line of the form "femto-tenant-${kind}-key <tenant id> <64 hex digits>" required`;
	assert.throws(() => readTenantKey(file, 'public'), {message: `Cannot read key ${file}: ${rule('public')}`});
	const other = join(folder, 'root.key');
	assert.throws(() => readTenantKey(other, 'secret'), {message: `Cannot read key ${other}: ${rule('secret')}`});
	writeFileSync(join(folder, 'root.key'), readFileSync(join(folder, 'fleet.secret')));
	assert.throws(() => readFleetKey(folder, 'root.key'), /one line of the form "femto-root-secret-key <64 hex digits>" required$/);
});

test('a missing key is named with the command that makes it', () => {
	const folder = newFolder();
	const secret = join(folder, 'fleet.secret');
	assert.throws(() => readFleetKey(folder, 'fleet.secret'), {
		name: 'UsageError', message: `Cannot read key ${secret}: no such file; femto keys fleet makes it`,
	});
	const tenant = tenantKeyFile(folder, 'plant-b');
	assert.throws(() => readTenantKey(tenant, 'secret'), {
		name: 'UsageError', message: `Cannot read key ${tenant}: no such file; femto keys tenant makes it`,
	});
});

test('what is no namespace makes no file', () => {
	for (const name of ['../up', 'a/b', 'A', '', '-a', 'a'.repeat(64)]) {
		assert.throws(() => createTenantKey(newFolder(), name, 1, random), {
			name: 'UsageError', message: `Cannot use namespace ${JSON.stringify(name)}: [a-z0-9-]{1,63} required`,
		});
	}
});

test('development keys make a tenant for each namespace that is asked for, each with its own id', () => {
	const folder = newFolder();
	const keys = openDevelopmentKeys(folder, random);
	assert.deepEqual([keys.isNew, keys.tenants()], [true, []]);
	assert.deepEqual([keys.keyOf('b').tenant, keys.keyOf('a').tenant, keys.keyOf('b').tenant], [1, 2, 1]);
	const again = openDevelopmentKeys(folder, random);
	assert.equal(again.isNew, false);
	const tenants = again.tenants() as {readonly spec: {readonly namespace: string; readonly grant: string}}[];
	assert.deepEqual(tenants.map(({spec}) => spec.namespace), ['a', 'b']);
	for (const {spec} of tenants) {
		const grant = openGrant(again.rootPublicKey, new Uint8Array(Buffer.from(spec.grant, 'base64')));
		assert.ok(grant.ok);
		assert.equal(grant.value.namespace, spec.namespace);
	}
});

