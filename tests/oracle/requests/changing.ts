import type {Topic} from '../scenario.ts';
import {configMap, container, containers, core, get, patch, post, put, remove, scenario, withControllers} from './objects.ts';

const version = '{{a.metadata.resourceVersion}}';
const uid = '{{a.metadata.uid}}';
const make = post('make a', containers(), container('a', {}, {labels: {keep: 'me'}}), {save: 'a'});
const zeroUid = '00000000-0000-0000-0000-000000000000';
const background = {kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background'};
const owned = (name: string, extra = {}) => configMap(name, {}, {
	ownerReferences: [{apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', name: 'a', uid, ...extra}],
});

export const changing: Topic = {
	name: 'changing',
	scenarios: [
		scenario('replace', [
			make,
			put('with its version', containers('a'), container('a', {paused: true}, {resourceVersion: version}), {save: 'second'}),
			put('with an old version', containers('a'), container('a', {paused: false}, {resourceVersion: version})),
			put('without a version', containers('a'), container('a')),
			put('with a version that is no number', containers('a'), container('a', {}, {resourceVersion: 'x'})),
			put('with version 0', containers('a'), container('a', {}, {resourceVersion: '0'})),
			put('that changes nothing', containers('a'), '{{second}}', {save: 'third'}),
			put('that changes a label only', containers('a'), container('a', {paused: true}, {
				resourceVersion: '{{third.metadata.resourceVersion}}', labels: {other: 'label'},
			}), {save: 'fourth'}),
			put('with another name in the body', containers('a'), container('b', {}, {resourceVersion: version})),
			put('with another uid', containers('a'), container('a', {}, {
				uid: zeroUid, resourceVersion: '{{fourth.metadata.resourceVersion}}',
			})),
			put('of one that is not there', containers('b'), container('b', {}, {resourceVersion: version})),
			put('of one that is not there, without version', containers('b'), container('b')),
			put('that the schema refuses', containers('a'), container('a', {minReadySeconds: -1}, {
				resourceVersion: '{{fourth.metadata.resourceVersion}}',
			})),
			put('with a creation time of its own', containers('a'), container('a', {paused: true}, {
				resourceVersion: '{{fourth.metadata.resourceVersion}}', labels: {other: 'label'}, creationTimestamp: '2001-01-01T00:00:00Z',
			})),
			put('dry', containers('a'), container('a', {}, {resourceVersion: '{{fourth.metadata.resourceVersion}}'}), {query: {dryRun: 'All'}}),
			get('is as before', containers('a')),
			put('as kubectl replace does', containers('a'), container('a', {}, {resourceVersion: '{{fourth.metadata.resourceVersion}}'}), {
				query: {fieldManager: 'kubectl-replace', fieldValidation: 'Strict'},
			}),
			put('a configmap', core('configmaps', 'm'), configMap('m', {a: '1'})),
		]),
		scenario('merge patch', [
			make,
			patch('a change', 'merge', containers('a'), {spec: {paused: true}}),
			patch('the same again changes nothing', 'merge', containers('a'), {spec: {paused: true}}),
			patch('an empty one', 'merge', containers('a'), {}),
			patch('null takes away and the default returns', 'merge', containers('a'), {spec: {paused: null}}),
			patch('a label', 'merge', containers('a'), {metadata: {labels: {added: 'yes', keep: null}}}, {query: {fieldManager: 'kubectl-label'}}),
			patch('an annotation', 'merge', containers('a'), {metadata: {annotations: {note: 'x'}}}, {query: {fieldManager: 'kubectl-annotate'}}),
			patch('an array is replaced', 'merge', containers('a'), {spec: {hooks: [{name: 'one'}]}}),
			patch('an array is replaced again', 'merge', containers('a'), {spec: {hooks: [{name: 'two'}]}}),
			patch('with an old version', 'merge', containers('a'), {metadata: {resourceVersion: version}, spec: {paused: true}}),
			patch('with another uid', 'merge', containers('a'), {metadata: {uid: zeroUid}}),
			patch('another name', 'merge', containers('a'), {metadata: {name: 'b'}}),
			patch('another namespace', 'merge', containers('a'), {metadata: {namespace: 'default'}}),
			patch('another kind', 'merge', containers('a'), {kind: 'FemtoDevice'}),
			patch('a generation of its own', 'merge', containers('a'), {metadata: {generation: 99}}),
			patch('that the schema refuses', 'merge', containers('a'), {spec: {minReadySeconds: 'x'}}),
			patch('that takes a required field', 'merge', containers('a'), {spec: {image: null}}),
			patch('an array instead of an object', 'merge', containers('a'), []),
			patch('a text', 'merge', containers('a'), 'x'),
			{name: 'no JSON', method: 'PATCH', path: containers('a'), text: '{', headers: {'content-type': 'application/merge-patch+json'}},
			patch('of one that is not there', 'merge', containers('b'), {spec: {}}),
			patch('dry', 'merge', containers('a'), {spec: {paused: true}}, {query: {dryRun: 'All'}}),
			patch('with an unknown dryRun', 'merge', containers('a'), {spec: {paused: true}}, {query: {dryRun: 'Some'}}),
			patch('as kubectl apply does', 'merge', containers('a'), {
				metadata: {annotations: {'kubectl.kubernetes.io/last-applied-configuration': '{}'}},
			}, {query: {fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict'}}),
			patch('as kubectl edit does', 'merge', containers('a'), {spec: {minReadySeconds: 4}}, {query: {fieldManager: 'kubectl-edit', fieldValidation: 'Strict'}}),
			get('is so at the end', containers('a')),
		]),
		scenario('JSON Patch', [
			make,
			patch('add', 'json', containers('a'), [{op: 'add', path: '/spec/parameters', value: {p: 1}}]),
			patch('test, then replace', 'json', containers('a'), [
				{op: 'test', path: '/spec/parameters/p', value: 1}, {op: 'replace', path: '/spec/parameters/p', value: 2},
			]),
			patch('a test that fails', 'json', containers('a'), [{op: 'test', path: '/spec/parameters/p', value: 9}]),
			patch('remove', 'json', containers('a'), [{op: 'remove', path: '/spec/parameters'}]),
			patch('remove what is not there', 'json', containers('a'), [{op: 'remove', path: '/spec/nothing'}]),
			patch('replace what is not there', 'json', containers('a'), [{op: 'replace', path: '/spec/nothing/deep', value: 1}]),
			patch('copy and move', 'json', containers('a'), [
				{op: 'copy', from: '/metadata/labels/keep', path: '/metadata/labels/copied'},
				{op: 'move', from: '/metadata/labels/keep', path: '/metadata/labels/moved'},
			]),
			patch('append to an array', 'json', containers('a'), [
				{op: 'add', path: '/spec/hooks', value: [{name: 'one'}]}, {op: 'add', path: '/spec/hooks/-', value: {name: 'two'}},
			]),
			patch('an escaped path', 'json', containers('a'), [{op: 'add', path: '/metadata/labels/a.example~1b', value: 'c'}]),
			patch('an unknown operation', 'json', containers('a'), [{op: 'shout', path: '/spec'}]),
			patch('no operation', 'json', containers('a'), []),
			patch('an object instead of an array', 'json', containers('a'), {spec: {}}),
			patch('too many operations', 'json', containers('a'), Array.from({length: 10_001}, () => ({op: 'test', path: '/kind', value: 'FemtoContainer'}))),
			patch('status by the status path', 'json', containers('a/status'), [{op: 'add', path: '/status', value: {attempt: 1}}]),
		]),
		scenario('other patches', [
			make,
			patch('strategic', 'strategic', containers('a'), {spec: {paused: true}}),
			{...patch('of no type', 'merge', containers('a'), {}), headers: {'content-type': 'application/json'}},
			patch('applied by the server', 'apply', containers('a'), container('a', {paused: true}), {
				query: {fieldManager: 'kubectl', fieldValidation: 'Strict', force: false},
			}),
			patch('applied by the server, dry', 'apply', containers('a'), container('a', {paused: true}), {
				query: {fieldManager: 'kubectl', dryRun: 'All', force: true},
			}),
			post('make a configmap', core('configmaps'), configMap('m', {a: '1'})),
			patch('strategic on a configmap', 'strategic', core('configmaps', 'm'), {data: {b: '2', a: null}}),
			patch('POST options on a collection', 'merge', containers(), {}),
		]),
		scenario('dry run', [
			post('create', containers(), container('a'), {query: {dryRun: 'All'}}),
			get('it is not there', containers('a')),
			post('create of what the schema refuses', containers(), container('a', {hooks: []}), {query: {dryRun: 'All'}}),
			make,
			post('create of what is there', containers(), container('a'), {query: {dryRun: 'All'}}),
			remove('delete', containers('a'), {query: {dryRun: 'All'}}),
			remove('delete, asked in the body', containers('a'), {json: {kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All']}}),
			get('it is still there', containers('a')),
			post('an unknown value', containers(), container('b'), {query: {dryRun: 'true'}}),
		]),
		scenario('delete', [
			make,
			remove('with another uid', containers('a'), {json: {...background, preconditions: {uid: zeroUid}}}),
			remove('with an old version', containers('a'), {json: {...background, preconditions: {resourceVersion: '1'}}}),
			remove('with no DeleteOptions', containers('a'), {json: container('a')}),
			remove('with an unknown policy', containers('a'), {json: {...background, propagationPolicy: 'Sideways'}}),
			remove('with policy and orphanDependents', containers('a'), {json: {...background, orphanDependents: true}}),
			remove('as kubectl does', containers('a'), {json: background}),
			remove('once more', containers('a'), {json: background}),
			get('it is gone', containers('a')),
			post('make it again', containers(), container('a'), {save: 'again'}),
			remove('with its uid and version', containers('a'), {json: {
				...background, preconditions: {uid: '{{again.metadata.uid}}', resourceVersion: '{{again.metadata.resourceVersion}}'},
			}}),
			post('make a configmap', core('configmaps'), configMap('m')),
			remove('a configmap', core('configmaps', 'm')),
			remove('the collection of nothing', containers(), {query: {labelSelector: 'no=thing'}}),
		]),
		scenario('finalizers', [
			post('make a with one', containers(), container('a', {}, {finalizers: ['femtofleet.dev/test', 'femtofleet.dev/other']}), {save: 'a'}),
			remove('delete marks it', containers('a'), {json: background}),
			get('it is marked', containers('a')),
			remove('delete again', containers('a'), {json: background}),
			patch('a finalizer more is refused', 'merge', containers('a'), {metadata: {finalizers: ['femtofleet.dev/test', 'femtofleet.dev/other', 'femtofleet.dev/new']}}),
			patch('a change of spec is allowed', 'merge', containers('a'), {spec: {paused: true}}),
			patch('one finalizer goes', 'merge', containers('a'), {metadata: {finalizers: ['femtofleet.dev/other']}}),
			patch('the deletion time stays', 'merge', containers('a'), {metadata: {deletionTimestamp: null}}),
			post('the name is taken as long', containers(), container('a')),
			patch('the last goes and the object with it', 'json', containers('a'), [{op: 'remove', path: '/metadata/finalizers'}]),
			get('it is gone', containers('a')),
		]),
		withControllers('owners, background', [
			make,
			post('make an owned one', core('configmaps'), owned('m')),
			remove('the owner', containers('a'), {json: background}),
			get('the owned one goes', core('configmaps', 'm'), {until: 404}),
		]),
		withControllers('owners, foreground', [
			make,
			post('make an owned one', core('configmaps'), owned('m', {blockOwnerDeletion: true})),
			remove('the owner', containers('a'), {json: {...background, propagationPolicy: 'Foreground'}, only: kindOf}),
			get('the owner goes', containers('a'), {until: 404}),
			get('the owned one has gone', core('configmaps', 'm')),
		]),
		withControllers('owners, orphaned', [
			make,
			post('make an owned one', core('configmaps'), owned('m')),
			remove('the owner', containers('a'), {json: {...background, propagationPolicy: 'Orphan'}, only: kindOf}),
			get('the owner goes', containers('a'), {until: 404}),
			get('the owned one stays, without owner', core('configmaps', 'm')),
		]),
		scenario('a collection goes', [
			make,
			post('make b', containers(), container('b', {}, {labels: {other: 'yes'}})),
			remove('by selector', containers(), {query: {labelSelector: 'keep'}}),
			get('one is left', containers()),
			remove('all', containers()),
			get('none is left', containers()),
		]),
	],
};

/** Controllers may be faster or slower than the answer; what is always the same is what kind of answer it is. */
function kindOf(body: unknown): unknown {
	return (body as {readonly kind: unknown}).kind;
}
