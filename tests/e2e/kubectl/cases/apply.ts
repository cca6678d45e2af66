import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import {configMap, container, device, documents, tenant} from '../manifests.ts';

export const applyCases: readonly Case[] = [
	testCase('apply creates, leaves unchanged, configures and removes fields', async (k) => {
		const first = container('one', ['minReadySeconds: 5', 'paused: true'], ['labels: {a: b, c: d}']);
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/one created', first);
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/one unchanged', first);
		const version = await k.ok("get fc one -o jsonpath='{.metadata.resourceVersion}'");
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/one unchanged', first);
		assert.equal(await k.ok("get fc one -o jsonpath='{.metadata.resourceVersion}'"), version);
		const second = container('one', ['minReadySeconds: 7'], ['labels: {a: b}']);
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/one configured', second);
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds} {.spec.paused} {.metadata.labels} {.metadata.generation}'", '7 false {"a":"b"} 2');
		await k.says('apply view-last-applied fc one', /minReadySeconds: 7/);
	}),
	testCase('apply of built-in kinds patches strategically', async (k) => {
		await k.says('apply -f -', 'configmap/settings created', configMap('settings', ['a: "1"', 'b: "2"']));
		await k.says('apply -f -', 'configmap/settings unchanged', configMap('settings', ['a: "1"', 'b: "2"']));
		await k.says('apply -f -', 'configmap/settings configured', configMap('settings', ['a: "3"']));
		await k.says("get cm settings -o jsonpath='{.data}'", '{"a":"3"}');
		await k.says('apply -f -', 'configmap/settings configured', configMap('settings', []));
		await k.says("get cm settings -o jsonpath='{.data}'", '');
	}),
	testCase('apply takes several documents, lists and folders', async (k) => {
		const both = documents(container('one'), configMap('settings', ['a: b']), '# nothing\n', device(k.name('a'), k.namespace));
		await k.says('apply -f -', `femtocontainer.femtofleet.dev/one created\nconfigmap/settings created\nfemtodevice.femtofleet.dev/${k.name('a')} created`, both);
		const list = `apiVersion: v1\nkind: List\nitems:\n${container('one').replaceAll(/^/gm, '  ').replace('  api', '- api').trimEnd()}\n${configMap('two', []).replaceAll(/^/gm, '  ').replace('  api', '- api').trimEnd()}\n`;
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/one unchanged\nconfigmap/two created', list);
		k.write('1.yaml', container('three'));
		k.write('2.json', JSON.stringify({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'four'}}));
		await k.says('apply -f 1.yaml -f 2.json', 'femtocontainer.femtofleet.dev/three created\nconfigmap/four created');
		await k.says('apply -f 1.yaml -f 2.json', 'femtocontainer.femtofleet.dev/three unchanged\nconfigmap/four unchanged');
	}),
	testCase('apply of one bad object among good ones leaves the good ones', async (k) => {
		const texts = documents(configMap('one', []), container('Bad_Name'), configMap('two', []));
		await k.fails('apply -f -', /The FemtoContainer "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/, texts);
		await k.says('get cm one two -o name', 'configmap/one\nconfigmap/two');
	}),
	testCase('apply --dry-run changes nothing', async (k) => {
		await k.says('apply --dry-run=server -f -', 'femtocontainer.femtofleet.dev/one created (server dry run)', container('one'));
		await k.says('apply --dry-run=client -f -', 'femtocontainer.femtofleet.dev/one created (dry run)', container('one'));
		await k.says('get fc -o name', '');
		await k.ok('apply -f -', container('one'));
		await k.says('apply --dry-run=server -f -', 'femtocontainer.femtofleet.dev/one configured (server dry run)', container('one', ['paused: true']));
		await k.says('apply --dry-run=client -f -', 'femtocontainer.femtofleet.dev/one configured (dry run)', container('one', ['paused: true']));
		await k.says('apply --dry-run=server -f -', 'femtocontainer.femtofleet.dev/one unchanged (server dry run)', container('one'));
		await k.says("get fc one -o jsonpath='{.spec.paused}'", 'false');
		await k.says('apply --dry-run=server -o yaml -f -', /maxUnavailable: 10%/, container('two'));
		await k.fails('apply --dry-run=server -f -', /is invalid/, container('three', ['minReadySeconds: -1']));
	}),
	testCase('apply --prune and a set-last-applied annotation work by label', async (k) => {
		const one = configMap('one', [], ['labels: {app: x}']);
		const two = configMap('two', [], ['labels: {app: x}']);
		await k.ok('apply -f -', documents(one, two));
		await k.says('apply --prune -l app=x --prune-allowlist=core/v1/ConfigMap -f -', /configmap\/one unchanged\nconfigmap\/two pruned/, one);
		await k.ok('create -f -', container('three'));
		k.write('three.yaml', container('three', ['paused: true']));
		await k.says('apply set-last-applied -f three.yaml --create-annotation', 'femtocontainer.femtofleet.dev/three configured');
	}),
	testCase('apply over what another made warns once and takes it over', async (k) => {
		await k.ok('create -f -', container('one'));
		const {stderr} = await k.run('apply -f -', container('one', ['paused: true']));
		assert.match(stderr, /Warning: resource femtocontainers\/one is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/);
		await k.says("get fc one -o jsonpath='{.spec.paused}'", 'true');
	}),
	testCase('server-side apply applies, or is refused in words', async (k) => {
		const {code, stdout, stderr} = await k.run('apply --server-side -f -', container('one'));
		if (k.server === 'official') {
			assert.deepEqual([code, stdout], [0, 'femtocontainer.femtofleet.dev/one serverside-applied\n']);
			await k.ok('apply --server-side --dry-run=server -f -', container('one'));
			return;
		}
		assert.equal(code, 1);
		assert.match(stderr, /^(Error from server|error): /);
		assert.match(stderr, /server-side apply/i);
	}),
	testCase('a tenant keeps its namespace', async (k) => {
		await k.ok('apply -f -', tenant(k.name('t'), k.namespace));
		await k.fails('apply -f -', `The FemtoTenant "${k.name('t')}" is invalid: spec.namespace: Invalid value: "other": must not change; make another FemtoTenant`, tenant(k.name('t'), 'other'));
	}),
];
