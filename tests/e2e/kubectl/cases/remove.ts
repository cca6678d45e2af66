import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import type {Kubectl} from '../kubectl.ts';
import {configMap, container} from '../manifests.ts';

/** A container that owns a ConfigMap. */
async function ownerAndChild(k: Kubectl): Promise<void> {
	await k.ok('create -f -', container('owner'));
	const uid = await k.ok("get fc owner -o jsonpath='{.metadata.uid}'");
	const owner = `{apiVersion: femtofleet.dev/v1alpha1, kind: FemtoContainer, name: owner, uid: ${uid}, blockOwnerDeletion: true}`;
	await k.ok('create -f -', configMap('child', ['a: b'], [`ownerReferences: [${owner}]`]));
}

export const removeCases: readonly Case[] = [
	testCase('delete says what it deleted, and that what is gone is not found', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.says('delete fc one', `femtocontainer.femtofleet.dev "one" deleted${from(k)}`);
		await k.fails('delete fc one', 'Error from server (NotFound): femtocontainers.femtofleet.dev "one" not found');
		await k.says('delete fc one --ignore-not-found', '');
		await k.ok('create -f -', container('two'));
		await k.says('delete -f -', `femtocontainer.femtofleet.dev "two" deleted${from(k)}`, container('two'));
		await k.ok('create -f -', container('three'));
		await k.says('delete fc three -o name', 'femtocontainer.femtofleet.dev/three');
		await k.ok('create -f -', container('four', [], ['labels: {a: b}']));
		await k.says('delete fc -l a=b --dry-run=server', `femtocontainer.femtofleet.dev "four" deleted${from(k)} (server dry run)`);
		await k.says('delete fc,cm -l a=b --now', `femtocontainer.femtofleet.dev "four" deleted${from(k)}`);
	}),
	testCase('delete in the background takes what is owned away afterwards', async (k) => {
		await ownerAndChild(k);
		await k.ok('delete fc owner --cascade=background');
		await k.ok('wait --for=delete cm/child --timeout=30s');
	}),
	testCase('delete in the foreground takes what is owned away first', async (k) => {
		await ownerAndChild(k);
		await k.ok('delete fc owner --cascade=foreground');
		await k.fails('get fc owner', /NotFound/);
		await k.fails('get cm child', /NotFound/);
	}),
	testCase('delete with orphan leaves what was owned, without its owner', async (k) => {
		await ownerAndChild(k);
		await k.ok('delete fc owner --cascade=orphan');
		await k.says("get cm child -o jsonpath='{.data.a} {.metadata.ownerReferences}'", 'b');
	}),
	testCase('delete waits for a finalizer', async (k) => {
		await k.ok('create -f -', container('held', [], ['finalizers: [femtofleet.dev/test]']));
		const removal = k.follow('delete fc held');
		await removal.line(/"held" deleted/);
		await k.says("get fc held -o jsonpath='{.metadata.finalizers} {.metadata.deletionGracePeriodSeconds}'", '["femtofleet.dev/test"] 0');
		await k.fails('delete fc held --timeout=1s', /timed out waiting for the condition/);
		await k.says('delete fc held --wait=false', `femtocontainer.femtofleet.dev "held" deleted${from(k)}`);
		await k.fails(`patch fc held --type=merge -p '{"metadata":{"finalizers":["femtofleet.dev/test","femtofleet.dev/more"]}}'`, /Forbidden: no new finalizers can be added if the object is being deleted/);
		await k.ok(`patch fc held --type=merge -p '{"metadata":{"finalizers":null}}'`);
		assert.equal(await removal.ended(), 0);
		await k.fails('get fc held', /NotFound/);
	}),
	testCase('delete --all empties the namespace of a kind', async (k) => {
		await k.ok('create -f -', [container('one'), container('two')].join('---\n'));
		await k.says('delete fc --all', `femtocontainer.femtofleet.dev "one" deleted${from(k)}\nfemtocontainer.femtofleet.dev "two" deleted${from(k)}`);
		await k.says('get fc -o name', '');
		await k.says('delete fc --all', 'No resources found');
	}),
	testCase('a namespace goes with all it holds', async (k) => {
		const other = k.name('x');
		await k.says(`create namespace ${other}`, `namespace/${other} created`);
		await k.ok(`create -n ${other} -f -`, container('one'));
		await k.says(`delete namespace ${other}`, `namespace "${other}" deleted`);
		await k.fails(`get ns ${other}`, `Error from server (NotFound): namespaces "${other}" not found`);
		await k.says(`get fc -n ${other} -o name`, '');
		await k.fails(`create -n ${other} -f -`, new RegExp(`Error from server \\(NotFound\\): error when creating "STDIN": namespaces "${other}" not found`), container('one'));
	}),
];

/** From 1.33 on kubectl names the namespace. */
function from(k: Kubectl): string {
	return k.version === '1.32' ? '' : ` from ${k.namespace} namespace`;
}
