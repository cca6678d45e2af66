import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {kubeconfigOf, listenApi, makePki, openStore, type ApiListener, type Store} from '../../../apiserver/mod.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import {femtoContainers, femtoDevices, type FemtoContainer} from '../../../protocol/generated/resources.ts';
import type {HttpHandler} from '../../../runtime/http.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {silentLog} from '../../../runtime/log.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';
import {conditions, digest} from '../../unit/cli/session-fixture.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'femto-cli-'));
const kubeconfig = join(folder, 'kubeconfig');
const ref = {...femtoContainers, namespace: 'default'};
let store: Store;
let api: ApiListener;

/** What the controller would answer. */
const controller: HttpHandler = ({path, query}) => Promise.resolve(path === '/v1/logs'
	? {status: 200, headers: {}, body: `{"device":"pump-1","container":"${query.get('container')}","text":"hi"}\n`}
	: {status: 404, headers: {}, body: '{"error":"there is no device pump-9"}'});

before(async () => {
	store = openStore({path: ':memory:', clock: systemClock, random: systemRandom, crds});
	const pki = await makePki({hosts: [], nowMs: systemClock.now()});
	api = await listenApi({
		store, port: 0, pki, log: silentLog, clock: systemClock, random: systemRandom,
		services: {'femtofleet/femto-controller': controller},
	});
	writeFileSync(kubeconfig, kubeconfigOf({server: api.url, pki, namespace: 'default'}));
	const spec = {deviceSelector: {}, image: {digest, configMap: {name: 'bytes'}}};
	await store.create<KubeObject>(ref, {
		apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', metadata: {name: 'level', namespace: 'default'}, spec,
	} as unknown as KubeObject);
	await store.create<KubeObject>(
		femtoDevices, {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: 'pump-1'}});
});

after(async () => {
	await api.close();
	store.close();
	rmSync(folder, {recursive: true});
});

interface Outcome {
	readonly code: number | null;
	readonly out: string;
	readonly error: string;
}

/** Runs the program as a user would. `onLine` sees each piece of its output. */
async function femto(args: readonly string[], onOutput: (out: string) => void = () => {}): Promise<Outcome> {
	const child = spawn(process.execPath, [main, ...args], {
		cwd: folder, env: {...process.env, KUBECONFIG: kubeconfig}, stdio: ['ignore', 'pipe', 'pipe'],
	});
	let [out, error] = ['', ''];
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		out += text;
		onOutput(out);
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		error += text;
	});
	const [code] = await once(child, 'close') as [number | null];
	return {code, out, error};
}

test('get, describe and a name that does not exist, over TLS', async () => {
	const [found, described, missing] = await Promise.all([
		femto(['get', 'femto', '-o', 'name']), femto(['describe', 'fc/level']), femto(['get', 'fc/x']),
	]);
	assert.deepEqual(found, {
		code: 0, out: 'femtocontainer.femtofleet.dev/level\nfemtodevice.femtofleet.dev/pump-1\n', error: '',
	});
	assert.match(described.out, /^Name: +level\nNamespace: +default\n.*Events: +<none>\n$/s);
	assert.deepEqual(missing, {
		code: 1, out: '', error: 'Error from server (NotFound): femtocontainers.femtofleet.dev "x" not found\n',
	});
});

test('rollout status waits for the end, and pause is refused twice', async () => {
	const done = (): Promise<FemtoContainer> => store.patch<FemtoContainer>(ref, 'level', {status: {
		observedGeneration: 1, conditions: conditions(1, ['Ready=True'], 'RolloutComplete', '1 of 1 devices Ready'),
	}}, {subresource: 'status'});
	let writing: Promise<FemtoContainer> | undefined;
	const status = await femto(['rollout', 'status', 'fc/level', '--timeout', '60s'], () => {
		writing ??= done();
	});
	await writing;
	assert.deepEqual([status.code, status.error], [0, '']);
	assert.match(status.out, /^Waiting for .*\nfemtocontainer "level" successfully rolled out\n$/);
	const paused = await femto(['rollout', 'pause', 'fc', 'level', '-v']);
	assert.deepEqual([paused.code, paused.out], [0, 'femtocontainer.femtofleet.dev/level paused\n']);
	assert.match(paused.error, /^\(kubectl patch fc level -n default --type=merge -p '\{"spec":\{"paused":true\}\}'\)\n$/);
	const again = await femto(['rollout', 'pause', 'fc/level']);
	assert.deepEqual([again.code, again.error], [1, 'error: femtocontainers.femtofleet.dev "level" is already paused\n']);
});

test('logs and why reach the controller through the API server', async () => {
	const [logs, why] = await Promise.all([femto(['logs', 'fc/level']), femto(['why', 'pump-9'])]);
	assert.deepEqual(logs, {code: 0, out: '[pump-1] hi\n', error: ''});
	assert.deepEqual(why, {code: 2, out: '', error: 'femto: there is no device pump-9\n'});
});

test('completion offers names, and version names the server', async () => {
	const [names, version] = await Promise.all([femto(['__complete', 'get', 'fd', '']), femto(['version'])]);
	assert.deepEqual([names.code, names.out], [0, 'pump-1\n:4\n']);
	assert.match(version.out, /^Client Version: v\d.*\nServer Version: v1\./);
});

test('an API that is not there is told as kubectl tells it, and why ends with 2', async () => {
	const nowhere = join(folder, 'nowhere');
	writeFileSync(nowhere, kubeconfigOf({
		server: 'https://127.0.0.1:1', pki: await makePki({hosts: [], nowMs: systemClock.now()}), namespace: 'default',
	}));
	const [get, why] = await Promise.all([
		femto(['get', 'fc', '--kubeconfig', nowhere]), femto(['why', 'pump-1', '--kubeconfig', nowhere]),
	]);
	const error = 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n';
	assert.deepEqual([get.code, get.error, why.code, why.error], [1, error, 2, error]);
});
