import {cp, mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {publicKeyOf} from '../../../protocol/crypto.ts';
import {helpers} from '../../../protocol/schema/helpers.ts';
import {hooks} from '../../../protocol/schema/hooks.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {createFleetKeys, createTenantKey, readFleetKey, readTenantKey, tenantKeyFile} from '../../../cli/keys/key-file.ts';
import {tenantManifest} from '../../../cli/keys/tenant-manifest.ts';
import {writeYaml} from '../../../cli/yaml.ts';

export const namespace = 'samples';
export const containers = ['counter', 'moving-average', 'responder'] as const;
export type ContainerName = (typeof containers)[number];

/** What the rounds change, one at a time. */
export interface Settings {
	readonly window: number;
	readonly periodMilliseconds: number;
	readonly step: number;
	readonly start: number;
}

export const firstSettings: Settings = {window: 30, periodMilliseconds: 1000, step: 1, start: 0};

/** Parameter of the container, parameter of a hook, and two sources; none makes the first settings again. */
export const changes: readonly ((value: number) => Partial<Settings>)[] = [
	(value) => ({window: value}),
	(value) => ({periodMilliseconds: 200 + 10 * value}),
	(value) => ({step: 1 + value}),
	(value) => ({start: value}),
];

/** The container that a setting belongs to. */
export const ownerOf: Readonly<Record<keyof Settings, ContainerName>> = {
	window: 'moving-average', periodMilliseconds: 'moving-average', step: 'counter', start: 'responder',
};

/** Keys that only the seed decides: statements are signed without chance, so equal seeds give equal digests. */
export function makeKeys(folder: string, seed: number): void {
	const random = seededRandom(seed);
	createFleetKeys(folder, random);
	createTenantKey(folder, namespace, 1, random);
}

/** The folder that the controller applies: the tenant and the samples, with waves. */
export async function makeSources(folder: string, keys: string): Promise<void> {
	await mkdir(folder);
	const {tenant, key} = readTenantKey(tenantKeyFile(keys, namespace), 'secret');
	const grant = {
		tenant, namespace, sequence: 1, keys: [publicKeyOf(key)], hooks: hooks.map(({id}) => id),
		permissions: helpers.reduce((mask, {number}) => mask + 2 ** number, 0),
		quotas: {containers: 8, ramBytes: 8192, instructionsPerRun: 1_000_000, keys: 32},
	};
	const manifest = tenantManifest(readFleetKey(keys, 'root.key'), {grant, deviceLabels: {}});
	await writeFile(join(folder, 'tenant.yaml'), writeYaml([manifest]));
	for (const name of containers) {
		await cp(join(repositoryRoot, 'manifests', 'samples', name), join(folder, name), {recursive: true});
		await writeContainer(folder, name, firstSettings);
	}
}

/** Rewrites what differs between the samples and `settings` in one container. */
export async function writeContainer(folder: string, name: ContainerName, settings: Settings): Promise<void> {
	const sample = join(repositoryRoot, 'manifests', 'samples', name);
	const edit = async (file: string, edits: readonly (readonly [string, string])[]): Promise<void> => {
		const before = await readFile(join(sample, file), 'utf8');
		await replaceFile(join(folder, name, file), edits.reduce((text, [from, to]) => replaceOnce(text, from, to), before));
	};
	const waves = ['      - count: 1\n', '      - count: 1\n      - percent: 50\n'] as const;
	const {window, periodMilliseconds, step, start} = settings;
	if (name === 'moving-average') {
		const period = [`periodMilliseconds: 1000`, `periodMilliseconds: ${periodMilliseconds}`] as const;
		await edit('container.yaml', [waves, ['window: 10', `window: ${window}`], period]);
		return;
	}
	await edit('container.yaml', [waves]);
	if (name === 'counter') await edit('counter.c', [['samples++;', `samples += ${step};`]]);
	else await edit('responder.c', [['first = 0xffff', `first = 0xffff - ${start}`]]);
}

function replaceOnce(text: string, from: string, to: string): string {
	if (text.split(from).length !== 2) throw new Error(`Cannot change "${from}": it must stand in the sample exactly once`);
	return text.replace(from, () => to);
}

/** In one step, so that no reader sees a part; a file that does not change is left alone. */
async function replaceFile(file: string, text: string): Promise<void> {
	if ((await readFile(file, 'utf8')) === text) return;
	const next = join(dirname(dirname(dirname(file))), 'next');
	await writeFile(next, text);
	await rename(next, file);
}
