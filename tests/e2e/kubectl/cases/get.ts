import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import type {Kubectl} from '../kubectl.ts';
import {container, device, documents, readyStatus, tenant} from '../manifests.ts';

async function twoDevices(k: Kubectl): Promise<void> {
	const run = k.namespace;
	await k.ok('create -f -', documents(device(k.name('a'), run, ['class: pump']), device(k.name('b'), run, ['class: valve'])));
	await k.ok(`patch fd ${k.name('a')} --subresource=status --type=merge -p '${readyStatus('True', 'AllWell')}'`);
}

const names = (text: string): readonly string[] => text.trim().split('\n').filter(Boolean);

export const getCases: readonly Case[] = [
	testCase('get prints the columns of the kind', async (k) => {
		await twoDevices(k);
		const table = await k.ok(`get fd -l run=${k.namespace}`);
		assert.match(table, /^NAME +READY +REASON +BOARD +FIRMWARE +LAST-REPORT +AGE\n\S+-a +True +AllWell +\d+s\n\S+-b +\d+s\n$/);
		await k.says(`get fd -l run=${k.namespace} -o wide`, /AGE +BRIDGE +DESIRED +ACCEPTED +FREE-RAM +FREE-FLASH +NEXT-REPORT/);
		await k.says(`get fd -l run=${k.namespace} --no-headers --show-labels`, /-a .*class=pump,run=k\d+-\d+\n.*-b .*class=valve,run=/);
		await k.says(`get fd -l run=${k.namespace} -L class`, /CLASS\n.*pump\n.*valve/);
		await k.says(`get fd -l run=${k.namespace} --sort-by=.metadata.labels.class`, /-a .*\n.*-b /);
	}),
	testCase('get knows a kind by plural, singular, short name, kind and group', async (k) => {
		await k.ok('create -f -', documents(container('one'), device(k.name('a'), k.namespace), tenant(k.name('t'), k.namespace)));
		for (const word of ['fc', 'femtocontainer', 'femtocontainers', 'FemtoContainer', 'femtocontainers.femtofleet.dev', 'femtocontainers.v1alpha1.femtofleet.dev']) {
			await k.says(`get ${word} -o name`, 'femtocontainer.femtofleet.dev/one');
		}
		await k.says(`get fd ${k.name('a')} -o name`, `femtodevice.femtofleet.dev/${k.name('a')}`);
		await k.says(`get ft ${k.name('t')} -o name`, `femtotenant.femtofleet.dev/${k.name('t')}`);
		await k.says(`get fc/one fd/${k.name('a')} -o name`, /^femtocontainer\S+\/one\nfemtodevice\S+-a$/m);
		await k.says(`get fc,fd ${k.name('a')} --ignore-not-found -o name`, `femtodevice.femtofleet.dev/${k.name('a')}`);
	}),
	testCase('get femto lists every kind of the category', async (k) => {
		const labels = ['labels:', `  run: ${k.namespace}`];
		await k.ok('create -f -', documents(container('one', [], labels), device(k.name('a'), k.namespace), tenant(k.name('t'), k.namespace)));
		await k.ok(`label ft ${k.name('t')} run=${k.namespace}`);
		const expected = ['femtocontainer.femtofleet.dev/one', `femtodevice.femtofleet.dev/${k.name('a')}`, `femtotenant.femtofleet.dev/${k.name('t')}`];
		assert.deepEqual(names(await k.ok(`get femto -l run=${k.namespace} -o name`)), expected);
		await k.says(`get femto -A -l run=${k.namespace}`, /NAMESPACE +NAME +READY/);
	}),
	testCase('get prints yaml, json, names, jsonpath, templates and own columns', async (k) => {
		await k.ok('create -f -', container('one', ['minReadySeconds: 5'], ['labels: {a: b}', 'annotations: {c: "3"}']));
		await k.says('get fc one -o yaml', /^apiVersion: femtofleet.dev\/v1alpha1\nkind: FemtoContainer\nmetadata:\n  annotations:\n    c: "3"\n  creationTimestamp: "/);
		const object = await k.json<{readonly spec: {readonly minReadySeconds: number}}>('get fc one');
		assert.equal(object.spec.minReadySeconds, 5);
		const list = await k.json<{readonly kind: string; readonly items: readonly unknown[]}>('get fc');
		assert.deepEqual([list.kind, list.items.length], ['List', 1]);
		await k.says("get fc one -o jsonpath='{.metadata.name} {.spec.rollout.onFailure}'", 'one Rollback');
		await k.says("get fc -o jsonpath='{range .items[*]}{.metadata.name}={.spec.faultPolicy.maxFaults}{end}'", 'one=3');
		await k.says('get fc -o custom-columns=N:.metadata.name,A:.spec.faultPolicy.action,X:.nothing', /^N +A +X\none +Revert +<none>$/m);
		await k.says("get fc one -o go-template='{{.metadata.name}}/{{.spec.paused}}'", 'one/false');
		await k.says('get fc one -o yaml --show-managed-fields=false', /kind: FemtoContainer/);
	}),
	testCase('get -A shows namespaces and an empty one is said to be empty', async (k) => {
		assert.equal((await k.run('get fc')).stderr, `No resources found in ${k.namespace} namespace.\n`);
		await k.says('get fc --ignore-not-found', '');
		await k.ok('create -f -', container('one', [], ['labels:', `  run: ${k.namespace}`]));
		await k.says(`get fc -A -l run=${k.namespace}`, new RegExp(`^NAMESPACE +NAME +READY.*\\n${k.namespace} +one `));
		const {stdout, stderr} = await k.run('get fd -l run=nothing');
		assert.deepEqual([stdout, stderr], ['', 'No resources found\n']);
	}),
	testCase('selectors choose by label in the full grammar', async (k) => {
		const texts = ['a: {x: "1", env: prod}', 'b: {x: "2", env: dev}', 'c: {env: prod}', 'd: {x: "1"}'].map((text) => {
			const [name = '', labels = ''] = text.split(/: (.*)/);
			return container(name, [], [`labels: ${labels}`]);
		});
		await k.ok('create -f -', documents(...texts));
		const expected = {
			'x=1': 'ad', 'x==1': 'ad', 'x!=1': 'bc', 'x': 'abd', '!x': 'c', 'x in (1,2),env': 'ab', 'x notin (1)': 'bc',
			'env=prod,x': 'a', 'env!=prod,x=1': 'd', 'x in (2), env notin (prod)': 'b', 'x>1': 'b', 'x<2': 'ad', '': 'abcd', 'env in ()': '',
		};
		for (const [selector, found] of Object.entries(expected)) {
			const text = await k.ok(`get fc -l '${selector}' -o jsonpath='{.items[*].metadata.name}'`);
			assert.equal(text.replaceAll(' ', ''), found, `-l '${selector}'`);
		}
	}),
	testCase('a selector that is none is refused with its place', async (k) => {
		const refusals = {
			'x in': "unable to parse requirement: found '' expected: '('",
			'x=(1)': "unable to parse requirement: found '(', expected: identifier",
			'x=1,,': "found ',', expected: identifier after ','",
			'=1': "found '=', expected: !, identifier, or 'end of string'",
			'x notin 1': "unable to parse requirement: found '1' expected: '('",
			'a b': "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
			'x=!': "unable to parse requirement: found '!', expected: identifier",
		};
		for (const [selector, problem] of Object.entries(refusals)) {
			await k.fails(`get fc -l '${selector}'`, `Error from server (BadRequest): Unable to find "femtofleet.dev/v1alpha1, Resource=femtocontainers" that match label selector "${selector}", field selector "": ${problem}`);
		}
		await k.fails('get fc -l x=_', /values\[0\]\[x\]: Invalid value: "_": a valid label must be an empty string or consist of alphanumeric characters/);
	}),
	testCase('field selectors choose by name and namespace, events by what they are about', async (k) => {
		await k.ok('create -f -', documents(container('one'), container('two')));
		await k.says('get fc --field-selector metadata.name=two -o name', 'femtocontainer.femtofleet.dev/two');
		await k.says('get fc --field-selector metadata.name!=two -o name', 'femtocontainer.femtofleet.dev/one');
		await k.says(`get fc -A --field-selector metadata.namespace=${k.namespace},metadata.name=one -o name`, 'femtocontainer.femtofleet.dev/one');
		await k.fails('get fc --field-selector spec.paused=true', /field label not supported: spec.paused/);
		await k.fails('get fc --field-selector metadata.name', /invalid selector: 'metadata\.name'; can't understand 'metadata\.name'/);
	}),
	testCase('--chunk-size takes a list in parts', async (k) => {
		const count = 25;
		await k.ok('create -f -', documents(...Array.from({length: count}, (_, index) => container(`c-${String(index).padStart(2, '0')}`))));
		const all = names(await k.ok('get fc -o name'));
		assert.equal(all.length, count);
		for (const size of [0, 1, 10, 25, 500]) assert.deepEqual(names(await k.ok(`get fc -o name --chunk-size=${size}`)), all);
		const table = names(await k.ok('get fc --chunk-size=7 --no-headers'));
		assert.equal(table.length, count);
	}),
	testCase('get -w prints what changes', async (k) => {
		await k.ok('create -f -', container('one'));
		const watch = k.follow('get fc -w -o name');
		await watch.line(/\/one$/);
		await k.ok('create -f -', container('two'));
		await watch.line(/\/two$/);
		const table = k.follow('get fc one -w');
		await table.line(/^one /);
		await k.ok(`patch fc one --subresource=status --type=merge -p '${readyStatus('False', 'Waiting')}'`);
		await table.line(/^one +False +Waiting/);
	}),
	testCase('get -w --output-watch-events tells what kind of change it is', async (k) => {
		await k.ok('create -f -', container('marker'));
		const watch = k.follow('get fc -w --output-watch-events');
		await watch.line(/^ADDED +marker/);
		await k.ok('create -f -', container('two'));
		await watch.line(/^ADDED +two/);
		await k.ok('label fc two a=b');
		await watch.line(/^MODIFIED +two/);
		await k.ok('delete fc two');
		await watch.line(/^DELETED +two/);
	}),
	testCase('get shows a subresource and answers raw paths', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.ok(`patch fc one --subresource=status --type=merge -p '${readyStatus('True', 'Done')}'`);
		await k.says("get fc one --subresource=status -o jsonpath='{.status.conditions[0].reason}'", 'Done');
		const raw = JSON.parse(await k.ok(`get --raw /apis/femtofleet.dev/v1alpha1/namespaces/${k.namespace}/femtocontainers`)) as {readonly kind: string};
		assert.equal(raw.kind, 'FemtoContainerList');
		await k.says('get --raw /readyz', 'ok');
		await k.says('get --raw /livez', 'ok');
		await k.fails('get --raw /nothing', 'Error from server (NotFound): the server could not find the requested resource');
	}),
];
