import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Command} from 'commander';
import {buildContainer, signContainer, type UnsignedContainer} from '../build/build-container.ts';
import {readProject} from '../build/project.ts';
import {readyManifest} from '../build/ready-manifest.ts';
import {unsignedText} from '../build/unsigned-file.ts';
import {UsageError} from '../fail.ts';
import {keysFolder} from '../keys/keys-folder.ts';
import {readTenantKey, tenantKeyFile} from '../keys/key-file.ts';
import {writeYaml} from '../yaml.ts';

interface BuildOptions {
	readonly sign?: true;
	readonly keys?: string;
	readonly namespace: string;
	readonly output?: string;
}

/** `femto build`: a container folder becomes a ready manifest (`--sign`), or an image and what is to be signed. */
export function addBuildCommand(program: Command): void {
	program
		.command('build')
		.description(
			'Compiles the source beside container.yaml to eBPF and packs it. With --sign the ready manifest (ConfigMap and '
			+ 'FemtoContainer) goes to standard output: pipe it to kubectl, or commit it. Without, --output FOLDER receives '
			+ 'image and statement.json, which femto sign turns into a statement where the key is.',
		)
		.argument('<folder>', 'folder with container.yaml and one .c or .o file')
		.option('--sign', 'sign with the key of the tenant')
		.option('--keys <folder>', 'where the keys are (default: beside $KUBECONFIG, else .femto/keys)')
		.option('-n, --namespace <name>', 'namespace, when container.yaml names none', 'default')
		.option('-o, --output <path>', 'write here: a file with --sign, else a folder')
		.addHelpText('after', `
Examples:
  femto build --sign my/ | kubectl apply -f -
  femto build my/ -o out/                  image and statement.json, for femto sign`)
		.action(build);
}

async function build(folder: string, options: BuildOptions): Promise<void> {
	const project = readProject(folder);
	const container = await buildContainer(project);
	if (options.sign !== true) {
		await writeUnsigned(container, options.output);
		return;
	}
	const namespace = project.manifest.metadata.namespace ?? options.namespace;
	const key = readTenantKey(tenantKeyFile(keysFolder(options.keys), namespace), 'secret');
	const manifest = {...container.manifest, metadata: {...container.manifest.metadata, namespace}};
	const text = writeYaml(readyManifest(signContainer({...container, manifest}, key)));
	if (options.output === undefined) {
		process.stdout.write(text);
	} else {
		await mkdir(dirname(options.output), {recursive: true});
		await writeFile(options.output, text);
	}
}

async function writeUnsigned(container: UnsignedContainer, output: string | undefined): Promise<void> {
	if (output === undefined) {
		throw new UsageError('Cannot build without a place to write to: --output FOLDER or --sign required');
	}
	await mkdir(output, {recursive: true});
	await writeFile(join(output, 'image'), container.image);
	await writeFile(join(output, 'statement.json'), unsignedText(container.statement));
	console.error(`build: ${output}/image ${container.image.length} bytes, ${output}/statement.json`);
}
