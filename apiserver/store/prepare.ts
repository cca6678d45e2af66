import {formatTime, type Clock} from '../../runtime/clock.ts';
import {below, type Random} from '../../runtime/random.ts';
import {decodeProblem} from './decode.ts';
import {equalJson, reuse, type Json, type JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {checkMetadata, checkMetadataUpdate, metadataProblem, shapeMetadata} from './metadata.ts';
import {badRequest, conflict, invalid, undecodable, versionRequired, wrongKind} from './refusals.ts';
import {runRules} from './rules/run.ts';
import {metaOf, objectOrEmpty, shape, textOf, without} from './shape.ts';
import {validate, type FieldProblem} from './validate.ts';

/** What an object that enters depends on besides itself. */
export interface Environment {
	readonly clock: Clock;
	readonly random: Random;
}

export interface Admission {
	readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
	readonly onWarning: (text: string) => void;
	readonly status: boolean;
	/** The input is what a patch made of the stored object. */
	readonly patched: boolean;
}

/**
 * The object as it will be stored, without resourceVersion: shaped, defaulted, validated, with uid and timestamps.
 * @throws KubeError 400 or 422.
 */
export function prepareCreate(
	kind: Kind,
	input: object,
	namespace: string | undefined,
	admission: Admission,
	environment: Environment,
): JsonObject {
	const {metadata: sent, ...body} = admitShape(kind, input, admission);
	const meta = objectOrEmpty(sent);
	if (meta['resourceVersion'] !== undefined)
		throw badRequest('resourceVersion should not be set on objects to be created');
	const name = meta['name'] ?? generateName(meta['generateName'], environment.random);
	const {deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, namespace: ____, ...kept} = meta;
	const metadata = {
		...kept,
		...(name === undefined ? {} : {name}),
		...(namespace === undefined ? {} : {namespace}),
		uid: makeUid(environment.random),
		creationTimestamp: formatTime(environment.clock.now()),
		...(kind.hasGeneration ? {generation: 1} : {}),
	};
	const rest = kind.hasStatus ? without(body, 'status') : body;
	const status = kind.initialStatus === undefined ? {} : {status: kind.initialStatus};
	const object = assemble(kind, metadata, {...rest, ...status});
	admit(kind, object, undefined);
	return object;
}

/**
 * The object as it will be stored after an update, without a new resourceVersion; `existing` itself when nothing changes.
 * @throws KubeError 400, 409 or 422.
 */
export function prepareUpdate(kind: Kind, input: object, existing: JsonObject, admission: Admission): JsonObject {
	const {metadata: sent, ...body} = admitShape(kind, input, admission);
	const meta = objectOrEmpty(sent);
	const oldMeta = metaOf(existing);
	checkPreconditions(kind, meta, oldMeta, admission.patched);
	const {metadata: __, status: oldStatus, ...oldBody} = existing;
	const next = admission.status
		? assemble(kind, oldMeta, {...oldBody, ...statusOf(body)})
		: assemble(
				kind,
				nextMetadata(meta, oldMeta),
				kind.hasStatus ? {...without(body, 'status'), ...(oldStatus === undefined ? {} : {status: oldStatus})} : body,
			);
	const fresh = freshCopy(next);
	const shared = objectOrEmpty(reuse(existing, fresh));
	if (shared === existing) return existing;
	const counted = kind.hasGeneration && !equalJson(specOf(existing), specOf(shared)) ? raiseGeneration(shared) : shared;
	admit(kind, counted, existing);
	return counted;
}

/** `reuse` exchanges parts in place, so the two levels that may still be shared with `existing` are copied. */
function freshCopy(object: JsonObject): JsonObject {
	return Object.fromEntries(Object.entries(object));
}

function statusOf(body: JsonObject): JsonObject {
	return body['status'] === undefined ? {} : {status: body['status']};
}

/** Everything that `generation` counts. */
function specOf(object: JsonObject): JsonObject {
	return without(without(object, 'metadata'), 'status');
}

function raiseGeneration(object: JsonObject): JsonObject {
	const meta = metaOf(object);
	return {...object, metadata: {...meta, generation: Number(meta['generation'] ?? 0) + 1}};
}

function admitShape(kind: Kind, input: object, admission: Admission): JsonObject {
	const {metadata, apiVersion, kind: kindName, ...body} = input as Readonly<Record<string, unknown>>;
	const expected = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
	if (apiVersion !== expected) {
		throw badRequest(
			`the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
		);
	}
	if (kindName !== kind.kind) throw wrongKind(kind, String(kindName), textOf(objectOrEmpty(metadata as Json), 'name'));
	const dropped: string[] = [];
	const droppedOfBody: string[] = [];
	const shapedMetadata = shapeMetadata(metadata, dropped);
	const shaped = {...objectOrEmpty(shapeBody(kind, body, droppedOfBody)), metadata: shapedMetadata};
	const undecoded = kind.builtin
		? (metadataProblem(shapedMetadata, `${kind.kind}.metadata`) ?? decodeProblem(kind.schema, shaped, kind.kind))
		: metadataProblem(shapedMetadata, 'ObjectMeta');
	if (undecoded !== undefined) throw undecodable(kind, undecoded, admission.patched ? input : undefined);
	tellUnknown(kind, input, [...dropped, ...droppedOfBody.toSorted()], admission);
	return shaped;
}

function tellUnknown(kind: Kind, input: object, paths: readonly string[], admission: Admission): void {
	const {fieldValidation, onWarning, patched} = admission;
	if (paths.length === 0 || fieldValidation === 'Ignore') return;
	const problems = paths.map((path) => `unknown field ${JSON.stringify(path)}`);
	if (fieldValidation === 'Warn') for (const problem of problems) onWarning(problem);
	else throw undecodable(kind, `strict decoding error: ${problems.join(', ')}`, patched ? input : undefined);
}

function shapeBody(kind: Kind, body: object, dropped: string[]): Json {
	try {
		return shape(kind.schema, body, '', dropped);
	} catch (error) {
		if (error instanceof TypeError) throw badRequest(error.message);
		throw error;
	}
}

function assemble(kind: Kind, metadata: JsonObject, body: JsonObject): JsonObject {
	const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
	const object = {apiVersion, kind: kind.kind, metadata, ...body};
	return kind.complete?.(object) ?? object;
}

function admit(kind: Kind, object: JsonObject, previous: JsonObject | undefined): void {
	const meta = metaOf(object);
	const problems: FieldProblem[] = [...checkMetadata(kind, meta)];
	if (previous !== undefined) {
		const changes = checkMetadataUpdate(meta, metaOf(previous));
		// The official server looks at the metadata of a custom resource twice, and says so.
		problems.push(...changes, ...(kind.builtin ? [] : changes));
	}
	validate(kind.schema, object, '', problems, previous);
	if (kind.schema.hasRules) {
		if (problems.some(({reason}) => blocking.has(reason))) problems.push(notAllChecked);
		else runRules(kind.schema, object, previous, problems);
	}
	if (problems.length === 0) problems.push(...(kind.check?.(object, previous) ?? []));
	if (problems.length > 0) throw invalid(kind, textOf(meta, 'name'), problems);
}

/** After one of these no rule runs: it could read what is not there. */
const blocking: ReadonlySet<string> = new Set([
	'FieldValueNotSupported',
	'FieldValueRequired',
	'FieldValueTooLong',
	'FieldValueTooMany',
	'FieldValueTypeInvalid',
]);
const notAllChecked: FieldProblem = {
	reason: 'FieldValueInvalid',
	field: '<nil>',
	message:
		'Invalid value: null: some validation rules were not checked because the object was invalid; ' +
		'correct the existing errors to complete validation',
};

function checkPreconditions(kind: Kind, meta: JsonObject, oldMeta: JsonObject, patched: boolean): void {
	const name = textOf(oldMeta, 'name');
	if (patched && meta['namespace'] !== undefined && meta['namespace'] !== oldMeta['namespace'])
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	// A patched uid is a change of the object, a sent one is a condition.
	if (!patched && meta['uid'] !== undefined && meta['uid'] !== oldMeta['uid']) {
		throw conflict(
			kind,
			name,
			`Precondition failed: UID in precondition: ${textOf(meta, 'uid')}, UID in object meta: ${textOf(oldMeta, 'uid')}`,
		);
	}
	if (meta['resourceVersion'] === undefined || meta['resourceVersion'] === '0') {
		if (kind.needsVersion) throw versionRequired(kind, name);
		return;
	}
	if (meta['resourceVersion'] !== oldMeta['resourceVersion']) throw conflict(kind, name);
}

/** What the server alone decides stays; what is fixed and not sent stays too. */
function nextMetadata(meta: JsonObject, oldMeta: JsonObject): JsonObject {
	const kept = ['resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'];
	const fixed = ['name', 'namespace', 'uid'];
	const result: Record<string, Json> = {...meta};
	for (const key of kept) delete result[key];
	for (const key of [...kept, ...fixed.filter((name) => meta[name] === undefined)]) {
		const value = oldMeta[key];
		if (value !== undefined) result[key] = value;
	}
	return result;
}

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const generatedPrefixMax = 58;

function generateName(prefix: Json | undefined, random: Random): string | undefined {
	if (typeof prefix !== 'string') return undefined;
	const suffix = Array.from({length: 5}, () => suffixLetters.charAt(below(random, suffixLetters.length))).join('');
	return `${prefix.slice(0, generatedPrefixMax)}${suffix}`;
}

/** A UUID of version 4. */
function makeUid(random: Random): string {
	const bytes = random.bytes(16);
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
