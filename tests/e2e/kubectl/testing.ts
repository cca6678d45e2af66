import assert from 'node:assert/strict';
import {test} from 'node:test';
import {kubectlSkip, type KubectlVersion} from '../../../scripts/kubectl/kubectl.ts';
import {cases} from './cases/all.ts';
import {compareTranscripts} from './compare.ts';
import {textDifferences} from './differences.ts';
import type {ServerName} from './kubectl.ts';
import {officialSkip, startServer} from './servers.ts';
import {runCases, type CaseResult} from './suite.ts';

/** Tests one kubectl on the embedded server, and on the official one where there is one. */
export function testKubectl(version: KubectlVersion): void {
	const results = new Map<ServerName, readonly CaseResult[]>();
	const skips = {embedded: kubectlSkip() ?? false, official: kubectlSkip() ?? officialSkip() ?? false};
	for (const name of ['embedded', 'official'] as const) {
		test(`kubectl ${version} on the ${name} server`, {skip: skips[name]}, async (t) => {
			const server = await startServer(name);
			t.after(server.stop);
			const found = await runCases(server, version, cases);
			results.set(name, found);
			for (const {name: title, error} of found) {
				await t.test(title, () => {
					if (error !== undefined) throw error;
				});
			}
		});
	}
	test(`kubectl ${version} says the same on both servers`, {skip: skips.official}, () => {
		const {unexplained, used} = compareTranscripts(results.get('official') ?? [], results.get('embedded') ?? []);
		assert.equal(unexplained.length, 0, unexplained.join('\n\n'));
		assert.deepEqual(textDifferences.filter((known) => !used.has(known)).map(({reason}) => reason), [], 'reasons that are out of date');
	});
}
