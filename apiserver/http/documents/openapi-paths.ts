import type {Kind} from '../../store/kind.ts';
import {verbsOf} from './discovery.ts';
import {definitionName, isBuiltin, metaDefinition, reference, rootOf} from './names.ts';
import {groupVersionKind} from './openapi-schemas.ts';

type Type = 'string' | 'integer' | 'boolean';

const parameter = (place: 'query' | 'path', name: string, type: Type, description: string): object => ({
	...{name, in: place, description, schema: {type}},
	...(place === 'path' ? {required: true} : {}),
});
const query = (name: string, type: Type, description: string): object => parameter('query', name, type, description);
const inPath = (name: string, description: string): object => parameter('path', name, 'string', description);

const inNamespace = inPath('namespace', 'Name of the namespace.');
const dryRun = query('dryRun', 'string', 'All: the request is checked and answered, and nothing is kept.');
const fieldManager = query('fieldManager', 'string', 'Name of the program that writes, at most 128 characters.');
const fieldValidation = query(
	'fieldValidation',
	'string',
	'Fields that are unknown or told twice: Strict refuses them, Warn (default) drops them with a warning, Ignore drops them.',
);
const writing = [dryRun, fieldManager, fieldValidation] as const;
const selecting = [
	query('labelSelector', 'string', 'Only objects with these labels.'),
	query('fieldSelector', 'string', 'Only objects with these values in fields that can be selected by.'),
	query('limit', 'integer', 'At most that many; the rest by continue.'),
	query('continue', 'string', 'metadata.continue of the list before.'),
	query('resourceVersion', 'string', 'Version that the answer is at or after; a watch goes on from it.'),
	query('resourceVersionMatch', 'string', 'Exact or NotOlderThan: how resourceVersion is meant.'),
	query('timeoutSeconds', 'integer', 'Seconds after which a watch ends.'),
] as const;
const watching = [
	query('watch', 'boolean', 'True: changes as they happen, in place of a list.'),
	query('allowWatchBookmarks', 'boolean', 'True: the watch may tell its version now and then.'),
	query('sendInitialEvents', 'boolean', 'True: the watch first tells all objects there are.'),
] as const;
const deleting = [
	dryRun,
	query('propagationPolicy', 'string', 'What becomes of objects that this one owns: Background (default), Foreground or Orphan.'),
	query('gracePeriodSeconds', 'integer', 'Seconds that the object has to end; without meaning for the kinds served here.'),
] as const;
const deleteBody = {'*/*': reference(metaDefinition('DeleteOptions'))} as const;
const status = metaDefinition('Status');

interface Operation {
	/** Verb of the API: `x-kubernetes-action`. */
	readonly action: 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';
	/** `operationId`. */
	readonly id: string;
	readonly description: string;
	readonly parameters: readonly object[];
	/** Schema by content type. */
	readonly body?: Readonly<Record<string, object>>;
	/** Definition by status code. */
	readonly answers: Readonly<Record<string, string>>;
}

/** Everything that can be asked of a kind, as OpenAPI paths. */
export function pathsOf(kind: Kind): Readonly<Record<string, object>> {
	const root = rootOf(kind);
	const collection = `${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`;
	const everywhere = `list${groupName(kind)}${kind.kind}ForAllNamespaces`;
	return {
		...(kind.namespaced ? {[`${root}/${kind.plural}`]: {get: listing(kind, everywhere)}} : {}),
		[collection]: collectionItem(kind),
		[`${collection}/{name}`]: objectItem(kind, ''),
		...(kind.hasStatus ? {[`${collection}/{name}/status`]: objectItem(kind, 'Status')} : {}),
	};
}

