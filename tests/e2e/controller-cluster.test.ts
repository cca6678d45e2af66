import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {kubeconfigOf, listenApi, makePki, openStore, type ApiListener, type Pki, type Store} from '../../apiserver/mod.ts';
import {startBroker, type RunningBroker} from '../../cli/commands/broker.ts';
import {createFleetKeys} from '../../cli/keys/key-file.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {leases, type Lease} from '../../runtime/kube/lease.ts';
import {silentLog} from '../../runtime/log.ts';
import {systemClock as clock, systemRandom as random} from '../../runtime/system.ts';
import {startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'femto-cluster-'));
const [keys, kubeconfig, nowhere] = [join(folder, 'keys'), join(folder, 'kubeconfig'), join(folder, 'nowhere')];
let store: Store;
let api: ApiListener;
let broker: RunningBroker;

before(async () => {
	createFleetKeys(keys, random);
	const pki = await makePki({hosts: [], nowMs: clock.now()});
	store = openStore({path: ':memory:', clock, random, crds});
	api = await listenApi({store, port: 0, pki, log: silentLog, clock, random});
	broker = await startBroker('127.0.0.1', 0);
	write(kubeconfig, api.url, pki);
	write(nowhere, 'https://127.0.0.1:1', pki);
});
after(async () => {
	await api.close();
	store.close();
	await broker.close();
	rmSync(folder, {recursive: true});
});

function write(file: string, server: string, pki: Pki): void {
	writeFileSync(file, kubeconfigOf({server, pki, namespace: 'default'}));
}

function controller(...options: readonly string[]): RunningFleet {
	const url = `mqtt://127.0.0.1:${broker.port}`;
	const command = [join(root, 'cli', 'main.ts'), 'controller', '--keys', keys, '--broker', url, ...options];
	return startFleet([process.execPath, ...command], {cwd: folder});
}

/** A field of the line that was found. */
function field({input}: RegExpExecArray, name: string): unknown {
	return (JSON.parse(input) as Readonly<Record<string, unknown>>)[name];
}

async function holder(): Promise<string | undefined> {
	return (await store.get<Lease>({...leases, namespace: 'femtofleet'}, 'femto-controller')).spec?.holderIdentity;
}

test('of two controllers on a cluster one leads, and the other follows at once when it ends', {timeout: 60_000}, async () => {
	const first = controller('--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0');
	const leading = await first.line(/"msg":"started leading"/);
	assert.equal(await holder(), field(leading, 'identity'));
	assert.equal(field(await first.line(/"msg":"controller runs"/), 'server'), api.url);
	const second = controller('--kubeconfig', kubeconfig, '--context', 'femtofleet', '--listen', '127.0.0.1:0');
	await second.line(/"msg":"controller runs"/);
	const port = String(field(await second.line(/"msg":"controller serves HTTP"/), 'port'));
	const statuses = await Promise.all(['healthz', 'readyz'].map(async (path) =>
		(await fetch(`http://127.0.0.1:${port}/${path}`)).status));
	assert.deepEqual(statuses, [200, 503], 'who does not lead is alive and does not answer for the fleet');
	assert.equal(await first.stop(), 0);
	const following = await second.line(/"msg":"started leading"/);
	assert.equal(await holder(), field(following, 'identity'));
	assert.notEqual(field(following, 'identity'), field(leading, 'identity'));
	assert.equal(await second.stop(), 0);
	assert.equal(await holder(), undefined);
});

test('a controller that never led ends without complaint', {timeout: 60_000}, async () => {
	const first = controller('--kubeconfig', kubeconfig);
	await first.line(/"msg":"started leading"/);
	const second = controller('--kubeconfig', kubeconfig);
	await second.line(/"msg":"controller runs"/);
	assert.equal(await second.stop(), 0);
	assert.equal(await first.stop(), 0);
});

test('a cluster that is not there is told as kubectl tells it', async () => {
	const fleet = controller('--kubeconfig', nowhere);
	assert.equal(await fleet.exited, 1);
	const expected = 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?';
	assert.equal(fleet.lines.at(-1), expected);
});

const misuse: Readonly<Record<string, readonly [options: readonly string[], expected: RegExp]>> = {
	'a cluster and a state folder': [
		['--kubeconfig', 'a', '--state', 'b'],
		/^femto: Cannot use --state b together with --kubeconfig a: it is for the embedded API$/,
	],
	'a cluster and something to apply': [
		['--context', 'a', '--apply', 'b'], /^femto: Cannot use --apply b together with --context a: /,
	],
	'a kubeconfig that is not there': [
		['--kubeconfig', 'a'], /^error: Cannot read kubeconfig .*a of --kubeconfig: no such file$/,
	],
	'an address without port': [
		['--listen', 'localhost'], /--listen is "localhost", HOST:PORT with a port up to 65535 required/,
	],
};
for (const [what, [options, expected]] of Object.entries(misuse)) {
	test(`${what} is refused`, async () => {
		const fleet = controller(...options);
		assert.equal(await fleet.exited, 1);
		assert.ok(fleet.lines.some((line) => expected.test(line)), fleet.lines.join('\n'));
	});
}
