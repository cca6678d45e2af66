import {testCase, type Case} from '../case.ts';
import {configMap, container, device, documents} from '../manifests.ts';

export const createCases: readonly Case[] = [
	testCase('create makes objects from files', async (k) => {
		await k.says('create -f -', `femtocontainer.femtofleet.dev/one created\nfemtodevice.femtofleet.dev/${k.name('a')} created`, documents(container('one'), device(k.name('a'), k.namespace)));
		await k.fails('create -f -', 'Error from server (AlreadyExists): error when creating "STDIN": femtocontainers.femtofleet.dev "one" already exists', container('one'));
		await k.says('create -f - -o name', 'femtocontainer.femtofleet.dev/two', container('two'));
		await k.says('create --dry-run=server -f -', 'femtocontainer.femtofleet.dev/three created (server dry run)', container('three'));
		await k.says('create --dry-run=client -o yaml -f -', /name: three/, container('three'));
		await k.fails('get fc three', /NotFound/);
		await k.ok('create --save-config -f -', container('four'));
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/four unchanged', container('four'));
	}),
	testCase('create takes generated names', async (k) => {
		const text = container('x').replace('  name: x', '  generateName: pump-');
		await k.says('create -f -', /^femtocontainer\.femtofleet\.dev\/pump-[a-z0-9]{5} created$/m, text);
		await k.fails('apply -f -', /cannot use generate name with apply/, text);
	}),
	testCase('create namespace, configmap and secret send protobuf', async (k) => {
		await k.says(`create namespace ${k.name('x')}`, `namespace/${k.name('x')} created`);
		await k.fails(`create namespace ${k.name('x')}`, `Error from server (AlreadyExists): namespaces "${k.name('x')}" already exists`);
		await k.fails('create namespace Bad_Name', /The Namespace "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 label/);
		await k.says('create configmap one --from-literal=a=b --from-literal=c=d', 'configmap/one created');
		await k.says("get cm one -o jsonpath='{.data}'", '{"a":"b","c":"d"}');
		k.write('bytes', 'line\nüber\n');
		await k.says('create configmap two --from-file=bytes', 'configmap/two created');
		await k.says("get cm two -o jsonpath='{.data.bytes}'", 'line\nüber');
		await k.says('create configmap three --from-literal=a=b --dry-run=server -o yaml', /^apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap/);
		await k.says('create secret generic four --from-literal=password=hidden', 'secret/four created');
		await k.says("get secret four -o jsonpath='{.data.password} {.type}'", 'aGlkZGVu Opaque');
		await k.says('get secrets', /NAME +TYPE +DATA +AGE\nfour +Opaque +1 /);
		await k.says('get cm one two', /NAME +DATA +AGE\none +2 .*\ntwo +1 /);
		await k.says('get ns default', /NAME +STATUS +AGE\ndefault +Active /);
		await k.says('describe secret four', /password: +6 bytes/);
	}),
	testCase('kinds that only a cluster has are not found', async (k) => {
		if (k.server === 'official') return;
		await k.fails('create serviceaccount robot', 'error: failed to create serviceaccount: the server could not find the requested resource');
		await k.fails('create deployment web --image=none', 'error: failed to create deployment: the server could not find the requested resource');
		await k.fails('get pods', 'error: the server doesn\'t have a resource type "pods"');
	}),
	testCase('replace puts the whole object and minds its version', async (k) => {
		await k.ok('create -f -', container('one', ['minReadySeconds: 5']));
		await k.says('replace -f -', 'femtocontainer.femtofleet.dev/one replaced', container('one', ['paused: true']));
		await k.says("get fc one -o jsonpath='{.spec.minReadySeconds} {.spec.paused}'", '10 true');
		const stale = await k.ok('get fc one -o yaml');
		await k.ok('label fc one a=b');
		await k.fails('replace -f -', 'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on femtocontainers.femtofleet.dev "one": the object has been modified; please apply your changes to the latest version and try again', stale);
		await k.fails('replace -f -', 'Error from server (NotFound): error when replacing "STDIN": femtocontainers.femtofleet.dev "none" not found', container('none'));
		await k.ok('replace --force -f -', container('one'));
		await k.says("get fc one -o jsonpath='{.metadata.generation} {.metadata.labels}'", '1');
		await k.says('replace -f -', 'configmap/settings replaced', await madeConfigMap(k.ok.bind(k)));
	}),
	testCase('scale has nothing to scale', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.fails('scale fc one --replicas=2', 'Error from server (NotFound): femtocontainers.femtofleet.dev "one" not found');
	}),
];

async function madeConfigMap(ok: (line: string, input: string) => Promise<string>): Promise<string> {
	await ok('create -f -', configMap('settings', ['a: "1"']));
	return configMap('settings', ['a: "2"']);
}
