import {join} from 'node:path';
import {kubectlBinary, type KubectlVersion} from '../../../scripts/kubectl/kubectl.ts';
import type {RawClient} from '../../../scripts/oracle/http.ts';
import type {Case} from './case.ts';
import {Kubectl, type Step} from './kubectl.ts';
import type {RunningServer} from './servers.ts';

export interface CaseResult {
	readonly name: string;
	readonly transcript: readonly Step[];
	/** Of the assertion that failed. */
	readonly error?: Error;
}

const atOnce = 4;

/** Runs the cases, a few at a time, each in a namespace of its own; the results stand in the order of the cases. */
export async function runCases(
	server: RunningServer, version: KubectlVersion, cases: readonly Case[],
): Promise<readonly CaseResult[]> {
	const binary = await kubectlBinary(version);
	const results: CaseResult[] = [];
	const waiting = cases.map((each, index) => ({each, index})).values();
	const work = async (): Promise<void> => {
		for (const {each, index} of waiting) {
			const namespace = `k${version.replace('.', '')}-${String(index).padStart(3, '0')}`;
			await makeNamespace(server.client, namespace);
			results[index] = await runCase(each, new Kubectl({
				...server, server: server.name, binary, version, namespace,
				home: join(server.folder, `home-${version}`), folder: join(server.folder, namespace),
			}));
		}
	};
	await Promise.all(Array.from({length: atOnce}, work));
	return results;
}

async function runCase({name, run}: Case, kubectl: Kubectl): Promise<CaseResult> {
	const {transcript} = kubectl;
	try {
		await run(kubectl);
		return {name, transcript};
	} catch (error) {
		return {name, transcript, error: error instanceof Error ? error : new Error(String(error))};
	} finally {
		await kubectl.close();
	}
}

async function makeNamespace(client: RawClient, name: string): Promise<void> {
	const body = JSON.stringify({apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	const answer = await client.ask({method: 'POST', path: '/api/v1/namespaces', headers: {'content-type': 'application/json'}, body});
	if (answer.status !== 201) throw new Error(`Cannot make namespace ${name}: ${answer.status} ${answer.body}`);
}
