import {existsSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';

/**
 * Where keys are looked for when no option says so: beside the kubeconfig that is used, which is where `femto up` keeps
 * them, else in `.femto/keys`.
 */
export function keysFolder(option: string | undefined, kubeconfig = process.env['KUBECONFIG']): string {
	const files = (kubeconfig ?? '').split(delimiter).filter((file) => file !== '');
	const beside = files.map((file) => join(dirname(file), 'keys')).find((folder) => existsSync(folder));
	return option ?? beside ?? join('.femto', 'keys');
}
