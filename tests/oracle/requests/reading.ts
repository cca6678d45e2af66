import type {Topic} from '../scenario.ts';
import {
	asPartial, asPartialList, asTable, condition, configMap, container, containers, core, device, devices, get, group, patch, post,
	remove, scenario,
} from './objects.ts';

const labelled = (name: string, labels: Readonly<Record<string, string>>) => container(name, {}, {labels});
const three = [
	post('make a', containers(), labelled('a', {tier: 'gold', site: 'north'}), {save: 'a'}),
	post('make b', containers(), labelled('b', {tier: 'silver'}), {save: 'b'}),
	post('make c', containers(), labelled('c', {tier: 'gold', site: 'south'}), {save: 'c'}),
];
const select = (labelSelector: string) =>
	get(`label selector ${labelSelector}`, containers(), {query: {labelSelector}, headers: asPartialList});
const field = (fieldSelector: string) =>
	get(`field selector ${fieldSelector}`, containers(), {query: {fieldSelector}, headers: asPartialList});
const ready = {status: {conditions: [condition('True', 'Running')], counts: {
	matched: 3, updated: 2, ready: 1, failed: 0, asleep: 0, late: 0, lost: 0, notFit: 0, unavailable: 1,
}}};

export const reading: Topic = {
	name: 'reading',
	scenarios: [
		scenario('get', [
			post('make a', containers(), container('a')),
			get('an object', containers('a')),
			get('its status', containers('a/status')),
			get('its scale, which it has not', containers('a/scale')),
			get('one that is not there', containers('missing')),
			get('a plural that is not there', `${group}/namespaces/{{ns}}/nothings`),
			get('an object of a namespace that is not there', `${group}/namespaces/nowhere-at-all/femtocontainers/a`),
			get('a configmap that is not there', core('configmaps', 'missing')),
			get('with YAML asked for', containers('a'), {headers: {accept: 'application/yaml'}, only: (body) => typeof body}),
			get('with pretty asked for', containers('a'), {query: {pretty: true}}),
			get('its metadata', containers('a'), {headers: asPartial}),
			get('as a table', containers('a'), {headers: asTable}),
			get('a subresource that nobody serves', containers('a/nothing')),
		]),
		scenario('list and pages', [
			get('an empty list', containers()),
			...three,
			get('all', containers()),
			get('all of every namespace by a selector', `${group}/femtocontainers`, {
				query: {fieldSelector: 'metadata.namespace={{ns}}'},
			}),
			get('an empty list of a namespace that is not there', `${group}/namespaces/nowhere-at-all/femtocontainers`),
			get('the first page', containers(), {query: {limit: 2}, save: 'page'}),
			post('make d between the pages', containers(), container('d')),
			get('the second page does not see it', containers(), {query: {limit: 2, continue: '{{page.metadata.continue}}'}}),
			get('limit of the whole', containers(), {query: {limit: 500}, headers: asPartialList}),
			get('limit 0', containers(), {query: {limit: 0}, headers: asPartialList}),
			get('limit -1', containers(), {query: {limit: -1}}),
			get('limit that is no number', containers(), {query: {limit: 'many'}}),
			get('continue that is garbage', containers(), {query: {limit: 2, continue: 'garbage'}}),
			get('continue with a version', containers(), {
				query: {limit: 2, continue: '{{page.metadata.continue}}', resourceVersion: '5'},
			}),
			get('a page with a selector', containers(), {query: {limit: 1, labelSelector: 'tier=gold'}, save: 'gold'}),
			get('its next page', containers(), {query: {limit: 1, labelSelector: 'tier=gold', continue: '{{gold.metadata.continue}}'}}),
		]),
		scenario('selectors', [
			...three,
			...['tier=gold', 'tier==gold', 'tier!=gold', 'tier in (gold,bronze)', 'tier notin (gold)', 'site', '!site',
				'tier=gold,site=south', 'tier=platinum', ''].map(select),
			...['tier in gold', 'tier=gold,,', '=gold', 'tier=a b', 'tier>gold', 'a/b/c=d', 'tier=-x'].map(select),
			...['metadata.name=a', 'metadata.name!=a', 'metadata.namespace={{ns}}', 'metadata.name=a,metadata.namespace=other',
				'spec.paused=true', 'metadata.labels.tier=gold', 'metadata.name', 'metadata.name=a,'].map(field),
			get('field selector of a configmap', core('configmaps'), {query: {fieldSelector: 'data.a=b'}}),
		]),
		scenario('tables', [
			post('make a container', containers(), container('a')),
			get('a list as kubectl get asks', containers(), {query: {limit: 500}, headers: asTable}),
			patch('tell its status', 'merge', containers('a/status'), ready),
			get('with values', containers(), {headers: asTable}),
			get('with the whole object', containers(), {headers: asTable, query: {includeObject: 'Object'}}),
			get('without object', containers(), {headers: asTable, query: {includeObject: 'None'}}),
			get('with an unknown includeObject', containers(), {headers: asTable, query: {includeObject: 'Some'}}),
			post('make a device', devices(), device('d')),
			get('devices', devices(), {headers: asTable, query: {labelSelector: 'run={{ns}}'}}),
			post('make a configmap', core('configmaps'), configMap('m', {a: '1', b: '2'})),
			get('configmaps', core('configmaps'), {headers: asTable}),
			get('a namespace', '/api/v1/namespaces/{{ns}}', {headers: asTable}),
			get('an empty table', core('secrets'), {headers: asTable}),
			get('no table of something missing', containers('missing'), {headers: asTable}),
			get('only a table', containers('a'), {headers: {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io'}}),
			get('a table of an unknown version', containers('a'), {
				headers: {accept: 'application/json;as=Table;v=v9;g=meta.k8s.io'},
			}),
		]),
		scenario('metadata only', [
			...three,
			get('a list', containers(), {headers: asPartialList}),
			get('a list of a configmap', core('configmaps'), {headers: asPartialList}),
			remove('a deletion asked with it', containers('a'), {headers: asPartial}),
		]),
		scenario('what an answer may be', [
			post('make a configmap', core('configmaps'), configMap('m')),
			get('nothing said', core('configmaps', 'm'), {headers: {}}),
			get('anything', core('configmaps', 'm'), {headers: {accept: '*/*'}}),
			get('JSON of any kind', core('configmaps', 'm'), {headers: {accept: 'application/*'}}),
			get('a picture', core('configmaps', 'm'), {headers: {accept: 'image/png'}}),
			get('protobuf or JSON of our kind', containers(), {
				headers: {accept: 'application/vnd.kubernetes.protobuf,application/json'},
			}),
			get('protobuf only of our kind', containers(), {headers: {accept: 'application/vnd.kubernetes.protobuf'}}),
			get('text of an unknown path', '/apis/femtofleet.dev/v1alpha1/nowhere', {headers: {accept: 'text/html'}}),
		]),
	],
};
