import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import type {ConnectionOptions} from '../connect.ts';
import {CommandError, errorLine} from '../fail.ts';
import type {ShownKind, Target} from '../output/kinds.ts';
import type {Session} from '../session.ts';

export interface Selection extends ConnectionOptions {
	readonly selector?: string;
	readonly fieldSelector?: string;
}

/** @throws CommandError when names and selectors are mixed, in the words of kubectl. */
export function checkNames(targets: readonly Target[], {allNamespaces, selector, fieldSelector}: Selection): void {
	if (targets.every(({names}) => names.length === 0)) {
		return;
	}
	if (allNamespaces === true) {
		throw new CommandError('a resource cannot be retrieved by name across all namespaces');
	}
	if (selector !== undefined || fieldSelector !== undefined) {
		throw new CommandError('name cannot be provided when a selector is specified');
	}
}

export function refOf(session: Session, kind: ShownKind, {allNamespaces}: Selection): ResourceRef {
	return kind.namespaced && allNamespaces !== true ? {...kind.ref, namespace: session.namespace} : kind.ref;
}

export function selectorsOf({selector, fieldSelector}: Selection): {
	readonly labelSelector?: string; readonly fieldSelector?: string;
} {
	return {
		...(selector === undefined ? {} : {labelSelector: selector}),
		...(fieldSelector === undefined ? {} : {fieldSelector}),
	};
}

/** The objects of a target. One that is named and can't be had adds a line to `errors`. */
export async function fetchTarget(
	session: Session, {kind, names}: Target, selection: Selection, errors: string[],
): Promise<readonly KubeObject[]> {
	const ref = refOf(session, kind, selection);
	if (names.length === 0) {
		return (await session.api.list(ref, selectorsOf(selection))).items;
	}
	const objects: KubeObject[] = [];
	for (const name of names) {
		try {
			objects.push(await session.api.get(ref, name));
		} catch (error) {
			errors.push(errorLine(error));
		}
	}
	return objects;
}
