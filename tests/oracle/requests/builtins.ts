import type {Topic} from '../scenario.ts';
import {asTable, configMap, core, get, leases, patch, post, put, remove, revisions, scenario, withControllers} from './objects.ts';
import {protobuf} from './protobuf.ts';

const event = (name: string, fields = {}) => ({
	apiVersion: 'v1', kind: 'Event', metadata: {name}, type: 'Normal', reason: 'Tested', message: 'told by a test', count: 1,
	involvedObject: {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', namespace: '{{ns}}', name: 'a', uid: 'u-1'},
	source: {component: 'test'}, firstTimestamp: '2020-01-02T03:04:05Z', lastTimestamp: '2020-01-02T03:04:05Z', ...fields,
});
const lease = (spec: object, metadata = {}) => ({
	apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name: 'l', ...metadata}, spec,
});
const revision = (name: string, fields = {}) => ({
	apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: {name}, revision: 1, data: {any: ['thing', 1, null]}, ...fields,
});
const secret = (name: string, fields = {}) => ({apiVersion: 'v1', kind: 'Secret', metadata: {name}, ...fields});
const namespace = (name: string, fields = {}) => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name, ...fields}});
const review = (resource: string, group: string) => ({
	apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview',
	spec: {resourceAttributes: {namespace: '{{ns}}', verb: 'get', group, resource}},
});
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const fieldsOf = (name: string, kind: string) =>
	`involvedObject.name=${name},involvedObject.namespace={{ns}},involvedObject.kind=${kind},involvedObject.uid=u-1`;
const protobufType = {'content-type': 'application/vnd.kubernetes.protobuf', 'accept': 'application/json'};

