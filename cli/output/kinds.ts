import {femtoContainers, femtoDevices, femtoTenants} from '../../protocol/generated/resources.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import type {ResourceRef} from '../../runtime/kube/types.ts';

/** A kind that `get` and `describe` show, and the words for it. */
export interface ShownKind {
	readonly ref: Omit<ResourceRef, 'namespace'>;
	readonly kind: 'FemtoContainer' | 'FemtoDevice' | 'FemtoTenant';
	readonly singular: string;
	readonly shortName: string;
	readonly namespaced: boolean;
}

export const shownKinds: readonly ShownKind[] = [
	{ref: femtoContainers, kind: 'FemtoContainer', singular: 'femtocontainer', shortName: 'fc', namespaced: true},
	{ref: femtoDevices, kind: 'FemtoDevice', singular: 'femtodevice', shortName: 'fd', namespaced: false},
	{ref: femtoTenants, kind: 'FemtoTenant', singular: 'femtotenant', shortName: 'ft', namespaced: false},
];

/** The category of all three. */
export const category = 'femto';

/** What a command is about: kinds, and of each the names that were given; none = all. */
export interface Target {
	readonly kind: ShownKind;
	readonly names: readonly string[];
}

/** `femtocontainer.femtofleet.dev/NAME`. */
export function qualifiedName({singular, ref}: ShownKind, name: string): string {
	return `${singular}.${ref.group}/${name}`;
}

/**
 * Reads `TYPE`, `TYPE NAME…`, `TYPE/NAME…` and `TYPE,TYPE` as kubectl does, types by plural, singular, short name or
 * with the group. The error is what kubectl prints.
 */
export function parseTargets(args: readonly string[]): Result<readonly Target[], string> {
	const [types = '', ...names] = args;
	if (types === '') {
		return failure('Required resource not specified.');
	}
	const slashed = args.filter((text) => text.includes('/'));
	if (slashed.length === 0) {
		const kinds = readKinds(types);
		return kinds.ok ? success(kinds.value.map((kind) => ({kind, names}))) : kinds;
	}
	if (slashed.length < args.length) {
		return failure(
			'there is no need to specify a resource type as a separate argument when passing arguments in resource/name form '
			+ "(e.g. 'get fc/NAME' instead of 'get fc fc/NAME')");
	}
	return readPairs(args);
}

function readPairs(pairs: readonly string[]): Result<readonly Target[], string> {
	const targets: Target[] = [];
	for (const pair of pairs) {
		const [type = '', name = '', ...more] = pair.split('/');
		if (type === '' || name === '' || more.length > 0) {
			return failure('arguments in resource/name form must have a single resource and name');
		}
		const kinds = readKinds(type);
		if (!kinds.ok) {
			return kinds;
		}
		targets.push(...kinds.value.map((kind) => ({kind, names: [name]})));
	}
	return success(targets);
}

function readKinds(text: string): Result<readonly ShownKind[], string> {
	const found: ShownKind[] = [];
	for (const word of text.split(',')) {
		const kinds = word === category ? shownKinds : shownKinds.filter((kind) => isNameOf(kind, word.toLowerCase()));
		if (kinds.length === 0) {
			const known = shownKinds.map(({ref, shortName}) => `${ref.plural} (${shortName})`).join(', ');
			return failure(`the server doesn't have a resource type "${word}" that femto shows: `
				+ `${known} and ${category} are; kubectl shows the rest`);
		}
		found.push(...kinds.filter((kind) => !found.includes(kind)));
	}
	return success(found);
}

function isNameOf({ref: {plural, group, version}, singular, shortName}: ShownKind, word: string): boolean {
	const [name, ...suffix] = word.split('.');
	const rest = suffix.join('.');
	return [plural, singular, shortName].includes(name ?? '') && ['', group, `${version}.${group}`].includes(rest);
}
