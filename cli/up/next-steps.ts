import {spawnSync} from 'node:child_process';
import {join, relative, resolve} from 'node:path';
import {installFolder} from '../install-folder.ts';

export interface NextStepsOptions {
	readonly kubeconfig: string;
	/** A device to ask about. */
	readonly device: string;
	readonly cwd: string;
}

/** What a new user may paste now, each line a command that works from where he stands. */
export function nextSteps({kubeconfig, device, cwd}: NextStepsOptions): readonly string[] {
	const femto = fromHere(cwd, join(installFolder(), 'bin', 'femto'));
	const samples = fromHere(cwd, join(installFolder(), 'manifests', 'samples'));
	const config = fromHere(cwd, kubeconfig);
	const isDefault = config === join('.femto', 'kubeconfig');
	const option = isDefault ? '' : ` --kubeconfig ${config}`;
	const bin = fromHere(cwd, join(installFolder(), 'bin'));
	return [
		...(hasKubectl() ? [
			`export KUBECONFIG=${resolve(cwd, config)} PATH=${resolve(cwd, bin)}:$PATH`,
			'kubectl get fc,fd -A',
			'kubectl femto tui',
		] : [
			`${femto} get fc,fd -A${option}      (there is no kubectl on PATH; npm run kubectl fetches the pinned one)`,
			`${femto} tui${option}`,
		]),
		`${femto} why ${device}${option}`,
		`${femto} dev ${samples}${option}`,
	];
}

function fromHere(cwd: string, path: string): string {
	const short = relative(cwd, path) || '.';
	return short.startsWith(join('..', '..')) ? path : short;
}

function hasKubectl(): boolean {
	return spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).error === undefined;
}
