import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parse} from 'yaml';
import {repositoryRoot} from '../../scripts/repository.ts';
import type {RawClient} from '../../scripts/oracle/http.ts';

interface Definition {
	readonly kind: string;
	readonly metadata: {readonly name: string};
	readonly spec: {readonly group: string; readonly names: {readonly plural: string}; readonly versions: readonly {readonly name: string}[]};
	readonly status?: {readonly conditions?: readonly {readonly type: string; readonly status: string}[]};
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const patienceMs = 30_000;
const pollMs = 100;

/**
 * Makes the kinds of crds/ known to an official server and waits until they are served and published. Those that exist stay.
 * @throws Error when the server refuses one or does not serve it in 30 s.
 */
export async function installCrds(client: RawClient): Promise<void> {
	const folder = join(repositoryRoot, 'crds');
	const texts = readdirSync(folder).filter((file) => file.endsWith('.yaml')).map((file) => readFileSync(join(folder, file), 'utf8'));
	const definitions = texts.map((text) => parse(text, {merge: true}) as Definition);
	const custom = definitions.filter(({kind}) => kind === 'CustomResourceDefinition');
	for (const definition of custom) await create(client, definition);
	for (const {metadata} of custom) await waitFor(`${metadata.name} to be served`, () => isEstablished(client, metadata.name));
	for (const definition of custom) await waitFor(`${definition.metadata.name} to be listed`, () => isListed(client, definition));
	await waitFor('the kinds to be published', () => isPublished(client));
}

async function create(client: RawClient, definition: Definition): Promise<void> {
	const headers = {'content-type': 'application/json'};
	const answer = await client.ask({method: 'POST', path, headers, body: JSON.stringify(definition)});
	if (answer.status === 201 || answer.status === 409) return;
	throw new Error(`Cannot install ${definition.metadata.name}: ${answer.status} ${answer.body}`);
}

async function isEstablished(client: RawClient, name: string): Promise<boolean> {
	const {body} = await client.ask({method: 'GET', path: `${path}/${name}`});
	const {status} = JSON.parse(body) as Definition;
	return status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false;
}

/** For a moment after it is served a kind's storage is not ready: 429. */
async function isListed(client: RawClient, {spec}: Definition): Promise<boolean> {
	const {group, names, versions} = spec;
	const asked = versions.map(({name}) => `/apis/${group}/${name}/${names.plural}?resourceVersion=0`);
	const answers = await Promise.all(asked.map((where) => client.ask({method: 'GET', path: where})));
	return answers.every(({status}) => status === 200);
}

/** OpenAPI comes last, a second or two after the kinds themselves. */
async function isPublished(client: RawClient): Promise<boolean> {
	const {body} = await client.ask({method: 'GET', path: '/openapi/v3'});
	return body.includes('apis/femtofleet.dev/v1alpha1');
}

async function waitFor(what: string, isSo: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + patienceMs;
	while (!(await isSo())) {
		if (performance.now() > deadline) throw new Error(`Waited ${patienceMs / 1000} s for ${what}`);
		await pause(pollMs);
	}
}
