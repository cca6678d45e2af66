import type {Topic} from '../scenario.ts';
import {asPartial, asTable, configMap, container, containers, core, get, patch, post, remove, scenario, watch} from './objects.ts';

const start = get('where the list stands', containers(), {save: 'list'});
const from = '{{list.metadata.resourceVersion}}';
const gold = {labels: {tier: 'gold'}};
const make = post('make a', containers(), container('a', {}, gold), {save: 'a'});
const pause = patch('pause a', 'merge', containers('a'), {spec: {paused: true}}, {save: 'paused'});
const noop = patch('change nothing', 'merge', containers('a'), {spec: {paused: true}});
const gone = remove('delete a', containers('a'));
const future = '{{a.metadata.resourceVersion+1000000}}';
const past = {rv: '{{a.metadata.resourceVersion}}', now: '{{paused.metadata.resourceVersion}}'};
const list = (name: string, query: Readonly<Record<string, string | number | boolean>>) => get(name, containers(), {query});

export const watching: Topic = {
	name: 'watching',
	scenarios: [
		scenario('what happened since', [
			start, make, pause, noop, gone,
			watch('everything, and nothing for a change of nothing', containers(), from, 4),
			watch('after the first', containers(), past.rv, 3),
			watch('by name', containers(), from, 4, {query: {fieldSelector: 'metadata.name=a'}}),
			watch('by another name', containers(), from, 1, {query: {fieldSelector: 'metadata.name=b'}}),
			watch('in another namespace', containers().replace('{{ns}}', 'default'), from, 1),
			watch('of every namespace', '/apis/femtofleet.dev/v1alpha1/femtocontainers', from, 3, {query: {fieldSelector: 'metadata.namespace={{ns}}'}}),
			watch('as a table', containers(), from, 3, {headers: asTable}),
			watch('metadata only', containers(), from, 3, {headers: asPartial}),
			watch('with an object in the path', containers('a'), from, 1),
			watch('by the old path', `/apis/femtofleet.dev/v1alpha1/watch/namespaces/{{ns}}/femtocontainers`, from, 3),
		]),
		scenario('in and out of a selector', [
			start, make,
			patch('a becomes silver', 'merge', containers('a'), {metadata: {labels: {tier: 'silver'}}}),
			patch('and is paused', 'merge', containers('a'), {spec: {paused: true}}),
			patch('and becomes gold again', 'merge', containers('a'), {metadata: {labels: {tier: 'gold'}}}),
			gone,
			watch('gold', containers(), from, 5, {query: {labelSelector: 'tier=gold'}}),
			watch('silver', containers(), from, 5, {query: {labelSelector: 'tier=silver'}}),
		]),
		scenario('while it is open', [
			start,
			{...watch('a life', containers(), from, 3, {query: {timeoutSeconds: 5}}), watch: {events: 3, meanwhile: [make, pause, gone]}},
		]),
		scenario('where it begins', [
			make, pause,
			watch('without a version', containers(), '', 1),
			watch('version 0', containers(), '0', 1),
			watch('version 0 as a table', containers(), '0', 1, {headers: asTable}),
			watch('a version of before the history', containers(), '1', 1),
			watch('a version of the future', containers(), future, 1),
			watch('a version that is no number', containers(), 'x', 1),
			watch('a negative version', containers(), '-5', 1),
			watch('with a limit', containers(), '0', 1, {query: {limit: 1}}),
			watch('with continue', containers(), past.rv, 1, {query: {continue: 'x'}}),
			watch('with resourceVersionMatch', containers(), past.rv, 1, {query: {resourceVersionMatch: 'NotOlderThan'}}),
			watch('with a bad selector', containers(), '0', 1, {query: {labelSelector: 'a=b=c'}}),
			watch('with a bad time limit', containers(), '0', 1, {query: {timeoutSeconds: 'x'}}),
		]),
		scenario('a list in the stream', [
			make, pause,
			watch('initial events and their end', containers(), '', 2, {
				query: {sendInitialEvents: true, allowWatchBookmarks: true, resourceVersionMatch: 'NotOlderThan'},
			}),
			watch('as a table, as kubectl 1.36 waits', containers(), '', 2, {
				headers: asTable, query: {sendInitialEvents: true, allowWatchBookmarks: true, resourceVersionMatch: 'NotOlderThan'},
			}),
			watch('without bookmarks', containers(), '', 2, {query: {sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan'}}),
			watch('without resourceVersionMatch', containers(), '', 2, {query: {sendInitialEvents: true, allowWatchBookmarks: true}}),
			watch('Exact', containers(), past.rv, 2, {
				query: {sendInitialEvents: true, allowWatchBookmarks: true, resourceVersionMatch: 'Exact'},
			}),
			list('without watch', {sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan'}),
		]),
		scenario('versions of lists', [
			make, pause,
			list('0', {resourceVersion: '0'}),
			list('at least', {resourceVersion: past.rv}),
			list('at least, said', {resourceVersion: past.rv, resourceVersionMatch: 'NotOlderThan'}),
			list('exactly', {resourceVersion: past.rv, resourceVersionMatch: 'Exact'}),
			list('exactly the newest', {resourceVersion: past.now, resourceVersionMatch: 'Exact'}),
			list('exactly 0', {resourceVersion: '0', resourceVersionMatch: 'Exact'}),
			list('a match without version', {resourceVersionMatch: 'Exact'}),
			list('an unknown match', {resourceVersion: past.rv, resourceVersionMatch: 'Perhaps'}),
			list('no number', {resourceVersion: 'x'}),
			list('the future', {resourceVersion: future}),
			list('a limit and a version', {resourceVersion: past.rv, limit: 1}),
			list('as kubectl wait asks', {fieldSelector: 'metadata.name=a', limit: 500, resourceVersion: '0'}),
			get('get at least', containers('a'), {query: {resourceVersion: past.rv}}),
			get('get 0', containers('a'), {query: {resourceVersion: '0'}}),
			get('get of the future', containers('a'), {query: {resourceVersion: future}}),
			get('get with no number', containers('a'), {query: {resourceVersion: 'x'}}),
		]),
		scenario('a built-in', [
			get('where the list stands', core('configmaps'), {save: 'list'}),
			post('make a configmap', core('configmaps'), configMap('m', {a: '1'}), {save: 'm'}),
			patch('change it', 'merge', core('configmaps', 'm'), {data: {b: '2'}}),
			remove('delete it', core('configmaps', 'm')),
			watch('its life', core('configmaps'), from, 3),
		]),
	],
};
