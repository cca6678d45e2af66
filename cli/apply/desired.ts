import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join, relative} from 'node:path';
import {buildContainer, signContainer} from '../build/build-container.ts';
import {isProject, readProject} from '../build/project.ts';
import {readyManifest} from '../build/ready-manifest.ts';
import {messageOf, UsageError} from '../fail.ts';
import type {TenantKey} from '../keys/key-file.ts';
import {readYaml, type JsonObject} from '../yaml.ts';

/** One container folder or YAML file below the applied path, and what it wants to be there. */
export interface DesiredSource {
	/** Path from the applied path, `.` for the path itself. */
	readonly source: string;
	/** Absent when the source has an error: what it wanted before stays as it is. */
	readonly objects?: readonly JsonObject[];
	readonly error?: string;
	/** Of a source with an error: changes with its files, so that a new attempt is told from an old one. */
	readonly fingerprint?: string;
}

/** Finds the key that signs for a namespace. @throws UsageError when there is none. */
export type KeyOf = (namespace: string) => TenantKey;

/** Builds every container folder and reads every YAML file below `path`; an error stays with its source. */
export async function readDesired(path: string, keyOf: KeyOf): Promise<DesiredSource[]> {
	checkPath(path);
	const files = findSources(path);
	return Promise.all(files.map(async (file) => {
		const source = relative(path, file) || '.';
		try {
			return {source, objects: await readSource(file, keyOf)};
		} catch (error) {
			return {source, error: messageOf(error), fingerprint: fingerprintOf(file)};
		}
	}));
}

/** @throws UsageError when there is no such file or folder. */
export function checkPath(path: string): void {
	if (!existsSync(path)) {
		throw new UsageError(`Cannot apply ${path}: no such file or folder`);
	}
}

/** Container folders and YAML files, in the order of their names; a container folder is not searched further. */
function findSources(path: string): string[] {
	if (!statSync(path).isDirectory()) {
		return [path];
	}
	if (isProject(path)) {
		return [path];
	}
	const names = readdirSync(path).filter((name) => !name.startsWith('.')).sort();
	return names.map((name) => join(path, name)).flatMap((entry) => {
		// What has gone since it was listed, or links to nothing, is no source.
		const found = statSync(entry, {throwIfNoEntry: false});
		if (found?.isDirectory() === true) {
			return findSources(entry);
		}
		return found !== undefined && /\.ya?ml$/.test(entry) ? [entry] : [];
	});
}

function fingerprintOf(file: string): string {
	const names = statSync(file, {throwIfNoEntry: false})?.isDirectory() === true ? readdirSync(file).sort() : [''];
	return names.map((name) => {
		const found = statSync(join(file, name), {throwIfNoEntry: false});
		return `${name} ${found?.size} ${found?.mtimeMs}`;
	}).join('\n');
}

async function readSource(file: string, keyOf: KeyOf): Promise<JsonObject[]> {
	if (!isProject(file)) {
		return readYaml(readFileSync(file, 'utf8'), file).flatMap(unwrapList);
	}
	const project = readProject(file);
	const namespace = project.manifest.metadata.namespace ?? 'default';
	const manifest = {...project.manifest, metadata: {...project.manifest.metadata, namespace}};
	const container = await buildContainer({...project, manifest});
	return readyManifest(signContainer(container, keyOf(namespace)));
}

/** As kubectl does: a List stands for its items. */
function unwrapList(object: JsonObject): readonly JsonObject[] {
	const {kind, items} = object;
	return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items as JsonObject[] : [object];
}
