import assert from 'node:assert/strict';
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
		await k.fails('apply -f -', /(\* spec\.\S+: .*\n){4}\* <nil>/, container('three', ['minReadySeconds: -1', 'faultPolicy: {action: Explode, maxFaults: 70000}', 'hooks: []']));
		await k.fails('create -f -', /^The FemtoContainer "three" is invalid: spec\.minReadySeconds: Invalid value: -1: /, container('three', ['minReadySeconds: -1']));
		await k.fails('replace -f -', 'Error from server (NotFound): error when replacing "STDIN": femtocontainers.femtofleet.dev "three" not found', container('three', ['minReadySeconds: -1']));
		await k.fails('apply -f -', /^The ConfigMap "bad" is invalid: data\[a b\]: Invalid value: "a b": a valid config key must consist of/, configMap('bad', ['"a b": c']));
		await k.fails('apply -f -', /ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/, configMap('bad', ['a: 1']));
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
		const warned = await k.run('create --validate=warn -f -', container('one', ['minReadySecond: 5']));
		assert.deepEqual([warned.code, warned.stderr], [0, 'Warning: unknown field "spec.minReadySecond"\n']);
		await k.says("get fc one -o jsonpath='{.spec.minReadySecond}'", '');
		await k.says('create --validate=ignore -f -', 'femtocontainer.femtofleet.dev/two created', container('two', ['minReadySecond: 5']));
		await k.fails('apply -f -', 'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.lables"', configMap('five', ['a: b'], ['lables: {a: b}']));
		// kubectl itself takes the last of two equal keys before it asks the server, which has nothing left to refuse.
		await k.says('apply -f -', 'femtocontainer.femtofleet.dev/three created', container('three', ['paused: true', 'paused: false']));
		await k.says("get fc three -o jsonpath='{.spec.paused}'", 'false');
	}),
	testCase('wrong kinds, versions and missing names are refused', async (k) => {
		await k.fails('apply -f -', /no matches for kind "FemtoContainers" in version "femtofleet\.dev\/v1alpha1"/, container('one').replace('kind: FemtoContainer', 'kind: FemtoContainers'));
		await k.fails('apply -f -', /no matches for kind "FemtoContainer" in version "femtofleet\.dev\/v1"/, container('one').replace('v1alpha1', 'v1'));
		await k.fails('apply -f -', /error validating data: kind not set/, container('one').replace('kind: FemtoContainer\n', ''));
		await k.fails('apply -f -', /error validating data: apiVersion not set/, container('one').replace('apiVersion: femtofleet.dev/v1alpha1\n', ''));
		await k.fails('apply -f -', /resource name may not be empty/, container('one').replace('  name: one\n', '  labels: {}\n'));
		await k.fails(`apply -n ${k.namespace} -f -`, `error: the namespace from the provided object "default" does not match the namespace "${k.namespace}". You must pass '--namespace=default' to perform this operation.`, container('one', [], ['namespace: default']));
		await k.fails('apply -f -', /error validating data: invalid object to validate/, 'just text\n');
		await k.fails('apply -f -', /error validating data: invalid object to validate/, '- a\n- b\n');
		await k.fails('apply -f -', 'error: no objects passed to apply', '');
		await k.fails('apply -f -', 'error: error parsing STDIN: unexpected EOF', '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}');
		await k.fails('apply -f nothing.yaml', 'error: the path "nothing.yaml" does not exist');
	}),
	testCase('YAML that is none is refused with its line', async (k) => {
		await k.fails('apply -f -', 'error: error parsing STDIN: error converting YAML to JSON: yaml: line 4: found character that cannot start any token', container('one').replace('  name: one', '\tname: one'));
		await k.fails('apply -f -', /error parsing STDIN|error converting YAML to JSON/, container('one').replace('metadata:', 'metadata: ['));
		const problem = 'error: error parsing STDIN: error converting YAML to JSON: yaml: ';
		await k.fails('apply -f -', `${problem}line 5: mapping values are not allowed in this context`, container('one').replace('  name: one', ' name: one\n  labels: {}'));
		await k.fails('apply -f -', `${problem}unknown anchor 'nowhere' referenced`, container('one', ['paused: *nowhere']));
		await k.fails('apply -f -', `${problem}line 9: found unexpected end of stream`, container('one', ['paused: "unfinished']));
	}),
	testCase('what changes from below is a conflict', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.fails('label fc one a=b --resource-version=1', /^Error from server \(Conflict\): Operation cannot be fulfilled on femtocontainers\.femtofleet\.dev "one": the object has been modified/);
		await k.fails(`patch fc one --type=merge -p '{"metadata":{"resourceVersion":"1"}}'`, 'Error from server (Conflict): Operation cannot be fulfilled on femtocontainers.femtofleet.dev "one": the object has been modified; please apply your changes to the latest version and try again');
		await k.fails(`patch fc one --type=merge -p '{"metadata":{"name":"two"}}'`, 'Error from server (BadRequest): the name of the object (two) does not match the name on the URL (one)');
		await k.fails(`patch fc one --type=merge -p '{"metadata":{"uid":"two"}}'`, 'The FemtoContainer "one" is invalid: metadata.uid: Invalid value: "two": field is immutable');
		await k.fails(`patch fc one --type=merge -p '{"kind":"FemtoDevice"}'`, 'The FemtoDevice "one" is invalid: kind: Invalid value: "FemtoDevice": must be FemtoContainer');
	}),
];
