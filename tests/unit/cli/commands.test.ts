import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readYaml} from '../../../cli/yaml.ts';
import {openGrant} from '../../../protocol/grant.ts';
import {readFleetKey, readTenantKey} from '../../../cli/keys/key-file.ts';
import {Folders, manifest, source} from './container-folder.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');
const folders = new Folders();
after(() => folders.remove());
const keys = join(folders.root, 'keys');

interface Outcome {
	readonly code: number | null;
	readonly out: string;
	readonly error: string;
}

function femto(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Outcome {
	const {status, stdout, stderr} = spawnSync(process.execPath, [main, ...args], {
		encoding: 'utf8', cwd: folders.root, env: {...process.env, ...environment}, timeout: 30_000,
	});
	return {code: status, out: stdout, error: stderr};
}

before(() => {
	assert.equal(femto(['keys', 'fleet', keys]).code, 0);
	assert.equal(femto(['keys', 'tenant', keys, 'plant-a', '--tenant', '7']).code, 0);
});

function grantOf(...options: readonly string[]) {
	const {code, out, error} = femto(['tenant', 'grant', 'plant-a', '--keys', keys, ...options]);
	assert.equal(code, 0, error);
	const [object] = readYaml(out, 'standard output');
	const {spec} = object as unknown as {readonly spec: {readonly grant: string; readonly deviceSelector: object}};
	const grant = openGrant(readFleetKey(keys, 'root.pub'), new Uint8Array(Buffer.from(spec.grant, 'base64')));
	assert.ok(grant.ok);
	return {...grant.value, deviceSelector: spec.deviceSelector};
}

test('a grant without options gives every hook and helper, and modest quotas', () => {
	const {tenant, namespace, sequence, keys: signers, hooks, permissions, quotas, deviceSelector} = grantOf();
	assert.deepEqual([tenant, namespace, sequence, hooks, permissions], [7, 'plant-a', 1, [1, 2, 3], 0b1111_1110]);
	assert.deepEqual(quotas, {containers: 8, ramBytes: 8192, instructionsPerRun: 1_000_000, keys: 32});
	const {key} = readTenantKey(join(keys, 'tenants', 'plant-a.pub'), 'public');
	assert.deepEqual([signers.map((signer) => new Uint8Array(signer)), deviceSelector], [[key], {}]);
});

test('options narrow a grant', () => {
	const grant = grantOf(
		'--sequence', '3', '--hooks', 'sensor,timer', '--helpers', 'log,now', '--device-labels', 'class=pump,site=a',
		'--containers', '2', '--ram-bytes', '512', '--instructions-per-run', '99', '--kv-keys', '0',
	);
	assert.deepEqual([grant.sequence, grant.hooks, grant.permissions], [3, [1, 3], 0b110]);
	assert.deepEqual(grant.quotas, {containers: 2, ramBytes: 512, instructionsPerRun: 99, keys: 0});
	assert.deepEqual(grant.deviceSelector, {matchLabels: {class: 'pump', site: 'a'}});
});

test('a revoking grant holds no key', () => assert.deepEqual(grantOf('--revoke', '--sequence', '2').keys, []));

test('build and sign on two machines give what build --sign gives on one', () => {
	const folder = folders.make({'container.yaml': manifest, 'beat.c': source});
	const out = join(folder, 'out');
	assert.equal(femto(['build', folder, '-o', out]).code, 0);
	const statement = join(out, 'statement');
	const signed = femto(['sign', join(out, 'statement.json'), '--key', join(keys, 'tenants', 'plant-a.key'), '-o', statement]);
	const built = femto(['build', '--sign', '--keys', keys, folder]);
	const [configMap, container] = readYaml(built.out, 'standard output') as [
		{binaryData: object}, {spec: {image: {digest: string}}},
	];
	assert.equal(signed.out, `${container.spec.image.digest}\n`);
	assert.deepEqual(configMap.binaryData, {
		statement: readFileSync(statement, 'base64'), image: readFileSync(join(out, 'image'), 'base64'),
	});
});

test('a manifest built for the namespace of an option names it', () => {
	const folder = folders.make({'container.yaml': manifest.replace(', namespace: plant-a', ''), 'beat.c': source});
	const {out} = femto(['build', '--sign', '--keys', keys, '-n', 'plant-a', folder]);
	const namespaces = readYaml(out, 'standard output').map(({metadata}) => (metadata as {namespace?: string}).namespace);
	assert.deepEqual(namespaces, ['plant-a', 'plant-a']);
});

const folder = folders.make({'container.yaml': manifest.replace('plant-a', 'nobody'), 'beat.c': source});
const usage = '\n(femto --help, or femto COMMAND --help)\n';
const refused: Readonly<Record<string, readonly [args: readonly string[], error: string | RegExp]>> = {
	'signing for a namespace without key': [
		['build', '--sign', '--keys', keys, folder],
		`femto: Cannot read key ${join(keys, 'tenants', 'nobody.key')}: no such file; femto keys tenant makes it\n`,
	],
	'building without a place to write to': [
		['build', folder], 'femto: Cannot build without a place to write to: --output FOLDER or --sign required\n',
	],
	'building what does not exist': [['build', 'none', '-o', 'out'], 'femto: Cannot build none: no such folder\n'],
	'a key that exists already': [
		['keys', 'fleet', keys], `femto: Cannot write key ${join(keys, 'root.key')}: it exists, and keys are never overwritten\n`,
	],
	'a tenant id that is no number': [
		['keys', 'tenant', keys, 'b', '--tenant', 'x'],
		`error: option '--tenant <id>' argument 'x' is invalid. --tenant is "x", an integer from 0 to 4294967295 required${usage}`,
	],
	'a namespace that is a path': [
		['keys', 'tenant', keys, '../b', '--tenant', '3'], 'femto: Cannot use namespace "../b": [a-z0-9-]{1,63} required\n',
	],
	'granting a hook that does not exist': [
		['tenant', 'grant', 'plant-a', '--keys', keys, '--hooks', 'timr'],
		'femto: Cannot grant --hooks timr: one of timer, message, sensor required\n',
	],
	'labels without value': [
		['tenant', 'grant', 'plant-a', '--keys', keys, '--device-labels', 'a'],
		`error: option '--device-labels <labels>' argument 'a' is invalid. --device-labels is "a", `
		+ `key=value,key=value required${usage}`,
	],
	'signing a file that does not exist': [
		['sign', 'none.json', '--key', join(keys, 'root.key'), '-o', 'x'],
		/^femto: Cannot read none\.json: ENOENT: no such file or directory, open 'none\.json'\n$/,
	],
	'a command that does not exist': [['fly'], `error: unknown command 'fly'${usage}`],
	'more devices than one process holds': [
		['up', '--devices', '5001'],
		`error: option '--devices <n>' argument '5001' is invalid. --devices is "5001", an integer from 0 to 5000 required${usage}`,
	],
	'a path to apply that does not exist': [
		['dev', 'none'], 'femto: Cannot apply none: no such file or folder\n',
	],
};

for (const [sentence, [args, message]] of Object.entries(refused)) {
	test(`${sentence} ends with 1 and says why`, () => {
		const {code, out, error} = femto(args);
		assert.deepEqual([code, out], [1, '']);
		if (typeof message === 'string') {
			assert.equal(error, message);
		} else {
			assert.match(error, message);
		}
	});
}

test('without a compiler the user reads what to install', () => {
	const {code, error} = femto(['build', folder, '-o', 'out'], {FEMTO_CLANG: '/none/clang'});
	assert.equal(code, 1);
	assert.match(error, /^femto: Cannot compile containers: \/none\/clang does not run; install clang and lld with the bpf/);
});

test('help names every command', () => {
	const {code, out} = femto(['--help']);
	assert.equal(code, 0);
	for (const name of ['build', 'keys', 'sign', 'tenant', 'up', 'controller', 'bridge', 'broker']) {
		assert.match(out, new RegExp(`^  ${name} `, 'm'));
	}
});
