import {crds} from '../../../../../protocol/generated/crds.ts';
import {Kinds} from '../../../../../apiserver/store/kinds.ts';
import type {Kind} from '../../../../../apiserver/store/kind.ts';

/** All kinds that are served with the definitions of crds/. */
export const kinds: readonly Kind[] = new Kinds(crds).all();

export function kindOf(plural: string): Kind {
	const kind = kinds.find((candidate) => candidate.plural === plural);
	if (kind === undefined) throw new Error(`no kind ${plural}`);
	return kind;
}

/** What lies at the end of the keys, which may hold dots and slashes. */
export function at(root: unknown, ...keys: readonly (string | number)[]): unknown {
	return keys.reduce<unknown>((value, key) => (value as Readonly<Record<string | number, unknown>> | undefined)?.[key], root);
}