function collectionItem(kind: Kind): object {
	const schema = definitionName(kind, kind.kind);
	const create: Operation = {
		...{action: 'post', id: `create${scopedName(kind)}`, description: `Creates one ${kind.kind}.`, parameters: writing},
		...{body: {'*/*': reference(schema)}, answers: {200: schema, 201: schema, 202: schema}},
	};
	const removeAll: Operation = {
		...{action: 'deletecollection', id: `delete${groupName(kind)}Collection${scope(kind)}${kind.kind}`},
		...{description: 'Deletes all that a list with these parameters has.', parameters: [...selecting, ...deleting]},
		...{body: deleteBody, answers: {200: status}},
	};
	return {
		...(kind.namespaced ? {parameters: [inNamespace]} : {}),
		get: listing(kind, `list${scopedName(kind)}`),
		post: operation(kind, create),
		...(verbsOf(kind).includes('deletecollection') ? {delete: operation(kind, removeAll)} : {}),
	};
}

function objectItem(kind: Kind, part: '' | 'Status'): object {
	const target = `${part === '' ? '' : 'status of '}one ${kind.kind}.`;
	const schema = definitionName(kind, kind.kind);
	const id = (verb: string): string => `${verb}${scopedName(kind)}${part}`;
	const answers = {200: schema, 201: schema};
	const remove: Operation = {
		...{action: 'delete', id: id('delete'), description: `Deletes ${target}`, parameters: deleting},
		...{body: deleteBody, answers: {200: status, 202: status}},
	};
	return {
		parameters: [...(kind.namespaced ? [inNamespace] : []), inPath('name', `Name of the ${kind.kind}.`)],
		get: operation(kind, {
			...{action: 'get', id: id('read'), description: `Reads ${target}`, parameters: [], answers: {200: schema}},
		}),
		put: operation(kind, {
			...{action: 'put', id: id('replace'), description: `Replaces ${target}`, parameters: writing},
			...{body: {'*/*': reference(schema)}, answers},
		}),
		patch: operation(kind, {
			...{action: 'patch', id: id('patch'), description: `Changes ${target}`, parameters: writing},
			...{body: patchTypes(kind), answers},
		}),
		...(part === '' ? {delete: operation(kind, remove)} : {}),
	};
}

function listing(kind: Kind, id: string): object {
	return operation(kind, {
		...{action: 'list', id, description: `Lists or watches objects of kind ${kind.kind}.`},
		...{parameters: [...selecting, ...watching], answers: {200: definitionName(kind, kind.listKind)}},
	});
}

const codes: Readonly<Record<string, string>> = {200: 'OK', 201: 'Created', 202: 'Accepted'};

function operation(kind: Kind, {action, id, description, parameters, body, answers}: Operation): object {
	const content = Object.entries(body ?? {}).map(([type, schema]) => [type, {schema}] as const);
	const required = action !== 'delete' && action !== 'deletecollection';
	const responses = Object.entries(answers).map(([code, definition]) => {
		return [code, {description: codes[code], content: {'application/json': {schema: reference(definition)}}}] as const;
	});
	return {
		description,
		'operationId': id,
		parameters,
		...(body === undefined ? {} : {requestBody: {required, content: Object.fromEntries(content)}}),
		'responses': Object.fromEntries(responses),
		'x-kubernetes-action': action,
		'x-kubernetes-group-version-kind': groupVersionKind(kind, kind.kind),
	};
}

/** A strategic merge patch needs to know the lists of a kind: the official server takes it for its own kinds only. */
function patchTypes(kind: Kind): Readonly<Record<string, object>> {
	const types = ['json-patch', 'merge-patch', ...(isBuiltin(kind) ? ['strategic-merge-patch'] : [])];
	return Object.fromEntries(types.map((type) => [`application/${type}+json`, reference(metaDefinition('Patch'))]));
}

/** `CoreV1NamespacedConfigMap`. */
function scopedName(kind: Kind): string {
	return `${groupName(kind)}${scope(kind)}${kind.kind}`;
}

function scope({namespaced}: Kind): string {
	return namespaced ? 'Namespaced' : '';
}

/** `CoreV1`, `FemtofleetDevV1alpha1`. */
function groupName({group, version}: Kind): string {
	const words = group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split('.');
	return [...words, version].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
