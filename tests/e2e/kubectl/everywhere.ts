import type {KubectlVersion} from '../../../scripts/kubectl/kubectl.ts';
import type {Case} from './case.ts';
import {compareTranscripts, type Comparison} from './compare.ts';
import type {ServerName} from './kubectl.ts';
import {officialSkip, startServer} from './servers.ts';
import {runCases, type CaseResult} from './suite.ts';

export interface Row {
	readonly kubectl: KubectlVersion;
	readonly server: ServerName;
	/** As the server gives it. */
	readonly version: string;
	readonly results: readonly CaseResult[];
	readonly passed: number;
	readonly seconds: string;
}

export interface Everywhere {
	readonly rows: readonly Row[];
	/** One for each kubectl. */
	readonly comparisons: readonly Comparison[];
	/** Why the official server was left out. */
	readonly skipped: string | undefined;
}

/** Runs the cases with each kubectl on each server, one after the other. */
export async function runEverywhere(versions: readonly KubectlVersion[], cases: readonly Case[]): Promise<Everywhere> {
	const skipped = officialSkip();
	const rows: Row[] = [];
	for (const server of skipped === undefined ? (['embedded', 'official'] as const) : (['embedded'] as const)) {
		rows.push(...(await runOn(server, versions, cases)));
	}
	const resultsOf = (kubectl: KubectlVersion, server: ServerName): readonly CaseResult[] =>
		rows.find((row) => row.kubectl === kubectl && row.server === server)?.results ?? [];
	const compare = (version: KubectlVersion): Comparison =>
		compareTranscripts(resultsOf(version, 'official'), resultsOf(version, 'embedded'));
	return {rows, comparisons: skipped === undefined ? versions.map(compare) : [], skipped};
}

async function runOn(name: ServerName, versions: readonly KubectlVersion[], cases: readonly Case[]): Promise<readonly Row[]> {
	const server = await startServer(name);
	const rows: Row[] = [];
	try {
		for (const kubectl of versions) {
			const startMs = performance.now();
			const results = await runCases(server, kubectl, cases);
			const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
			const passed = results.filter(({error}) => error === undefined).length;
			rows.push({kubectl, server: name, version: server.version, results, passed, seconds});
		}
	} finally {
		await server.stop();
	}
	return rows;
}
