import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {repositoryRoot} from '../repository.ts';

/** The version of Kubernetes that go.mod names. */
export const oracleVersion = '1.36.5';

export const serverFolder = join(repositoryRoot, 'tests', 'oracle', 'server');

const [major, minor] = oracleVersion.split('.');
const linked = {gitVersion: `v${oracleVersion}`, gitMajor: major, gitMinor: minor};
const links = Object.entries(linked).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);

/** What `go build` gets besides the output and how much it may do at once. */
export const buildFlags: readonly string[] = ['-trimpath', '-buildvcs=false', `-ldflags=-s -w ${links.join(' ')}`];

/** Where tools live that are too big for a clone and serve every clone: FEMTO_CACHE, else a folder of the user's cache. */
export function toolCache(): string {
	return process.env['FEMTO_CACHE'] ?? join(homedir(), '.cache', 'femtofleet');
}

/** The binary made from the sources of today, whether it exists or not. go.mod also names the version of Go. */
export function oracleBinary(): string {
	const hash = createHash('sha256');
	for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(serverFolder, file))).update('\0');
	hash.update([process.platform, process.arch, ...buildFlags].join('\0'));
	const suffix = process.platform === 'win32' ? '.exe' : '';
	return join(toolCache(), 'oracle', hash.digest('hex').slice(0, 16), `kube-apiserver${suffix}`);
}

/** The official server's binary: kube-apiserver of KUBEBUILDER_ASSETS, else ours when it is in the cache. Nothing is built. */
export function findOracle(): string | undefined {
	return [assetsOf('kube-apiserver'), oracleBinary()].find((path) => path !== undefined && existsSync(path));
}

/** A program of the folder that KUBEBUILDER_ASSETS names, which holds kube-apiserver and etcd; undefined without one. */
export function assetsOf(program: 'kube-apiserver' | 'etcd'): string | undefined {
	const folder = process.env['KUBEBUILDER_ASSETS'];
	return folder === undefined || folder === '' ? undefined : join(folder, program);
}
