import {testCase, type Case} from '../case.ts';
import {configMap, container, device} from '../manifests.ts';

/** What stands after errors of type: the rules of the kind were not looked at. */
export const unchecked = '* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

export const errorCases: readonly Case[] = [
	testCase('what is not there is not found', async (k) => {
		await k.fails('get fc none', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
		await k.fails(`get fd ${k.name('a')}`, `Error from server (NotFound): femtodevices.femtofleet.dev "${k.name('a')}" not found`);
		await k.fails('get cm none', 'Error from server (NotFound): configmaps "none" not found');
		await k.fails('get nothing', 'error: the server doesn\'t have a resource type "nothing"');
		await k.fails('label fc none a=b', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
		await k.fails('edit fc none', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
	}),
	testCase('an invalid value is refused with field, value and rule', async (k) => {
		const refused = (spec: readonly string[], expected: string): Promise<void> =>
			k.fails('apply -f -', expected, container('one', spec));
		await refused(['minReadySeconds: -1'], 'The FemtoContainer "one" is invalid: spec.minReadySeconds: Invalid value: -1: spec.minReadySeconds in body should be greater than or equal to 0');
		await refused(['minReadySeconds: soon'], `The FemtoContainer "one" is invalid:\n* spec.minReadySeconds: Invalid value: "string": spec.minReadySeconds in body must be of type integer: "string"\n${unchecked}`);
		await refused(['faultPolicy: {action: Explode}'], `The FemtoContainer "one" is invalid:\n* spec.faultPolicy.action: Unsupported value: "Explode": supported values: "Revert", "Quarantine", "Count"\n${unchecked}`);
		await refused(['hooks: []'], 'The FemtoContainer "one" is invalid: spec.hooks: Invalid value: 0: spec.hooks in body should have at least 1 items');
		await refused(['hooks: [{name: timer}, {name: timer}]'], 'The FemtoContainer "one" is invalid: spec.hooks[1]: Duplicate value: {"name":"timer"}');
		await refused(['rollout: {maxUnavailable: 0}'], 'The FemtoContainer "one" is invalid: spec.rollout.maxUnavailable: Invalid value: 0: spec.rollout.maxUnavailable in body should be greater than or equal to 1');
		await refused(['rollout: {maxUnavailable: many}'], "The FemtoContainer \"one\" is invalid: spec.rollout.maxUnavailable: Invalid value: \"many\": spec.rollout.maxUnavailable in body should match '^([1-9][0-9]?|100)%$'");
		const two = container('two').replace(/ {2}image: .*\n/, '');
		await k.fails('apply -f -', `The FemtoContainer "two" is invalid:\n* spec.image: Required value\n${unchecked}`, two);
		await k.run('apply -f -', container('three', ['minReadySeconds: -1', 'faultPolicy: {action: Explode, maxFaults: 70000}', 'hooks: []']));
		await k.run('create -f -', container('three', ['minReadySeconds: -1']));
		await k.run('replace -f -', container('three', ['minReadySeconds: -1']));
		await k.run('apply -f -', configMap('bad', ['"a b": c']));
		await k.run('apply -f -', configMap('bad', ['a: 1']));
	}),
	testCase('a broken rule is refused with its message', async (k) => {
		await k.fails('apply -f -', 'The FemtoContainer "one" is invalid: spec.rollout.progressDeadlineSeconds: Invalid value: rollout.progressDeadlineSeconds must be greater than minReadySeconds', container('one', ['minReadySeconds: 30', 'rollout: {progressDeadlineSeconds: 20}']));
		await k.fails('apply -f -', /spec\.rollout\.waves\[0\]: Invalid value: must have exactly one of count, percent and selector/, container('one', ['rollout: {waves: [{count: 1, percent: 5}]}']));
		await k.fails('apply -f -', /metadata\.name must be 1 to 23 characters of a-z, 0-9 and -, and not bridge/, device(`${k.name('a')}-much-too-long-for-a-device`, k.namespace));
		await k.fails('apply -f -', /must name values for the operators In and NotIn/, container('one').replace('deviceSelector: {}', 'deviceSelector: {matchExpressions: [{key: a, operator: In}]}'));
	}),
	testCase('unknown and duplicate fields are refused strictly', async (k) => {
		await k.fails('apply -f -', /strict decoding error: unknown field "spec\.minReadySecond"/, container('one', ['minReadySecond: 5']));
		await k.fails('create -f -', 'Error from server (BadRequest): error when creating "STDIN": FemtoContainer in version "v1alpha1" cannot be handled as a FemtoContainer: strict decoding error: unknown field "spec.minReadySecond", unknown field "spec.rollout.wave"', container('one', ['minReadySecond: 5', 'rollout: {wave: []}']));
		await k.run('create --validate=warn -f -', container('one', ['minReadySecond: 5']));
		await k.says("get fc one -o jsonpath='{.spec.minReadySecond}'", '');
		await k.run('create --validate=ignore -f -', container('two', ['minReadySecond: 5']));
		await k.run('apply -f -', container('three', ['paused: true', 'paused: false']));
		await k.run('create --validate=warn -f -', container('four', ['paused: true', 'paused: false']));
		await k.run('apply -f -', configMap('five', ['a: b'], ['lables: {a: b}']));
		await k.run('apply -f -', configMap('six', ['a: b', 'a: c']));
	}),
	testCase('wrong kinds, versions and missing names are refused', async (k) => {
		await k.fails('apply -f -', /no matches for kind "FemtoContainers" in version "femtofleet\.dev\/v1alpha1"/, container('one').replace('kind: FemtoContainer', 'kind: FemtoContainers'));
		await k.fails('apply -f -', /no matches for kind "FemtoContainer" in version "femtofleet\.dev\/v1"/, container('one').replace('v1alpha1', 'v1'));
		await k.run('apply -f -', container('one').replace('kind: FemtoContainer\n', ''));
		await k.run('apply -f -', container('one').replace('apiVersion: femtofleet.dev/v1alpha1\n', ''));
		await k.run('apply -f -', container('one').replace('  name: one\n', '  labels: {}\n'));
		await k.run('apply -f -', container('one', [], ['namespace: default']));
		await k.run('apply -f -', 'just text\n');
		await k.run('apply -f -', '- a\n- b\n');
		await k.run('apply -f -', '');
		await k.run('apply -f -', '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}');
		await k.run('apply -f nothing.yaml');
	}),
	testCase('YAML that is none is refused with its line', async (k) => {
		await k.fails('apply -f -', /found character that cannot start any token|cannot start any token/, container('one').replace('  name: one', '\tname: one'));
		await k.fails('apply -f -', /error parsing STDIN|error converting YAML to JSON/, container('one').replace('metadata:', 'metadata: ['));
		await k.run('apply -f -', container('one').replace('  name: one', ' name: one\n  labels: {}'));
		await k.run('apply -f -', container('one', ['paused: *nowhere']));
		await k.run('apply -f -', container('one', ['paused: "unfinished']));
	}),
	testCase('what changes from below is a conflict', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.fails('label fc one a=b --resource-version=1', /Operation cannot be fulfilled on femtocontainers\.femtofleet\.dev "one"|the object has been modified/);
		await k.fails(`patch fc one --type=merge -p '{"metadata":{"resourceVersion":"1"}}'`, 'Error from server (Conflict): Operation cannot be fulfilled on femtocontainers.femtofleet.dev "one": the object has been modified; please apply your changes to the latest version and try again');
		await k.run(`patch fc one --type=merge -p '{"metadata":{"name":"two"}}'`);
		await k.run(`patch fc one --type=merge -p '{"metadata":{"uid":"two"}}'`);
		await k.run(`patch fc one --type=merge -p '{"kind":"FemtoDevice"}'`);
	}),
];
