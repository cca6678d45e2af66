import {testCase, type Case} from '../case.ts';
import {container, device} from '../manifests.ts';

/** kubectl's own, before it asks the server. */
const refusal = /^error: no kind "FemtoContainer" is registered for version "femtofleet\.dev\/v1alpha1" in scheme "\S+"\n$/;

export const femtoCases: readonly Case[] = [
	testCase("kubectl's own rollout and logs serve no custom resource, kubectl femto does", async (k) => {
		await k.ok('create -f -', container('one'));
		await k.fails('rollout status fc/one', refusal);
		await k.fails('logs fc/one', refusal);
		await k.fails('rollout history fc/one', refusal);
		await k.fails('rollout undo fc/one', refusal);
		await k.says('femto rollout history fc/one', /^femtocontainer\.femtofleet\.dev\/one\nREVISION/);
	}),
	testCase('kubectl femto is femto', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.ok('create -f -', device(k.name('a'), k.namespace));
		await k.says('femto get fc -o name', /one/);
		await k.says(`femto get fd ${k.name('a')}`, /NAME +CLASS +STATUS/);
		await k.says('femto version', /^Client Version: v\S+\nServer Version: v1\.36\.\S+$/m);
		await k.says('femto --help', /kubectl femto/);
		await k.says('plugin list --name-only', /kubectl-femto/);
		await k.fails('femto get fc none', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
	}),
];
