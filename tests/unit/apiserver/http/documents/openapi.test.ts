import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openApiDocument, openApiIndex} from '../../../../../apiserver/http/documents/openapi.ts';
import {at, kinds} from './support.ts';

const groupVersions = ['v1', 'apps/v1', 'coordination.k8s.io/v1', 'femtofleet.dev/v1alpha1'];
const femto = openApiDocument(kinds, 'femtofleet.dev/v1alpha1');
const core = openApiDocument(kinds, 'v1');
const containers = '/apis/femtofleet.dev/v1alpha1/namespaces/{namespace}/femtocontainers';
const schemas = ['components', 'schemas'] as const;

interface Found {
	readonly path: readonly string[];
	readonly node: object;
}

/** Every object in a document, with the keys that lead to it. */
function* walk(value: unknown, path: readonly string[] = []): Generator<Found> {
	if (typeof value !== 'object' || value === null) return;
	yield {path, node: value};
	for (const [key, child] of Object.entries(value)) yield* walk(child, [...path, key]);
}

test('The index leads to one document for each group and version, and its hash follows the document', () => {
	const paths = at(openApiIndex(kinds), 'paths') as Readonly<Record<string, {readonly serverRelativeURL: string}>>;
	assert.deepEqual(
		Object.keys(paths).toSorted(),
		groupVersions.map((name) => (name.includes('/') ? `apis/${name}` : `api/${name}`)).toSorted(),
	);
	for (const [path, {serverRelativeURL}] of Object.entries(paths)) {
		assert.match(serverRelativeURL, new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{64}$`));
	}
	const fewer = kinds.filter(({plural}) => plural !== 'femtotenants');
	const changed = (path: string): boolean =>
		at(openApiIndex(fewer), 'paths', path, 'serverRelativeURL') !== paths[path]?.serverRelativeURL;
	assert.deepEqual([changed('api/v1'), changed('apis/femtofleet.dev/v1alpha1')], [false, true]);
	assert.equal(openApiDocument(kinds, 'batch/v1'), undefined);
});

test('Every reference leads to a schema of the same document', () => {
	for (const groupVersion of groupVersions) {
		const document = openApiDocument(kinds, groupVersion);
		const references = [...walk(document)].flatMap(({node}) => ('$ref' in node ? [String(node.$ref)] : []));
		assert(references.length > 20);
		const missing = references.filter((found) => at(document, ...found.split('/').slice(1)) === undefined);
		assert.deepEqual(missing, []);
	}
});

test('Every operation has an id of its own and names every parameter of its path', () => {
	const operations = groupVersions.flatMap((groupVersion) =>
		[...walk(at(openApiDocument(kinds, groupVersion), 'paths'))].filter(({path}) => path.length === 2 && path[1] !== 'parameters'),
	);
	const ids = operations.map(({node}) => at(node, 'operationId'));
	assert(ids.length > 60 && ids.includes('patchFemtofleetDevV1alpha1NamespacedFemtoContainerStatus'));
	assert.equal(new Set(ids).size, ids.length);
	for (const {path} of operations) {
		const [template = ''] = path;
		const document = groupVersions.map((name) => openApiDocument(kinds, name)).find((found) => at(found, 'paths', template));
		const declared = (at(document, 'paths', template, 'parameters') ?? []) as readonly {readonly name: string}[];
		const used = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		assert.deepEqual(declared.map(({name}) => name), used, template);
	}
});

const container = `${containers}/{name}`;
for (const [method, path] of [['post', containers], ['put', container], ['patch', `${container}/status`]] as const) {
	test(`A ${method} says that it takes dryRun and fieldValidation, and for which kind`, () => {
		const operation = at(femto, 'paths', path, method);
		const names = (at(operation, 'parameters') as readonly {readonly name: string}[]).map(({name}) => name);
		assert.deepEqual(names, ['dryRun', 'fieldManager', 'fieldValidation']);
		const expected = {group: 'femtofleet.dev', version: 'v1alpha1', kind: 'FemtoContainer'};
		assert.deepEqual(at(operation, 'x-kubernetes-group-version-kind'), expected);
	});
}

test('Only built-in kinds take a strategic merge patch', () => {
	const types = (document: unknown, path: string): string[] =>
		Object.keys(at(document, 'paths', `${path}/{name}`, 'patch', 'requestBody', 'content') as object);
	assert.deepEqual(types(femto, containers), ['application/json-patch+json', 'application/merge-patch+json']);
	assert(types(core, '/api/v1/namespaces/{namespace}/configmaps').includes('application/strategic-merge-patch+json'));
});

test('The schema of a definition is published as it is declared', () => {
	const schema = at(femto, ...schemas, 'dev.femtofleet.v1alpha1.FemtoContainer');
	const kind = {group: 'femtofleet.dev', version: 'v1alpha1', kind: 'FemtoContainer'};
	assert.deepEqual(at(schema, 'x-kubernetes-group-version-kind'), [kind]);
	const spec = at(schema, 'properties', 'spec');
	assert.match(String(at(spec, 'x-kubernetes-validations', 0, 'rule')), /progressDeadlineSeconds/);
	const declared = kinds.find(({plural}) => plural === 'femtocontainers')?.openApi;
	const seconds = ['properties', 'minReadySeconds'] as const;
	assert.deepEqual(at(spec, ...seconds), at(declared, 'properties', 'spec', ...seconds));
	const unavailable = at(spec, 'properties', 'rollout', 'properties', 'maxUnavailable');
	assert.deepEqual(at(unavailable, 'anyOf'), [{type: 'integer'}, {type: 'string'}]);
	const metadata = at(schema, 'properties', 'metadata', 'allOf');
	assert.deepEqual(metadata, [{$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}]);
	assert.equal(at(femto, ...schemas, 'dev.femtofleet.v1alpha1.FemtoDeviceList', 'required', 0), 'items');
});

test('Every field of every kind is described, and rules kept in code are not published for built-in kinds', () => {
	for (const groupVersion of groupVersions) {
		for (const {path, node} of walk(at(openApiDocument(kinds, groupVersion), ...schemas))) {
			const isField = path.at(-2) === 'properties';
			if (isField || path.length === 1) assert(String(at(node, 'description')).endsWith('.'), path.join(' '));
			if (path[0]?.startsWith('io.k8s.')) assert(!('maximum' in node || 'nullable' in node), path.join(' '));
		}
	}
	assert.equal(at(core, ...schemas, 'io.k8s.api.core.v1.Event', 'properties', 'count', 'format'), 'int32');
});
