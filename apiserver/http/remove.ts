import type {HttpResponse} from '../../runtime/http.ts';
import type {DeleteOptions} from '../../runtime/kube/api.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {isObject} from '../store/json.ts';
import {badRequest} from '../store/refusals.ts';
import {statusHead} from './answers.ts';
import {contentTypeOf, objectTypesOf, readBody, unrecognized} from './body.ts';
import {documentAnswer, formOf, listAnswer, objectAnswer} from './objects.ts';
import {readDeleteOptions, readListOptions} from './options.ts';
import type {Call} from './request.ts';

export async function deleteObject(call: Call): Promise<HttpResponse> {
	const {store, ref, name, kind} = call;
	const form = formOf(call, 'object');
	const options = await readOptions(call);
	// Asked in one breath: the uid is that of the object that goes.
	const [existing, kept] = await Promise.all([store.get(ref, name), store.delete(ref, name, options)]);
	if (kept !== undefined) return objectAnswer(call, form, kept);
	const group = kind.group === '' ? {} : {group: kind.group};
	const details = {name, ...group, kind: kind.plural, uid: existing.metadata.uid};
	return documentAnswer(form, {...statusHead, status: 'Success', details});
}

/** Deletes what the selectors choose and answers with the list of it. */
export async function deleteCollection(call: Call): Promise<HttpResponse> {
	const {store, ref, request} = call;
	const form = formOf(call, 'list');
	const selection = readListOptions(request.query);
	const options = await readOptions(call);
	const {items, ...meta} = await store.list(ref, selection);
	for (const item of items) await deleteOne(call, item, options);
	return listAnswer(call, form, items, meta);
}

async function deleteOne({store, ref}: Call, {metadata}: KubeObject, options: DeleteOptions): Promise<void> {
	try {
		await store.delete(ref, metadata.name, options);
	} catch (error) {
		// Somebody else was faster: what was wanted has happened.
		if (!isKubeError(error, 'NotFound')) throw error;
	}
}

async function readOptions({request, kind}: Call): Promise<DeleteOptions> {
	const contentType = contentTypeOf(request, objectTypesOf(kind));
	const bytes = await request.readBody();
	if (bytes.length === 0) return readDeleteOptions(request.query, undefined);
	const {value} = await readBody({...request, readBody: async () => bytes}, contentType, unrecognized('DeleteOptions'));
	if (!isObject(value) || (value['kind'] ?? 'DeleteOptions') !== 'DeleteOptions') {
		throw badRequest('decoded object cannot be converted to DeleteOptions');
	}
	return readDeleteOptions(request.query, value);
}
