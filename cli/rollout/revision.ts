import {bytesToHex, sha256} from '../../protocol/crypto.ts';
import type {FemtoContainerSpec} from '../../protocol/generated/resources.ts';
import type {ProgramParameter} from '../../protocol/image/program.ts';
import {unpackImage} from '../../protocol/image/unpack.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import {hooks as hookTable, type HookSchema} from '../../protocol/schema/hooks.ts';
import {readStatement, type Statement} from '../../protocol/statement.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';

/** A ControllerRevision as the controller writes it; controller/container/revision.ts is the other side of this. */
export interface StoredRevision extends KubeObject {
	readonly revision: number;
	readonly data: {
		/** Base64, as image. */
		readonly statement: string;
		readonly image: string;
		readonly hooks: readonly {readonly hook: number; readonly order: number; readonly parameters: readonly number[]}[];
		/** By index, up to the last one that is set. */
		readonly parameters: readonly number[];
		/** 0 = what the statement says. */
		readonly instructionsPerRun: number;
	};
}

export const controllerRevisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions'} as const;
/** Label that names the FemtoContainer of a revision by its uid. */
export const ownerLabel = 'femtofleet.dev/container-uid';
/** Annotation of kubectl: why a revision was made. */
export const changeCause = 'kubernetes.io/change-cause';

type Values = Readonly<Record<string, number>>;

export interface HookChoice {
	readonly name: string;
	readonly order: number;
	readonly parameters: Values;
}

/** A revision in the words of a spec. */
export interface Revision {
	readonly name: string;
	readonly number: number;
	/** `sha256:…` of the statement. */
	readonly digest: string;
	readonly statement: Statement;
	readonly hooks: readonly HookChoice[];
	readonly parameters: Values;
	/** 0 = what the statement says. */
	readonly instructionsPerRun: number;
	readonly cause: string | undefined;
	readonly creationTimestamp: string | undefined;
	/** What hold unless a spec says otherwise. */
	readonly defaults: {readonly hooks: readonly string[]; readonly parameters: Values};
}

/** The error says why the revision is none that the controller wrote. */
export function readRevision({metadata, revision, data}: StoredRevision): Result<Revision> {
	const [statementBytes, image] = [decodeBase64(data?.statement), decodeBase64(data?.image)];
	const read = readStatement(statementBytes);
	const program = unpackImage(image);
	if (!read.ok || !program.ok) {
		return failure(`revision ${metadata.name} holds no ${read.ok ? 'image' : 'statement'}`);
	}
	const {statement} = read.value;
	const {hooks, parameters, instructionsPerRun} = data;
	return success({
		name: metadata.name, number: revision, digest: digestOf(statementBytes), statement,
		hooks: hooks.map(({hook, order, parameters: values}) => ({
			name: hookName(hook), order, parameters: named(values, schemaOf(hook)?.parameters ?? []),
		})),
		parameters: named(parameters, program.value.parameters), instructionsPerRun,
		cause: metadata.annotations?.[changeCause], creationTimestamp: metadata.creationTimestamp,
		defaults: {hooks: statement.hooks.map(hookName), parameters: defaultsOf(program.value.parameters)},
	});
}

/** Whether the spec asks for what the revision holds, be it in other words. */
export function asksFor({image, hooks, parameters = {}, limits}: FemtoContainerSpec, revision: Revision): boolean {
	const {defaults, digest, instructionsPerRun} = revision;
	const wanted = hooks ?? defaults.hooks.map((name) => ({name, order: defaultOrder, parameters: {}}));
	return image.digest === digest
		&& (limits?.instructionsPerRun ?? 0) === instructionsPerRun
		&& isEqual(parameters, revision.parameters, defaults.parameters)
		&& wanted.length === revision.hooks.length
		&& wanted.every(({name, order, parameters: own = {}}) => revision.hooks.some((hook) => hook.name === name
			&& hook.order === order && isEqual(own, hook.parameters, defaultsOf(schemaNamed(name)?.parameters ?? []))));
}

/**
 * The merge patch that makes a spec ask for the revision: image, hooks, parameters and limits, which is all that a
 * revision holds. `configMap` names the ConfigMap with its bytes; absent, the one that the spec names stays.
 */
export function patchTo(spec: FemtoContainerSpec, revision: Revision, configMap?: string): Readonly<Record<string, unknown>> {
	const {defaults, digest, hooks, parameters, instructionsPerRun} = revision;
	const plain = hooks.length === defaults.hooks.length
		&& hooks.every(({order, parameters: own}) => order === defaultOrder && Object.keys(own).length === 0);
	const unset = Object.keys(spec.parameters ?? {}).filter((name) => !Object.hasOwn(parameters, name));
	return {
		spec: {
			image: {digest, ...(configMap === undefined ? {} : {configMap: {name: configMap}})},
			hooks: plain ? null : hooks,
			parameters: Object.keys(parameters).length === 0 ? null
				: {...parameters, ...Object.fromEntries(unset.map((name) => [name, null]))},
			limits: instructionsPerRun === 0 ? null : {instructionsPerRun},
		},
	};
}

/** Order of a hook whose spec names none; the default in crds/femtocontainers.yaml. */
const defaultOrder = 500;

/** Nothing comes of nothing. */
export function decodeBase64(text: string | undefined): Uint8Array {
	return Uint8Array.from(Buffer.from(text ?? '', 'base64'));
}

/** As spec.image.digest has it. */
export function digestOf(statement: Uint8Array): string {
	return `sha256:${bytesToHex(sha256(statement))}`;
}

function schemaOf(id: number): HookSchema | undefined {
	return hookTable.find((hook) => hook.id === id);
}

function schemaNamed(name: string): HookSchema | undefined {
	return hookTable.find((hook) => hook.name === name);
}

function hookName(id: number): string {
	return schemaOf(id)?.name ?? String(id);
}

function named(values: readonly number[], known: readonly Pick<ProgramParameter, 'name'>[]): Values {
	return Object.fromEntries(values.flatMap((value, index) => {
		const name = known[index]?.name;
		return name === undefined ? [] : [[name, value]];
	}));
}

function defaultsOf(known: readonly Pick<ProgramParameter, 'name' | 'default'>[]): Values {
	return Object.fromEntries(known.map(({name, default: value}) => [name, value]));
}

/** A parameter that is not named has its default. */
function isEqual(one: Values, other: Values, defaults: Values): boolean {
	const names = new Set([...Object.keys(one), ...Object.keys(other)]);
	return [...names].every((name) => (one[name] ?? defaults[name]) === (other[name] ?? defaults[name]));
}
