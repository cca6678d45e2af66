// node scripts/kubectl/main.ts [1.32|1.36]: prints the path of the official kubectl of that version, fetched when needed.
import {kubectlBinary, kubectlVersions, type KubectlVersion} from './kubectl.ts';

const wanted = process.argv[2] ?? '1.36';
const version = kubectlVersions.find((known) => known === wanted);
if (version === undefined) {
	console.error(`Cannot fetch kubectl ${wanted}: must be one of ${kubectlVersions.join(', ')}`);
	process.exit(2);
}
console.log(await kubectlBinary(version satisfies KubectlVersion));
