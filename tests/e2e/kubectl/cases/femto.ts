import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import {container, device} from '../manifests.ts';

export const femtoCases: readonly Case[] = [
	testCase("kubectl's own rollout and logs serve no custom resource, kubectl femto does", async (k) => {
		await k.ok('create -f -', container('one'));
		await k.fails('rollout status fc/one', /no kind "FemtoContainer" is registered|no rollout status|error/);
		await k.fails('logs fc/one', /no kind "FemtoContainer" is registered|cannot get the logs/);
		await k.fails('rollout history fc/one', /no history viewer|no kind/);
		await k.fails('rollout undo fc/one', /no rollbacker|no kind/);
		const {stdout} = await k.run('femto rollout history fc/one');
		assert.ok(stdout !== undefined);
	}),
	testCase('kubectl femto is femto', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.ok('create -f -', device(k.name('a'), k.namespace));
		await k.says('femto get fc -o name', /one/);
		await k.says(`femto get fd ${k.name('a')}`, /NAME +READY/);
		await k.says('femto version', /femto/i);
		await k.says('femto --help', /kubectl femto/);
		await k.says('plugin list --name-only', /kubectl-femto/);
		const {code} = await k.run('femto get fc none');
		assert.equal(code, 1);
	}),
];
