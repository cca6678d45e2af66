import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {startFleet} from '../../scripts/running-fleet.ts';
import {findOracle, startOracle, type Oracle} from '../../scripts/oracle/server.ts';
import {createKubeClient} from '../../runtime/kube/client.ts';
import {loadKubeConfig} from '../../runtime/kube/config.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {crds} from '../../protocol/generated/crds.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';

const root = join(import.meta.dirname, '../..');
const skip = findOracle() === undefined && 'the official server is not in the cache: npm run oracle builds it';

let folder: string;
let oracle: Oracle;

before(async () => {
	if (skip !== false) return;
	folder = await mkdtemp(join(tmpdir(), 'femto-up-cluster-'));
	oracle = await startOracle();
});

after(async () => {
	if (skip !== false) return;
	await oracle.stop();
	await rm(folder, {recursive: true, force: true});
});

async function up(): Promise<{readonly code: number | null; readonly lines: readonly string[]}> {
	const fleet = startFleet([process.execPath, 'dist/femto.js', 'up', '--kubeconfig', oracle.kubeconfig, '--devices', '3',
		'--state', join(folder, 'state'), '--bridge-port', '0', '--exit-when-ready'], {cwd: root});
	return {code: await fleet.exited, lines: fleet.lines};
}

/** Makes the kinds known, and resolves when they are served. */
async function install(): Promise<void> {
	const config = loadKubeConfig({kubeconfig: oracle.kubeconfig, env: {}, home: folder, cwd: folder});
	assert(config.ok);
	const client = createKubeClient(config.value, {clock: systemClock, random: systemRandom});
	const ref = {group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions'};
	for (const crd of crds) await client.create(ref, crd as unknown as KubeObject);
	const established = new Set<string>();
	const {items, resourceVersion} = await client.list<KubeObject & {readonly status?: {readonly conditions?: readonly {type: string; status: string}[]}}>(ref);
	const see = ({metadata, status}: (typeof items)[number]): void => {
		if (status?.conditions?.some(({type, status: value}) => type === 'Established' && value === 'True')) established.add(metadata.name);
	};
	items.forEach(see);
	const stop = new AbortController();
	const events = client.watch<(typeof items)[number]>(ref, {resourceVersion, signal: stop.signal, timeoutSeconds: 30});
	for await (const event of established.size < crds.length ? events : []) {
		if (event.type !== 'BOOKMARK') see(event.object);
		if (established.size === crds.length) break;
	}
	stop.abort();
	client.close();
	assert.equal(established.size, crds.length);
}

test('femto up on another API says what that lacks, and brings the samples to Ready there', {skip, timeout: 180_000}, async () => {
	const without = await up();
	assert.equal(without.code, 1);
	assert.match(without.lines.at(-1) ?? '', /^femto: Cannot use https:.*: it does not know FemtoContainers; kubectl apply -k .*crds$/);
	await install();
	const {code, lines} = await up();
	assert.equal(code, 0, lines.join('\n'));
	assert.equal(lines.at(-1), 'up: ready');
	assert.ok(lines.includes('samples/counter Ready 3/3'));
});
