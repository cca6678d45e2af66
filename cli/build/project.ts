import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../fail.ts';
import {isNamespace, namespaceRule} from '../keys/namespace.ts';
import {readYaml, type JsonObject} from '../yaml.ts';

/** A container project: a folder with `container.yaml` beside its one source. */
export interface Project {
	readonly folder: string;
	/** The FemtoContainer without `spec.image`. */
	readonly manifest: SourceManifest;
	/** `.c` to compile, or `.o`: an eBPF object from any compiler. */
	readonly source: string;
}

export interface SourceManifest extends JsonObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly annotations?: Readonly<Record<string, string>>;
	};
	readonly spec: JsonObject;
}

export const manifestFile = 'container.yaml';

export function isProject(folder: string): boolean {
	return existsSync(join(folder, manifestFile));
}

/** @throws UsageError naming the file, the field, its value and the rule. */
export function readProject(folder: string): Project {
	const file = join(folder, manifestFile);
	if (!existsSync(file)) {
		const problem = existsSync(folder) ? `it holds no ${manifestFile}` : 'no such folder';
		throw new UsageError(`Cannot build ${folder}: ${problem}`);
	}
	const objects = readYaml(readFileSync(file, 'utf8'), file);
	const [object] = objects;
	if (object === undefined || objects.length > 1) {
		throw new UsageError(`Cannot build ${file}: it holds ${objects.length} objects, one FemtoContainer required`);
	}
	return {folder, manifest: checkManifest(object, file), source: findSource(folder)};
}

function checkManifest(object: JsonObject, file: string): SourceManifest {
	const {apiVersion, kind} = object;
	if (kind !== 'FemtoContainer' || apiVersion !== 'femtofleet.dev/v1alpha1') {
		const found = `${String(apiVersion)} ${String(kind)}`;
		throw new UsageError(`Cannot build ${file}: it holds ${found}, femtofleet.dev/v1alpha1 FemtoContainer required`);
	}
	const manifest = object as unknown as SourceManifest;
	const name: unknown = manifest.metadata?.name;
	if (typeof name !== 'string' || !/^[a-z0-9]([a-z0-9-]{0,21}[a-z0-9])?$/.test(name)) {
		throw new UsageError(`Cannot build ${file}: metadata.name is ${JSON.stringify(name)}, [a-z0-9-]{1,23} required`);
	}
	const {namespace}: {readonly namespace?: unknown} = manifest.metadata;
	if (namespace !== undefined && !isNamespace(namespace)) {
		throw new UsageError(`Cannot build ${file}: metadata.namespace is ${JSON.stringify(namespace)}, ${namespaceRule} required`);
	}
	if (typeof manifest.spec !== 'object' || manifest.spec === null || Array.isArray(manifest.spec)) {
		throw new UsageError(`Cannot build ${file}: spec is ${JSON.stringify(manifest.spec)}, an object required`);
	}
	if (manifest.spec['image'] !== undefined) {
		throw new UsageError(`Cannot build ${file}: spec.image is set, but the build makes it; remove it`);
	}
	return manifest;
}

function findSource(folder: string): string {
	const sources = readdirSync(folder).filter((name) => /\.[co]$/.test(name)).sort();
	const [source] = sources;
	if (source === undefined || sources.length > 1) {
		const found = sources.length === 0 ? 'none' : sources.join(', ');
		throw new UsageError(`Cannot build ${folder}: exactly one source (.c or .o) required, found ${found}`);
	}
	return join(folder, source);
}
