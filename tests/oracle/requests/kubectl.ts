import type {OracleRequest, Topic} from '../scenario.ts';
import {asTable, condition, container, containers, core, get, patch, post, put, remove, scenario, watch} from './objects.ts';
import {protobuf, protobufReview} from './protobuf.ts';

/** The requests that each command of kubectl makes after discovery, as 1.32 and 1.36 make them. */

const protobufFirst = {accept: 'application/vnd.kubernetes.protobuf,application/json'};
const strict = {fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict'};
const background = {kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background'};
const applied = {annotations: {'kubectl.kubernetes.io/last-applied-configuration': '{}\n'}};
const typeOnly = (body: unknown): unknown => typeof body;
const nothing = (): string => '';
const one = {fieldSelector: 'metadata.name=a', limit: 500, resourceVersion: '0'};
const fromList = '{{list.metadata.resourceVersion}}';
const clusterServices = '/api/v1/namespaces/kube-system/services';

function protobufPost(name: string, path: string, bytes: Uint8Array): OracleRequest {
	const headers = {...protobufFirst, 'content-type': 'application/vnd.kubernetes.protobuf'};
	return {name, method: 'POST', path, headers, bytes, query: {dryRun: 'All'}, only: nothing};
}

export const kubectl: Topic = {
	name: 'kubectl',
	scenarios: [
		scenario('reading', [
			post('apply, new', containers(), container('a', {}, applied), {query: strict}),
			get('get', containers(), {query: {limit: 500}, headers: asTable}),
			get('get NAME', containers('a'), {headers: asTable}),
			get('get in pieces', containers(), {query: {limit: 1}, headers: asTable}),
			get('get -A', '/apis/femtofleet.dev/v1alpha1/femtocontainers', {
				query: {limit: 500, fieldSelector: 'metadata.namespace={{ns}}'}, headers: asTable,
			}),
			get('get -o yaml', containers('a'), {headers: {accept: 'application/json'}}),
			get('get -l', containers(), {query: {limit: 500, labelSelector: 'tier=gold'}, headers: asTable}),
			get('get --sort-by', containers(), {query: {limit: 500, includeObject: 'Object'}, headers: asTable}),
			get('get --subresource=status', containers('a/status'), {headers: asTable}),
			get('get --subresource=scale', containers('a/scale'), {headers: asTable}),
			get('describe, its events', core('events'), {
				query: {fieldSelector: 'involvedObject.name=a,involvedObject.namespace={{ns}},involvedObject.kind=FemtoContainer', limit: 500},
				headers: protobufFirst,
				only: typeOnly,
			}),
			get('events --for', core('events'), {
				query: {fieldSelector: 'involvedObject.kind=FemtoContainer,involvedObject.apiVersion=femtofleet.dev/v1alpha1,involvedObject.name=a', limit: 500},
				headers: {accept: 'application/json'},
			}),
			get('cluster-info', clusterServices, {query: {labelSelector: 'kubernetes.io/cluster-service=true'}, only: nothing}),
			get('top', '/apis/metrics.k8s.io/v1beta1/nodes'),
		]),
		scenario('get -w and wait', [
			post('make a', containers(), container('a')),
			get('get -w, its list', containers(), {query: {limit: 500}, headers: asTable, save: 'list'}),
			patch('tell that it is ready', 'merge', containers('a/status'), {status: {conditions: [condition('True', 'Fine')]}}),
			watch('get -w, its watch', containers(), fromList, 1, {headers: asTable}),
			get('wait, its list', containers(), {query: one}),
			watch('wait, its watch', containers(), fromList, 1, {query: {allowWatchBookmarks: true, fieldSelector: 'metadata.name=a'}}),
			watch('wait, with the list in the stream', containers(), '', 2, {
				query: {
					fieldSelector: 'metadata.name=a', allowWatchBookmarks: true, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan',
				},
			}),
			get('wait --for=create', containers('missing')),
			remove('delete', containers('a'), {json: background}),
			get('delete, waiting', containers('a')),
			watch('wait --for=delete', containers(), fromList, 2, {query: {allowWatchBookmarks: true, fieldSelector: 'metadata.name=a'}}),
		]),
		scenario('writing', [
			get('apply, whether it is there', containers('a')),
			post('create', containers(), container('a'), {query: {fieldManager: 'kubectl-create', fieldValidation: 'Strict'}, save: 'a'}),
			patch('apply, existing', 'merge', containers('a'), {metadata: applied, spec: {paused: true}}, {query: strict}),
			patch('apply --dry-run=server', 'merge', containers('a'), {spec: {paused: false}}, {query: {...strict, dryRun: 'All'}}),
			patch('apply --server-side, applied by the server', 'apply', containers('b'), container('b'), {
				query: {fieldManager: 'kubectl', fieldValidation: 'Strict', force: false},
			}),
			patch('diff', 'merge', containers('a'), {spec: {minReadySeconds: 3}}, {query: {dryRun: 'All', fieldManager: 'kubectl-client-side-apply'}}),
			patch('edit', 'merge', containers('a'), {spec: {minReadySeconds: 4}}, {query: {fieldManager: 'kubectl-edit', fieldValidation: 'Strict'}}),
			put('replace', containers('a'), container('a', {}, {resourceVersion: '{{a.metadata.resourceVersion}}'}), {
				query: {fieldManager: 'kubectl-replace', fieldValidation: 'Strict'},
			}),
			patch('patch, strategic by default', 'strategic', containers('a'), {spec: {paused: true}}, {query: {fieldManager: 'kubectl-patch'}}),
			patch('patch --type=json', 'json', containers('a'), [{op: 'replace', path: '/spec/paused', value: false}], {query: {fieldManager: 'kubectl-patch'}}),
			patch('label', 'merge', containers('a'), {metadata: {labels: {tier: 'gold'}}}, {query: {fieldManager: 'kubectl-label'}}),
			patch('annotate', 'merge', containers('a'), {metadata: {annotations: {note: 'x'}}}, {query: {fieldManager: 'kubectl-annotate'}}),
			patch('scale', 'merge', containers('a/scale'), {spec: {replicas: 2}}),
			protobufPost('create namespace', '/api/v1/namespaces', protobuf('v1', 'Namespace', 'made-by-kubectl')),
			protobufPost('create configmap', core('configmaps'), protobuf('v1', 'ConfigMap', 'm')),
			protobufPost('auth can-i', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', protobufReview('get', 'femtofleet.dev', 'femtocontainers')),
			remove('delete --all', containers(), {json: background, query: {labelSelector: 'tier=gold'}}),
			remove('delete --cascade=foreground', containers('a'), {json: {...background, propagationPolicy: 'Foreground'}}),
		]),
	],
};
