import {Buffer} from 'node:buffer';
import {isObject} from '../store/json.ts';
import type {Kind} from '../store/kind.ts';
import {badRequest, invalid} from '../store/refusals.ts';
import {jsonType} from './answers.ts';
import {groupVersionOf, isBuiltin} from './documents/names.ts';
import {inspectJson, type JsonFindings} from './json-text.ts';
import {readMediaRange} from './negotiate.ts';
import {readProtobuf} from './protobuf.ts';
import {unsupportedMediaType} from './refusals.ts';
import type {ApiRequest} from './request.ts';
import {readYamlBody} from './yaml-text.ts';

/** More than the store keeps of one object, so that it is the store that names its limit. */
export const bodyBytesMax = 3 * 1024 * 1024;

export interface Body extends JsonFindings {
	readonly value: unknown;
	/** As it was sent, for error messages. */
	readonly text: string;
}

const yamlType = 'application/yaml';
const nestingMax = 200;

/** Media type of a request's body, without parameters. @throws KubeError 415 for one that is not `accepted`. */
export function contentTypeOf({headers}: ApiRequest, accepted: readonly string[]): string {
	const type = readMediaRange(headers['content-type'] ?? '').type || jsonType;
	if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
	return type;
}

/**
 * The body as JSON, YAML or protobuf, as its type says. @throws KubeError 413, and 400 for what can't be read, worded by
 * `wrap`; another error when the body breaks off.
 */
export async function readBody(
	request: ApiRequest,
	contentType: string,
	wrap: (problem: string, text: string) => string,
): Promise<Body> {
	const bytes = await request.readBody();
	let text = '';
	try {
		if (contentType === protobufType) return {value: readProtobuf(bytes), text: 'protobuf', duplicates: [], inexact: []};
		text = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
		return contentType === yamlType ? {...readYamlBody(text), text} : readJson(text);
	} catch (error) {
		throw badRequest(wrap(error instanceof Error ? error.message : String(error), text));
	}
}

function readJson(text: string): Body {
	const value: unknown = JSON.parse(text);
	refuseDeep(value);
	return {value, ...inspectJson(text), text};
}

/** Whatever walks the value later recurs. */
function refuseDeep(value: unknown, levels = nestingMax): void {
	if (typeof value !== 'object' || value === null) return;
	if (levels === 0) throw new RangeError(`exceeded max depth: ${nestingMax} levels of nesting are allowed`);
	for (const child of Object.values(value)) refuseDeep(child, levels - 1);
}

const protobufType = 'application/vnd.kubernetes.protobuf';
const objectTypes = [jsonType, yamlType];

/** Media types of bodies that hold an object: protobuf only for kinds that every Kubernetes has. */
export function objectTypesOf(kind: Pick<Kind, 'group'>): readonly string[] {
	return isBuiltin(kind) ? [...objectTypes, protobufType] : objectTypes;
}

/** Words what is wrong with an object of a kind, as the official server does where no kind could be read. */
export function unrecognized(kind: string): (problem: string, text: string) => string {
	return (problem, text) => {
		const why = `couldn't get version/kind; json parse error: ${problem}`;
		return `the object provided is unrecognized (must be of type ${kind}): ${why} (${beginningOf(text)})`;
	};
}

const summaryBytes = 30;

/** The beginning of a body, in hexadecimal digits when it is no JSON object. */
function beginningOf(text: string): string {
	if (text === '') return '<empty>';
	const bytes = Buffer.from(text);
	const shown = bytes.subarray(0, summaryBytes).toString(text.startsWith('{') ? 'utf8' : 'hex');
	return bytes.length > summaryBytes ? `${shown} ...` : shown;
}

/** @throws KubeError 422 naming each integer that would be changed by reading it. */
export function refuseInexact(kind: Kind, name: string, {inexact}: JsonFindings): void {
	if (inexact.length === 0) return;
	const rule = `must be an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
	const problems = inexact.map(({field, text}) => ({
		reason: 'FieldValueInvalid' as const, field, message: `Invalid value: ${text}: ${rule}`,
	}));
	throw invalid(kind, name, problems);
}

/** The value as an object with its kind named. @throws KubeError 400. */
export function asTyped(kind: Kind, {value, text}: Body): Readonly<Record<string, unknown>> {
	const sent = value ?? {};
	if (!isObject(sent)) throw badRequest(unrecognized(kind.kind)('json: cannot unmarshal into an object', text));
	const {metadata = {}} = sent;
	if (metadata !== null && !isObject(metadata)) {
		const why = `json: cannot unmarshal ${Array.isArray(metadata) ? 'array' : typeof metadata} into Go value of type v1.ObjectMeta`;
		throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
	}
	const expected = {kind: kind.kind, apiVersion: groupVersionOf(kind)};
	for (const key of ['kind', 'apiVersion'] as const) {
		const own = sent[key] ?? '';
		if (typeof own !== 'string') throw badRequest(unrecognized(kind.kind)(`json: cannot unmarshal ${key} into a string`, text));
		// The official server knows what a path of its own kinds is about; a custom resource must say so itself.
		if (own !== '' || isBuiltin(kind)) continue;
		const missing = `Object 'Kind' is missing in '${text}' (${beginningOf(text)})`;
		throw badRequest(
			key === 'kind'
				? `the object provided is unrecognized (must be of type ${kind.kind}): ${missing}`
				: `the API version in the data () does not match the expected API version (${expected.apiVersion})`,
		);
	}
	const {kind: own, apiVersion} = sent;
	return {...sent, kind: own || expected.kind, apiVersion: apiVersion || expected.apiVersion, metadata: metadata ?? {}};
}
