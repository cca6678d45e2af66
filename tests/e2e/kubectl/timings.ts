import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {kubectlBinary} from '../../../scripts/kubectl/kubectl.ts';
import type {RawClient} from '../../../scripts/oracle/http.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {startFleet} from '../../../scripts/running-fleet.ts';
import {sampleFleet} from '../../support/sample-fleet.ts';
import {runProgram, type Outcome} from './child.ts';
import type {ServerName} from './kubectl.ts';
import {startServer, type RunningServer} from './servers.ts';

const version = '1.36';
const inFlight = 16;
const femto = join(repositoryRoot, 'dist', 'femto.js');

/** Milliseconds of each `kubectl get fd` of so many devices, the servers taking turns, after one that does not count. */
export async function timeLists(devices: number, rounds: number): Promise<Readonly<Record<ServerName, readonly number[]>>> {
	const servers: RunningServer[] = [];
	const times: Record<ServerName, number[]> = {embedded: [], official: []};
	try {
		for (const name of ['embedded', 'official'] as const) {
			servers.push(await startServer(name));
		}
		await Promise.all(servers.map(({client}) => fill(client, devices)));
		for (let round = 0; round <= rounds; round++) {
			for (const server of servers) {
				const ms = await timeList(server, devices);
				if (round > 0) times[server.name].push(ms);
			}
		}
	} finally {
		for (const server of servers) await server.stop();
	}
	return times;
}

async function fill(client: RawClient, count: number): Promise<void> {
	const path = '/apis/femtofleet.dev/v1alpha1/femtodevices';
	const devices = sampleFleet(count, Date.now()).devices.values();
	const work = async (): Promise<void> => {
		for (const {status, ...device} of devices) {
			await send(client, 'POST', path, 'application/json', device);
			const own = `${path}/${device.metadata.name}/status`;
			if (status !== undefined) await send(client, 'PATCH', own, 'application/merge-patch+json', {status});
		}
	};
	await Promise.all(Array.from({length: inFlight}, work));
}

async function send(client: RawClient, method: string, path: string, type: string, body: object): Promise<void> {
	const answer = await client.ask({method, path, headers: {'content-type': type}, body: JSON.stringify(body)});
	if (answer.status >= 300) throw new Error(`Cannot fill the server: ${answer.status} ${answer.body}`);
}

async function timeList({kubeconfig, folder}: RunningServer, devices: number): Promise<number> {
	const startMs = performance.now();
	const {stdout} = await kubectl(['get', 'fd'], {kubeconfig, folder});
	const ms = performance.now() - startMs;
	const lines = stdout.trimEnd().split('\n').length - 1;
	if (lines !== devices) throw new Error(`kubectl listed ${lines} devices, ${devices} required`);
	return ms;
}

interface Place {
	readonly kubeconfig: string;
	readonly folder: string;
}

async function kubectl(args: readonly string[], {kubeconfig, folder}: Place, input = ''): Promise<Outcome> {
	const env = {HOME: folder, KUBECONFIG: kubeconfig, PATH: process.env['PATH'] ?? ''};
	return succeed(await kubectlBinary(version), args, {env, cwd: folder, input});
}

async function succeed(program: string, args: readonly string[], options: Parameters<typeof runProgram>[2]): Promise<Outcome> {
	const outcome = await runProgram(program, args, options);
	if (outcome.code !== 0) throw new Error(`${args.join(' ')} ended with ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
	return outcome;
}

/**
 * Milliseconds from `kubectl apply` of a new container to the end of `kubectl wait --for=condition=Ready`, once a round, on
 * one `femto up` whose samples are Ready. Needs the bundle and the device.
 */
export async function timeRollouts(devices: number, rounds: number): Promise<readonly number[]> {
	const folder = await mkdtemp(join(tmpdir(), 'femto-rollout-'));
	const state = join(folder, 'state');
	const options = ['--devices', String(devices), '--state', state, '--bridge-port', '0'];
	const fleet = startFleet([process.execPath, femto, 'up', '--plain', ...options], {cwd: folder});
	try {
		await fleet.line(/^up: ready$/);
		const times: number[] = [];
		for (let round = 1; round <= rounds; round++) {
			const name = `measured-${round}`;
			const manifest = await signedSample(folder, state, name);
			const place = {kubeconfig: join(state, 'kubeconfig'), folder};
			const startMs = performance.now();
			await kubectl(['apply', '-f', '-'], place, manifest);
			await kubectl(['wait', '--for=condition=Ready', `fc/${name}`, '--timeout=50s'], place);
			times.push(performance.now() - startMs);
		}
		return times;
	} finally {
		await fleet.stop();
		await rm(folder, {recursive: true, force: true});
	}
}

/** The sample called counter under another name, as `femto build --sign` makes it. */
async function signedSample(folder: string, state: string, name: string): Promise<string> {
	const project = join(folder, name);
	await cp(join(repositoryRoot, 'manifests', 'samples', 'counter'), project, {recursive: true});
	const file = join(project, 'container.yaml');
	const text = await readFile(file, 'utf8');
	await writeFile(file, text.replace('name: counter', `name: ${name}`).replace('namespace: samples', 'namespace: default'));
	const args = [femto, 'build', '--sign', '--keys', join(state, 'keys'), project];
	const env = {HOME: folder, PATH: process.env['PATH'] ?? ''};
	return (await succeed(process.execPath, args, {env, cwd: folder})).stdout;
}
