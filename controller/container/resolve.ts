import {hooks as hookTable, type HookSchema} from '../../protocol/schema/hooks.ts';
import type {Attachment} from '../../protocol/generated/messages.ts';
import type {ProgramParameter} from '../../protocol/image/program.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import type {Statement} from '../../protocol/statement.ts';
import {hookName} from '../fit.ts';

/** What the operator chose in `spec`, with names. */
export interface Choice {
	readonly hooks?: readonly HookChoice[];
	readonly parameters?: Readonly<Record<string, number>>;
	readonly limits?: {readonly instructionsPerRun?: number};
}

export interface HookChoice {
	readonly name: string;
	readonly order?: number;
	readonly parameters?: Readonly<Record<string, number>>;
}

/** The same as the document carries it: names resolved, defaults filled in. What a revision is made of. */
export interface Resolved {
	readonly hooks: readonly Attachment[];
	/** By index, up to the last one that is set. */
	readonly parameters: readonly number[];
	/** 0 = what the statement says. */
	readonly instructionsPerRun: number;
}

export interface ResolveError {
	readonly reason: 'HookUnknown' | 'HookNotInStatement' | 'ParameterUnknown' | 'ParameterOutOfRange' | 'LimitTooHigh';
	/** One phrase with the field, the value and the rule. */
	readonly message: string;
}

interface ParameterRange {
	readonly name: string;
	readonly default: number;
	readonly min: number;
	readonly max: number;
}

/** Order of a hook whose spec names none. */
const defaultOrder = 500;

/** Resolves the operator's choice against what the author signed: it may narrow that, never widen it. Pure. */
export function resolveChoice(
	choice: Choice, statement: Statement, parameters: readonly ProgramParameter[],
): Result<Resolved, ResolveError> {
	const hooks = resolveHooks(choice, statement);
	if (!hooks.ok) {
		return hooks;
	}
	const values = resolveParameters('parameters', choice.parameters ?? {}, parameters);
	if (!values.ok) {
		return values;
	}
	const signed = statement.resources.instructionsPerRun;
	const instructionsPerRun = choice.limits?.instructionsPerRun ?? 0;
	if (instructionsPerRun > signed) {
		return fail('LimitTooHigh', `limits.instructionsPerRun is ${instructionsPerRun}, the statement allows ${signed}`);
	}
	return success({hooks: hooks.value, parameters: values.value, instructionsPerRun});
}

function resolveHooks(choice: Choice, statement: Statement): Result<readonly Attachment[], ResolveError> {
	const chosen = choice.hooks ?? statement.hooks.map(id => ({name: hookName(id)}));
	const attachments: Attachment[] = [];
	for (const hook of chosen) {
		const attachment = resolveHook(hook, statement);
		if (!attachment.ok) {
			return attachment;
		}
		attachments.push(attachment.value);
	}
	return success(attachments.toSorted((left, right) => left.hook - right.hook));
}

function resolveHook(choice: HookChoice, statement: Statement): Result<Attachment, ResolveError> {
	const id = hookId(choice.name);
	if (id === undefined) {
		const known = hookTable.map(({name}) => name).join(', ');
		return fail('HookUnknown', `hook ${choice.name} does not exist, there are ${known}`);
	}
	if (!statement.hooks.includes(id)) {
		const signed = statement.hooks.map(hookName).join(', ');
		return fail('HookNotInStatement', `hook ${choice.name} is not in the statement, which names ${signed}`);
	}
	const schema: HookSchema | undefined = hookTable.find(hook => hook.id === id);
	const field = `parameters of hook ${choice.name}`;
	const parameters = resolveParameters(field, choice.parameters ?? {}, schema?.parameters ?? []);
	return parameters.ok
		? success({hook: id, order: choice.order ?? defaultOrder, parameters: parameters.value}) : parameters;
}

/** A name of the schema; a firmware's own hook is written as its number. */
function hookId(name: string): number | undefined {
	const known = hookTable.find(hook => hook.name === name);
	if (known !== undefined) {
		return known.id;
	}
	const id = /^[0-9]{5}$/.test(name) ? Number(name) : 0;
	return id >= 0x8000 && id <= 0xffff ? id : undefined;
}

function resolveParameters(
	field: string, values: Readonly<Record<string, number>>, ranges: readonly ParameterRange[],
): Result<readonly number[], ResolveError> {
	const resolved: number[] = [];
	for (const [name, value] of Object.entries(values)) {
		const index = ranges.findIndex(range => range.name === name);
		const range = ranges[index];
		if (range === undefined) {
			const known = ranges.map(entry => entry.name).join(', ') || 'none';
			return fail('ParameterUnknown', `${field}: ${name} does not exist, there are ${known}`);
		}
		if (!Number.isInteger(value) || value < range.min || value > range.max) {
			const message = `${field}: ${name} is ${value}, must be ${range.min} to ${range.max}`;
			return fail('ParameterOutOfRange', message);
		}
		resolved[index] = value;
	}
	// Those left out before the last one set get their default, because the document counts by position.
	return success(Array.from(resolved, (value: number | undefined, index) => value ?? ranges[index]?.default ?? 0));
}

/** Least number of runs before a container counts as ready when its spec names none. */
export function defaultMinRuns(hooks: readonly Attachment[]): number {
	const least = hooks.map(({hook}) => hookTable.find(({id}) => id === hook)?.defaultMinRuns ?? 0);
	return Math.max(0, ...least);
}

function fail(reason: ResolveError['reason'], message: string): {readonly ok: false; readonly error: ResolveError} {
	return failure({reason, message});
}
