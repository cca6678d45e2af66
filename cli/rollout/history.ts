import type {FemtoContainer} from '../../protocol/generated/resources.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import {age} from '../output/age.ts';
import {shortDigest} from '../output/columns.ts';
import type {Column} from '../output/table.ts';
import {asksFor, type Revision} from './revision.ts';

/** Columns of `rollout history`. */
export function historyColumns(container: FemtoContainer, nowMs: number): readonly Column<Revision>[] {
	return [
		{title: 'REVISION', value: ({number}) => number},
		{title: 'DIGEST', value: ({digest}) => shortDigest(digest)},
		{title: 'SEQUENCE', value: ({statement}) => statement.sequence},
		{title: 'PARAMETERS', value: ({parameters}) => listValues(parameters)},
		{title: 'STATE', value: (revision) => stateOf(container, revision)},
		{title: 'AGE', value: ({creationTimestamp}) => age(creationTimestamp, nowMs)},
		{title: 'CHANGE-CAUSE', value: ({cause}) => cause},
	];
}

/** All that one revision holds, as lines of a description: label and text. */
export function describeRevision(container: FemtoContainer, revision: Revision): readonly (readonly [string, string])[] {
	const {name, digest, statement, hooks, parameters, instructionsPerRun, cause} = revision;
	return [
		['Name', name],
		['State', stateOf(container, revision) ?? '<none>'],
		['Change-Cause', cause ?? '<none>'],
		['Digest', digest],
		['Container', statement.container],
		['Sequence', String(statement.sequence)],
		['Hooks', hooks.map((hook) => `${hook.name} (order ${hook.order}${withValues(hook.parameters)})`).join(', ')],
		['Parameters', listValues(parameters) ?? '<none>'],
		['Instructions', `${instructionsPerRun || statement.resources.instructionsPerRun} a run`],
	];
}

/**
 * The revision that `rollout undo` goes back to. Without a number: the one that last passed every wave, or the one
 * before it, else the one that devices were led to, else the newest; never what the spec asks for already. The error is
 * what kubectl prints.
 */
export function chooseRevision(
	{metadata, spec, status}: FemtoContainer, revisions: readonly Revision[], wanted: number | undefined,
): Result<Revision> {
	if (wanted !== undefined && wanted !== 0) {
		const found = revisions.find(({number}) => number === wanted);
		return found === undefined ? failure(`unable to find specified revision ${wanted} in history`) : success(found);
	}
	const others = revisions.filter((revision) => !asksFor(spec, revision));
	const named = (name: string | undefined): Revision | undefined => others.find((revision) => revision.name === name);
	const {currentRevision, previousRevision, updatedRevision} = status ?? {};
	const chosen = named(currentRevision) ?? named(previousRevision) ?? named(updatedRevision) ?? others.at(-1);
	return chosen === undefined
		? failure(`no rollout history found for femtocontainer "${metadata.name}"`) : success(chosen);
}

function stateOf({spec, status}: FemtoContainer, revision: Revision): string | undefined {
	const words = [
		...(asksFor(spec, revision) ? ['newest'] : []),
		...(status?.currentRevision === revision.name ? ['current'] : []),
		...(status?.failure?.revision === revision.name ? ['failed'] : []),
	];
	return words.length === 0 ? undefined : words.join(',');
}

function listValues(values: Readonly<Record<string, number>>): string | undefined {
	const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
	return pairs.length === 0 ? undefined : pairs.join(',');
}

function withValues(values: Readonly<Record<string, number>>): string {
	const text = listValues(values);
	return text === undefined ? '' : `, ${text}`;
}
