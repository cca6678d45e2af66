import type {Kind} from '../../store/kind.ts';
import {verbsOf} from './discovery.ts';
import {definitionName, isBuiltin, metaDefinition, reference, rootOf} from './names.ts';
import {groupVersionKind} from './openapi-schemas.ts';

type Type = 'string' | 'integer' | 'boolean';

const query = (name: string, type: Type, description: string): object => ({name, in: 'query', description, schema: {type}});
const inPath = (name: string, description: string): object => ({
	...{name, in: 'path', required: true},
	...{description, schema: {type: 'string'}},
});

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

interface Operation {
	/** Verb of the API: `x-kubernetes-action`. */
	readonly action: 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';
	readonly name: string;
	readonly description: string;
	readonly parameters: readonly object[];
	readonly body?: Readonly<Record<string, object>>;
	readonly answers: Readonly<Record<string, string>>;
}

/** Everything that can be asked of a kind, as OpenAPI paths. */
export function pathsOf(kind: Kind): Readonly<Record<string, object>> {
	const root = rootOf(kind);
	const collection = `${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`;
	const scope = kind.namespaced ? [inPath('namespace', 'Name of the namespace.')] : [];
	const scopeAndName = [...scope, inPath('name', `Name of the ${kind.kind}.`)];
	const status = kind.hasStatus ? {[`${collection}/{name}/status`]: item(kind, scopeAndName, 'Status')} : {};
	const everywhere = kind.namespaced ? {[`${root}/${kind.plural}`]: {get: operation(kind, listing(kind, true))}} : {};
	return {
		...everywhere,
		[collection]: {
			...(scope.length === 0 ? {} : {parameters: scope}),
			get: operation(kind, listing(kind)),
			post: operation(kind, creating(kind)),
			...(verbsOf(kind).includes('deletecollection') ? {delete: operation(kind, deletingAll(kind))} : {}),
		},
		[`${collection}/{name}`]: item(kind, scopeAndName, ''),
		...status,
	};
}

function item(kind: Kind, parameters: readonly object[], part: '' | 'Status'): object {
	const of = part === '' ? '' : 'status of ';
	const schema = definitionName(kind, kind.kind);
	const name = (verb: string): string => `${verb}${scopedName(kind)}${part}`;
	const read: Operation = {
		...{action: 'get', name: name('read'), description: `Reads ${of}one ${kind.kind}.`},
		...{parameters: [], answers: {200: schema}},
	};
	const answers = {200: schema, 201: schema};
	const put: Operation = {
		...{action: 'put', name: name('replace'), description: `Replaces ${of}one ${kind.kind}.`},
		...{parameters: writing, body: {'*/*': reference(schema)}, answers},
	};
	const patch: Operation = {
		...{action: 'patch', name: name('patch'), description: `Changes ${of}one ${kind.kind} in part.`},
		...{parameters: writing, body: patchTypes(kind), answers},
	};
	const remove: Operation = {
		...{action: 'delete', name: name('delete'), description: `Deletes one ${kind.kind}.`, parameters: deleting},
		...{body: deleteBody, answers: {200: metaDefinition('Status'), 202: metaDefinition('Status')}},
	};
	return {
		parameters,
		get: operation(kind, read),
		put: operation(kind, put),
		patch: operation(kind, patch),
		...(part === '' ? {delete: operation(kind, remove)} : {}),
	};
}

function listing(kind: Kind, everywhere = false): Operation {
	return {
		action: 'list',
		name: everywhere ? `list${groupName(kind)}${kind.kind}ForAllNamespaces` : `list${scopedName(kind)}`,
		description: `Lists or watches objects of kind ${kind.kind}.`,
		parameters: [...selecting, ...watching],
		answers: {200: definitionName(kind, kind.listKind)},
	};
}

function creating(kind: Kind): Operation {
	const schema = definitionName(kind, kind.kind);
	return {
		action: 'post',
		name: `create${scopedName(kind)}`,
		description: `Creates one ${kind.kind}.`,
		parameters: writing,
		body: {'*/*': reference(schema)},
		answers: {200: schema, 201: schema, 202: schema},
	};
}

function deletingAll(kind: Kind): Operation {
	return {
		action: 'deletecollection',
		name: `delete${groupName(kind)}Collection${scope(kind)}${kind.kind}`,
		description: 'Deletes all that a list with these parameters has.',
		parameters: [...selecting, ...deleting],
		body: deleteBody,
		answers: {200: metaDefinition('Status')},
	};
}

function operation(kind: Kind, {action, name, description, parameters, body, answers}: Operation): object {
	const responses = Object.entries(answers).map(([code, definition]) => {
		return [code, {description: codes[code], content: {'application/json': {schema: reference(definition)}}}] as const;
	});
	const required = action !== 'delete' && action !== 'deletecollection';
	return {
		description,
		'operationId': name,
		parameters,
		...(body === undefined ? {} : {requestBody: {required, content: contentOf(body)}}),
		'responses': Object.fromEntries(responses),
		'x-kubernetes-action': action,
		'x-kubernetes-group-version-kind': groupVersionKind(kind, kind.kind),
	};
}

const codes: Readonly<Record<string, string>> = {200: 'OK', 201: 'Created', 202: 'Accepted'};

function contentOf(body: Readonly<Record<string, object>>): object {
	return Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, {schema}]));
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
