import {Buffer} from 'node:buffer';
import type {HttpResponse} from '../../runtime/http.ts';
import type {Patch, WriteOptions} from '../../runtime/kube/api.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {badRequest} from '../store/refusals.ts';
import {asTyped, contentTypeOf, objectTypesOf, readBody, refuseInexact, unrecognized, type Body} from './body.ts';
import {isBuiltin} from './documents/names.ts';
import {formOf, objectAnswer} from './objects.ts';
import {readWriteOptions} from './options.ts';
import {invalidRequest} from './refusals.ts';
import type {Call} from './request.ts';
import {patchStrategically} from './strategic.ts';

export async function createObject(call: Call): Promise<HttpResponse> {
	const {store, ref} = call;
	const form = formOf(call, 'object');
	const {options, warnings} = collectWarnings(readWriteOptions(call.request.query, 'CreateOptions'));
	const object = await readObject(call, options);
	return objectAnswer(call, form, await store.create(ref, object, options), {status: 201, headers: headersOf(warnings)});
}

export async function replaceObject(call: Call): Promise<HttpResponse> {
	const {store, ref, name} = call;
	const form = formOf(call, 'object');
	const {options, warnings} = collectWarnings({
		...readWriteOptions(call.request.query, 'UpdateOptions'),
		...(call.subresource === undefined ? {} : {subresource: call.subresource}),
	});
	const object = await readObject(call, options);
	const {name: ownName, namespace} = object.metadata;
	if (ownName === undefined || ownName === '') {
		throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
	}
	if (ownName !== name) throw badRequest(`the name of the object (${ownName}) does not match the name on the URL (${name})`);
	if (ref.namespace !== undefined && (namespace ?? '') !== '' && namespace !== ref.namespace) {
		const rule = `does not match the namespace on the request (${ref.namespace})`;
		throw badRequest(`the namespace of the object (${namespace}) ${rule}`);
	}
	return objectAnswer(call, form, await store.replace(ref, object, options), {headers: headersOf(warnings)});
}

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';

export async function patchObject(call: Call): Promise<HttpResponse> {
	const {request, store, ref, name, kind} = call;
	const form = formOf(call, 'object');
	const accepted = isBuiltin(kind) ? [jsonPatch, mergePatch, strategicPatch] : [jsonPatch, mergePatch];
	const contentType = contentTypeOf(request, accepted);
	const {options, warnings} = collectWarnings({
		...readWriteOptions(request.query, 'PatchOptions'),
		...(call.subresource === undefined ? {} : {subresource: call.subresource}),
	});
	const body = await readBody(request, contentType, (problem) => `error decoding patch: ${problem}`);
	refuseInexact(kind, name, body);
	refuseDuplicates(body, options, (problem) => {
		const message = `Invalid value: ${JSON.stringify(body.text)}: ${problem}`;
		return invalidRequest({group: '', kind: ''}, [{reason: 'FieldValueInvalid', field: 'patch', message}]);
	});
	const patch = asPatch(body.value, contentType === jsonPatch);
	const object = contentType === strategicPatch
		? await patchStrategically(store, ref, name, patch as Readonly<Record<string, unknown>>, options)
		: await store.patch(ref, name, patch, options);
	return objectAnswer(call, form, object, {headers: headersOf(warnings)});
}

function asPatch(value: unknown, isList: boolean): Patch {
	if (typeof value === 'object' && value !== null && Array.isArray(value) === isList) return value as Patch;
	throw badRequest(`error decoding patch: ${isList ? 'a list of operations' : 'an object'} required`);
}

async function readObject(call: Call, options: WriteOptions): Promise<KubeObject> {
	const {request, kind} = call;
	const contentType = contentTypeOf(request, objectTypesOf(kind));
	const body = await readBody(request, contentType, unrecognized(kind.kind));
	const object = asTyped(kind, body) as unknown as KubeObject;
	refuseInexact(kind, call.name || (object.metadata.name ?? ''), body);
	refuseDuplicates(body, options, (problem) =>
		badRequest(`${object.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${problem}`));
	return object;
}

function refuseDuplicates({duplicates}: Body, options: WriteOptions, refusal: (problem: string) => Error): void {
	if (duplicates.length === 0 || options.fieldValidation === 'Ignore') return;
	const texts = duplicates.map((field) => `duplicate field ${JSON.stringify(field)}`);
	if (options.fieldValidation === 'Strict') throw refusal(`strict decoding error: ${texts.join(', ')}`);
	for (const text of texts) options.onWarning?.(text);
}

function collectWarnings(options: WriteOptions): {readonly options: WriteOptions; readonly warnings: readonly string[]} {
	const warnings: string[] = [];
	return {options: {...options, onWarning: (text) => warnings.push(text)}, warnings};
}

const warningBytesMax = 4_096;

/** `Warning: 299 - "text"`, as many as clients are sure to take. */
function headersOf(warnings: readonly string[]): Record<string, string> {
	let bytes = 0;
	const values = [...new Set(warnings)]
		.map((text) => `299 - "${text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\]/g, '\\$&')}"`)
		// UTF-8, as header values of the official server are; Node takes each character for a byte.
		.map((value) => Buffer.from(value).toString('latin1'))
		.filter((value) => (bytes += value.length) <= warningBytesMax);
	return values.length === 0 ? {} : {warning: values.join(', ')};
}