export const builtins: Topic = {
	name: 'builtins',
	scenarios: [
		withControllers('namespaces', [
			get('its own', '/api/v1/namespaces/{{ns}}'),
			get('by label', '/api/v1/namespaces', {query: {labelSelector: 'kubernetes.io/metadata.name={{ns}}'}}),
			post('make another', '/api/v1/namespaces', namespace('{{ns}}-x')),
			post('the same again', '/api/v1/namespaces', namespace('{{ns}}-x')),
			post('a bad name', '/api/v1/namespaces', namespace('{{ns}}.x')),
			post('a generated name', '/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {generateName: '{{ns}}-g-'}}),
			post('dry', '/api/v1/namespaces', namespace('{{ns}}-y'), {query: {dryRun: 'All'}}),
			patch('label it', 'merge', '/api/v1/namespaces/{{ns}}-x', {metadata: {labels: {a: 'b'}}}),
			patch('take the label of its name', 'merge', '/api/v1/namespaces/{{ns}}-x', {metadata: {labels: {'kubernetes.io/metadata.name': null}}}),
			put('replace it without version', '/api/v1/namespaces/{{ns}}-x', namespace('{{ns}}-x')),
			post('make something in it', '/api/v1/namespaces/{{ns}}-x/configmaps', configMap('m')),
			remove('delete it', '/api/v1/namespaces/{{ns}}-x', {only: phaseOf}),
			get('it goes', '/api/v1/namespaces/{{ns}}-x', {until: 404}),
			get('what was in it has gone', '/api/v1/namespaces/{{ns}}-x/configmaps/m'),
			remove('delete default', '/api/v1/namespaces/default'),
			remove('delete one that is not there', '/api/v1/namespaces/nowhere-at-all'),
		]),
		scenario('configmaps', [
			post('make', core('configmaps'), configMap('m', {a: '1'}), {save: 'm'}),
			post('with binary data', core('configmaps'), {...configMap('bin'), binaryData: {b: 'AAECAw=='}}),
			post('with a bad key', core('configmaps'), configMap('bad', {'a b': '1'})),
			post('with a number', core('configmaps'), configMap('bad', {a: 1})),
			post('with binary data that is no base64', core('configmaps'), {...configMap('bad'), binaryData: {b: '!'}}),
			post('with one key in both', core('configmaps'), {...configMap('bad', {b: '1'}), binaryData: {b: 'AAEC'}}),
			post('with more than a megabyte', core('configmaps'), configMap('bad', {a: 'x'.repeat(1_048_577)})),
			put('replace without version', core('configmaps', 'm'), configMap('m', {a: '2'})),
			put('replace with an old version', core('configmaps', 'm'), configMap('m', {a: '3'}, {resourceVersion: '{{m.metadata.resourceVersion}}'})),
			patch('make it immutable', 'merge', core('configmaps', 'm'), {immutable: true}),
			patch('change it', 'merge', core('configmaps', 'm'), {data: {a: '4'}}),
			patch('make it mutable', 'merge', core('configmaps', 'm'), {immutable: null}),
			patch('label it', 'merge', core('configmaps', 'm'), {metadata: {labels: {a: 'b'}}}),
			post('without data', core('configmaps'), {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'empty'}}),
		]),
		scenario('secrets', [
			post('make', core('secrets'), secret('s', {data: {a: 'MQ=='}})),
			post('with stringData', core('secrets'), secret('t', {data: {a: 'MQ=='}, stringData: {a: 'two', b: 'three'}})),
			post('with a type', core('secrets'), secret('u', {type: 'example.com/key'})),
			post('with no base64', core('secrets'), secret('v', {data: {a: '!'}})),
			post('with a bad key', core('secrets'), secret('v', {data: {'a b': 'MQ=='}})),
			post('of TLS without its keys', core('secrets'), secret('v', {type: 'kubernetes.io/tls'})),
			patch('change its type', 'merge', core('secrets', 's'), {type: 'other'}),
			patch('make it immutable', 'merge', core('secrets', 's'), {immutable: true}),
			patch('change it', 'merge', core('secrets', 's'), {data: {a: 'Mg=='}}),
			get('by type', core('secrets'), {query: {fieldSelector: 'type=example.com/key'}}),
			get('as a table', core('secrets'), {headers: asTable}),
			remove('delete it', core('secrets', 's')),
		]),
		scenario('events', [
			post('make', core('events'), event('e')),
			post('of another namespace', core('events'), event('f', {involvedObject: {kind: 'FemtoContainer', namespace: 'default', name: 'a'}})),
			post('of something without namespace', core('events'), event('f', {involvedObject: {kind: 'FemtoDevice', name: 'a'}})),
			post('without an object', core('events'), event('f', {involvedObject: undefined})),
			post('by a recorder of the new way', core('events'), event('g', {
				eventTime: '2020-01-02T03:04:05.000006Z', reportingComponent: 'femtofleet.dev/test', reportingInstance: 'one', action: 'Testing',
			})),
			patch('count', 'merge', core('events', 'e'), {count: 2, lastTimestamp: '2020-01-02T03:05:05Z'}),
			patch('count, as a recorder does', 'strategic', core('events', 'e'), {count: 3}),
			get('as kubectl describe asks', core('events'), {
				query: {fieldSelector: fieldsOf('a', 'FemtoContainer'), limit: 500},
				headers: {accept: 'application/json'},
			}),
			get('of nobody', core('events'), {query: {fieldSelector: fieldsOf('b', 'FemtoContainer')}}),
			get('by reason', core('events'), {query: {fieldSelector: 'reason=Tested,type!=Warning'}}),
			get('by an unknown field', core('events'), {query: {fieldSelector: 'message=x'}}),
			get('as a table', core('events'), {headers: asTable}),
			remove('delete it', core('events', 'e')),
		]),
		scenario('leases', [
			post('make', leases(), lease({holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2020-01-02T03:04:05.000006Z'}), {save: 'l'}),
			put('renew', leases('l'), lease({holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2020-01-02T03:04:06.5Z'}, {
				resourceVersion: '{{l.metadata.resourceVersion}}',
			})),
			put('renew with an old version', leases('l'), lease({holderIdentity: 'two'}, {resourceVersion: '{{l.metadata.resourceVersion}}'})),
			put('renew without version', leases('l'), lease({holderIdentity: 'two'})),
			post('with a duration of 0', leases(), lease({leaseDurationSeconds: 0}, {name: 'm'})),
			post('with negative transitions', leases(), lease({leaseTransitions: -1}, {name: 'm'})),
			post('with a bad time', leases(), lease({renewTime: 'yesterday'}, {name: 'm'})),
			post('with a whole second', leases(), lease({renewTime: '2020-01-02T03:04:05Z'}, {name: 'm'})),
			get('as a table', leases(), {headers: asTable}),
			remove('delete it', leases('l')),
		]),
		scenario('controllerrevisions', [
			post('make', revisions(), revision('r')),
			patch('change its data', 'merge', revisions('r'), {data: {any: 'other'}}),
			patch('change its number', 'merge', revisions('r'), {revision: 2}),
			post('without number', revisions(), revision('s', {revision: undefined})),
			post('with a negative number', revisions(), revision('s', {revision: -1})),
			post('without data', revisions(), revision('s', {data: undefined})),
			get('as a table', revisions(), {headers: asTable}),
			remove('delete it', revisions('r')),
		]),
		scenario('what may I', [
			post('get containers', reviews, review('femtocontainers', 'femtofleet.dev'), {only: allowed}),
			post('who am I', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
				apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview',
			}, {only: kindOf}),
		]),
		scenario('protobuf bodies', [
			{name: 'create namespace', method: 'POST', path: '/api/v1/namespaces', headers: protobufType, query: {dryRun: 'All'}, bytes: protobuf('v1', 'Namespace', 'made-by-protobuf')},
			{name: 'create configmap', method: 'POST', path: core('configmaps'), headers: protobufType, query: {dryRun: 'All'}, bytes: protobuf('v1', 'ConfigMap', 'm')},
			{name: 'that is broken', method: 'POST', path: '/api/v1/namespaces', headers: protobufType, bytes: Uint8Array.of(0x6b, 0x38, 0x73, 0, 0xff)},
			{name: 'without its mark', method: 'POST', path: '/api/v1/namespaces', headers: protobufType, bytes: Uint8Array.of(1, 2, 3, 4, 5)},
		]),
		scenario('methods', [
			{name: 'PUT on a collection', method: 'PUT', path: core('configmaps'), json: configMap('m')},
			{name: 'POST on an object', method: 'POST', path: core('configmaps', 'm'), json: configMap('m')},
			{name: 'PATCH on a collection', method: 'PATCH', path: core('configmaps'), json: {}, headers: {'content-type': 'application/merge-patch+json'}},
			{name: 'DELETE on all namespaces', method: 'DELETE', path: '/api/v1/namespaces'},
			{name: 'DELETE on discovery', method: 'DELETE', path: '/apis'},
			{name: 'POST on discovery', method: 'POST', path: '/api/v1', json: {}},
			{name: 'HEAD of an object', method: 'HEAD', path: '/api/v1/namespaces/{{ns}}'},
			{name: 'OPTIONS of an object', method: 'OPTIONS', path: '/api/v1/namespaces/{{ns}}'},
			{name: 'a method of nobody', method: 'PURGE', path: '/api/v1/namespaces/{{ns}}'},
			{name: 'a deep path of nothing', path: '/api/v1/namespaces/{{ns}}/configmaps/m/a/b/c'},
			{name: 'a double slash', path: '/api/v1//namespaces/{{ns}}'},
			{name: 'a slash at the end', path: '/api/v1/namespaces/{{ns}}/'},
			{name: 'an escaped name', path: '/api/v1/namespaces/{{ns}}/configmaps/a%2Fb'},
		]),
	],
};

/** The controller may be done before the answer is written down; what stays is that it is going. */
function phaseOf(body: unknown): unknown {
	const {kind, status} = body as {readonly kind: string; readonly status?: {readonly phase?: string}};
	return {kind, phase: status?.phase};
}

function allowed(body: unknown): unknown {
	const {kind, status} = body as {readonly kind: string; readonly status?: {readonly allowed?: boolean}};
	return {kind, allowed: status?.allowed};
}

function kindOf(body: unknown): unknown {
	return (body as {readonly kind: unknown}).kind;
}
