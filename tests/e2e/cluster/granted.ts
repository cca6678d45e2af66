import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAllDocuments} from 'yaml';
import {repositoryRoot} from '../../../scripts/repository.ts';

export interface Role {
	readonly kind: string;
	readonly metadata: {readonly name: string};
	readonly rules: readonly {
		readonly apiGroups: readonly string[];
		readonly resources: readonly string[];
		readonly verbs: readonly string[];
		readonly resourceNames?: readonly string[];
	}[];
}

/** Roles and ClusterRoles in files of manifests/install/base. */
export function readRoles(...files: readonly string[]): readonly Role[] {
	const texts = files.map((file) => readFileSync(join(repositoryRoot, 'manifests', 'install', 'base', file), 'utf8'));
	return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Role))
		.filter(({kind}) => kind === 'Role' || kind === 'ClusterRole');
}

/** What the controller's roles give, as `verb group/resource[/subresource]`, each once. */
export function granted(): readonly string[] {
	const rules = readRoles('controller-permissions.yaml').flatMap((role) => role.rules);
	const all = rules.flatMap(({apiGroups, resources, verbs}) => verbs.flatMap((verb) =>
		apiGroups.flatMap((group) => resources.map((resource) => `${verb} ${group}/${resource}`))));
	return [...new Set(all)].sort();
}
