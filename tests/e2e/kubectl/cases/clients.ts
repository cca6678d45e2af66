import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import type {Kubectl} from '../kubectl.ts';
import {container} from '../manifests.ts';

async function ask(k: Kubectl, path: string, accept: string): Promise<Readonly<Record<string, unknown>>> {
	const answer = await k.client.ask({method: 'GET', path, headers: {accept}});
	assert.equal(answer.status, 200, answer.body);
	return JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
}

interface Column {
	readonly name: string;
	readonly priority: number;
}

export const clientCases: readonly Case[] = [
	testCase('a client that reads tables and metadata gets them as k9s does', async (k) => {
		await k.ok('create -f -', container('one', [], ['labels: {a: b}']));
		const path = `/apis/femtofleet.dev/v1alpha1/namespaces/${k.namespace}/femtocontainers`;
		const table = await ask(k, `${path}?limit=500`, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json');
		assert.deepEqual([table['kind'], table['apiVersion']], ['Table', 'meta.k8s.io/v1']);
		const columns = table['columnDefinitions'] as readonly Column[];
		assert.deepEqual(columns.filter(({priority}) => priority === 0).map(({name}) => name), ['Name', 'Ready', 'Reason', 'Desired', 'Up-to-date', 'Available', 'Age']);
		const [row] = table['rows'] as readonly {readonly cells: readonly unknown[]; readonly object: {readonly kind: string; readonly metadata: {readonly name: string}}}[];
		assert.deepEqual([row?.cells[0], row?.object.kind, row?.object.metadata.name], ['one', 'PartialObjectMetadata', 'one']);
		const whole = await ask(k, `${path}?includeObject=Object`, 'application/json;as=Table;v=v1;g=meta.k8s.io');
		assert.equal((whole['rows'] as readonly {readonly object: {readonly kind: string}}[])[0]?.object.kind, 'FemtoContainer');
		const metadata = await ask(k, path, 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json');
		assert.equal(metadata['kind'], 'PartialObjectMetadataList');
		assert.deepEqual(Object.keys((metadata['items'] as readonly object[])[0] ?? {}).toSorted(), ['apiVersion', 'kind', 'metadata']);
		const one = await ask(k, `${path}/one`, 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json');
		assert.deepEqual([one['kind'], Object.keys(one).includes('spec')], ['PartialObjectMetadata', false]);
	}),
];
