import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import {configMap, container} from '../manifests.ts';
import {unchecked} from './errors.ts';

const notApplicable = /^The request is invalid: (the server rejected our request due to an error in our request|patch: .+)$/m;

export const changeCases: readonly Case[] = [
	testCase('diff is empty after apply and ends with 1 when something changes', async (k) => {
		const first = container('one', ['minReadySeconds: 5']);
		const {code, stdout} = await k.run('diff -f -', first);
		assert.equal(code, 1);
		assert.match(stdout, /^\+kind: FemtoContainer$/m);
		await k.ok('apply -f -', first);
		await k.says('diff -f -', '', first);
		const changed = await k.run('diff -f -', container('one', ['minReadySeconds: 6']));
		assert.equal(changed.code, 1);
		assert.match(changed.stdout, /^-  minReadySeconds: 5\n\+  minReadySeconds: 6$/m);
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds}'", '5');
		const bad = await k.run('diff -f -', container('one', ['minReadySeconds: -6']));
		assert.ok(bad.code > 1);
		await k.ok('apply -f -', configMap('settings', ['a: b']));
		await k.says('diff -f -', '', configMap('settings', ['a: b']));
	}),
	testCase('edit opens the object and saves what changed', async (k) => {
		await k.ok('create -f -', container('one', ['minReadySeconds: 5']));
		await k.says('edit fc one', 'femtocontainer.femtofleet.dev/one edited', {editor: "sed -i 's/minReadySeconds: 5/minReadySeconds: 6/'"});
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds} {.metadata.generation}'", '6 2');
		assert.equal((await k.run('edit fc one', {editor: 'true'})).stderr, 'Edit cancelled, no changes made.\n');
		await k.says("get fc one -o jsonpath='{.metadata.generation}'", '2');
		await k.ok('create -f -', configMap('settings', ['a: old']));
		await k.says('edit cm settings', 'configmap/settings edited', {editor: "sed -i 's/a: old/a: new/'"});
	}),
	testCase('edit of a bad value is refused and the text is kept', async (k) => {
		await k.ok('create -f -', container('one', ['minReadySeconds: 5']));
		k.write('edit.sh', 'if [ -e done ]; then exit 1; fi\ntouch done\nsed -i "s/minReadySeconds: 5/minReadySeconds: -5/" "$1"\n');
		const {code, stderr} = await k.run('edit fc one', {editor: 'sh edit.sh'});
		assert.equal(code, 1);
		assert.match(stderr, /error: femtocontainers\.femtofleet\.dev "one" is invalid/);
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds}'", '5');
	}),
	testCase('label and annotate add, refuse to overwrite, overwrite and remove', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.says('label fc one a=b c=d', 'femtocontainer.femtofleet.dev/one labeled');
		await k.fails('label fc one a=x', /'a' already has a value \(b\), and --overwrite is false/);
		await k.says('label fc one a=b', /not labeled/);
		await k.says('label fc one a=x c- --overwrite', /^femtocontainer\.femtofleet\.dev\/one (labeled|modified)$/m);
		await k.says("get fc one -o jsonpath='{.metadata.labels}'", '{"a":"x"}');
		await k.says('label fc one --list', 'a=x');
		await k.says('label fc --all run=all', 'femtocontainer.femtofleet.dev/one labeled');
		await k.fails("label fc one 'bad key=x'", /^error: invalid label spec: bad key=x|a valid label|name part must consist of/);
		await k.says("annotate fc one femtofleet.dev/retry='once more'", 'femtocontainer.femtofleet.dev/one annotated');
		await k.says("annotate fc one femtofleet.dev/retry=again --overwrite", 'femtocontainer.femtofleet.dev/one annotated');
		await k.says('annotate fc one femtofleet.dev/retry-', 'femtocontainer.femtofleet.dev/one annotated');
		await k.says("get fc one -o jsonpath='{.metadata.annotations} {.metadata.generation}'", '1');
	}),
	testCase('patch merges, edits by JSON Patch, and is refused strategically', async (k) => {
		await k.ok('create -f -', container('one', ['minReadySeconds: 5']));
		await k.says(`patch fc one --type=merge -p '{"spec":{"paused":true}}'`, 'femtocontainer.femtofleet.dev/one patched');
		await k.says(`patch fc one --type=merge -p '{"spec":{"paused":true}}'`, 'femtocontainer.femtofleet.dev/one patched (no change)');
		await k.says(`patch fc one --type=merge -p '{"spec":{"minReadySeconds":null}}'`, 'femtocontainer.femtofleet.dev/one patched');
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds}'", '10');
		await k.says(`patch fc one --type=json -p '[{"op":"replace","path":"/spec/paused","value":false}]'`, 'femtocontainer.femtofleet.dev/one patched');
		await k.fails(`patch fc one --type=json -p '[{"op":"test","path":"/spec/paused","value":true}]'`, notApplicable);
		await k.fails(`patch fc one --type=json -p '[{"op":"remove","path":"/spec/nothing"}]'`, notApplicable);
		await k.fails(`patch fc one --type=json -p '[{"op":"jump","path":"/spec"}]'`, notApplicable);
		await k.fails(`patch fc one -p '{"spec":{"paused":true}}'`, /^error: application\/strategic-merge-patch\+json is not supported by femtofleet\.dev\/v1alpha1, Kind=FemtoContainer: the body of the request was in an unknown format - accepted media types include: application\/json-patch\+json, application\/merge-patch\+json/);
		await k.fails(`patch fc one --type=merge -p '{"spec":{"paused":"yes"}}'`, `The FemtoContainer "one" is invalid:\n* spec.paused: Invalid value: "string": spec.paused in body must be of type boolean: "string"\n${unchecked}`);
		await k.fails(`patch fc none --type=merge -p '{"spec":{"paused":true}}'`, 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
		await k.says(`patch fc one --type=merge --dry-run=server -p '{"spec":{"paused":true}}'`, 'femtocontainer.femtofleet.dev/one patched');
		await k.fails(`patch fc one --type=merge -p '{"spec":'`, /^Error from server \(BadRequest\): error decoding patch: unexpected end of JSON input$/im);
	}),
	testCase('patch of a built-in kind is strategic', async (k) => {
		await k.ok('create -f -', configMap('settings', ['a: "1"', 'b: "2"']));
		await k.says(`patch cm settings -p '{"data":{"a":"3","b":null}}'`, 'configmap/settings patched');
		await k.says("get cm settings -o jsonpath='{.data}'", '{"a":"3"}');
		await k.says(`patch cm settings -p '{"metadata":{"finalizers":["test.dev/a"]}}'`, 'configmap/settings patched');
		await k.says(`patch cm settings -p '{"metadata":{"finalizers":["test.dev/b"]}}'`, 'configmap/settings patched');
		await k.says("get cm settings -o jsonpath='{.metadata.finalizers}'", '["test.dev/b","test.dev/a"]');
		await k.says(`patch cm settings -p '{"metadata":{"$deleteFromPrimitiveList/finalizers":["test.dev/a"]}}'`, 'configmap/settings patched');
		await k.says("get cm settings -o jsonpath='{.metadata.finalizers}'", '["test.dev/b"]');
		await k.ok(`patch cm settings --type=merge -p '{"metadata":{"finalizers":null}}'`);
	}),
];
