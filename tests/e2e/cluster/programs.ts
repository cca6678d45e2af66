import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAllDocuments} from 'yaml';
import type {KubeClient} from '../../../runtime/kube/client.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';

interface Deployment {
	readonly kind: string;
	readonly spec: {readonly template: PodTemplate};
}

interface PodTemplate {
	readonly metadata: {readonly labels: Readonly<Record<string, string>>};
	readonly spec: PodSpec;
}

interface PodSpec {
	readonly containers: readonly {
		readonly args: readonly string[];
		readonly volumeMounts: readonly {readonly name: string; readonly mountPath: string}[];
	}[];
	readonly volumes: readonly {
		readonly name: string;
		readonly secret: {readonly secretName: string; readonly items: readonly {readonly key: string; readonly path: string}[]};
	}[];
}

interface Secret extends KubeObject {
	readonly data?: Readonly<Record<string, string>>;
}

const secrets: ResourceRef = {group: '', version: 'v1', plural: 'secrets', namespace: 'femtofleet'};

export interface PodOptions {
	/** In manifests/install/base. */
	readonly file: string;
	/** Where its volumes are laid out; made here. */
	readonly folder: string;
	readonly client: KubeClient;
	/** What stands for what only exists in a cluster: text in an argument, and the text instead. */
	readonly instead: Readonly<Record<string, string>>;
}

/** The command of a Deployment's pod with exactly the files that its volumes would show it, taken from the Secrets. */
export async function commandOf({file, folder, client, instead}: PodOptions): Promise<readonly string[]> {
	const {containers: [container], volumes} = readTemplate(file).spec;
	if (container === undefined) throw new Error(`${file} has no container`);
	const paths: Record<string, string> = {};
	for (const {name, secret} of volumes) {
		const {data = {}} = await client.get<Secret>(secrets, secret.secretName);
		const mount = container.volumeMounts.find((entry) => entry.name === name);
		if (mount === undefined) throw new Error(`${file} mounts no ${name}`);
		const target = join(folder, name);
		mkdirSync(target, {recursive: true});
		paths[mount.mountPath] = target;
		for (const {key, path} of secret.items) writeFileSync(join(target, path), Buffer.from(data[key] ?? '', 'base64'));
	}
	const changes = Object.entries({...paths, ...instead});
	const args = container.args.map((arg) => changes.reduce((text, [from, to]) => text.replaceAll(from, to), arg));
	return [process.execPath, '--enable-source-maps', join(repositoryRoot, 'dist', 'femto.js'), ...args];
}

/** Of the Deployment in a file of manifests/install/base. */
export function readTemplate(file: string): PodTemplate {
	const text = readFileSync(join(repositoryRoot, 'manifests', 'install', 'base', file), 'utf8');
	const documents = parseAllDocuments(text).map((document) => document.toJS() as Deployment);
	const found = documents.find(({kind}) => kind === 'Deployment');
	if (found === undefined) throw new Error(`${file} holds no Deployment`);
	return found.spec.template;
}
