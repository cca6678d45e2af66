import {stringify} from 'yaml';
import type {HttpResponse} from '../../runtime/http.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {jsonAnswer} from './answers.ts';
import {groupVersionOf, isBuiltin} from './documents/names.ts';
import {toPartial, toPartialList, type ListMeta} from './documents/partial.ts';
import {toTable} from './documents/table.ts';
import {negotiate, type Form} from './negotiate.ts';
import {readIncludeObject} from './options.ts';
import type {Call} from './request.ts';

const objectForms: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata']);
const listForms: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadataList']);
const plainOnly: ReadonlySet<string> = new Set();

/** How the answer shall look; asked for before anything is changed. @throws KubeError 406. */
export function formOf({request}: Call, what: 'object' | 'list' | 'status'): Form {
	const transforms = what === 'object' ? objectForms : what === 'list' ? listForms : plainOnly;
	return negotiate(request.headers['accept'], transforms);
}

export function objectAnswer(call: Call, form: Form, object: KubeObject, {status = 200, headers = {}} = {}): HttpResponse {
	return documentAnswer(form, presentObject(call, form, object), {status, headers});
}

/** The object, or what was asked for in its place; `withColumns` as in a Table. */
export function presentObject({request, kind, clock}: Call, {as}: Form, object: KubeObject, withColumns = true): object {
	if (as === undefined) return object;
	if (as !== 'Table') return toPartial(object);
	const listMeta = {resourceVersion: object.metadata.resourceVersion ?? ''};
	const includeObject = readIncludeObject(request.query);
	return toTable(kind, [object], {includeObject, nowMs: clock.now(), listMeta, withColumns});
}

export function listAnswer(call: Call, form: Form, items: readonly KubeObject[], listMeta: ListMeta): HttpResponse {
	const {request, kind, clock} = call;
	if (form.as === undefined) {
		const head = {kind: kind.listKind, apiVersion: groupVersionOf(kind)};
		// Both are what the official server's two ways of writing a list give.
		if (isBuiltin(kind)) return documentAnswer(form, {...head, metadata: listMeta, items: items.map(withoutType)});
		return documentAnswer(form, {...head, metadata: {continue: '', ...listMeta}, items});
	}
	if (form.as !== 'Table') return documentAnswer(form, toPartialList(items, listMeta));
	const includeObject = readIncludeObject(request.query);
	return documentAnswer(form, toTable(kind, items, {includeObject, nowMs: clock.now(), listMeta}));
}

/** Kinds of its own the official server lists without saying for each what it is. */
function withoutType(object: KubeObject): object {
	const {kind: _, apiVersion: __, ...rest} = object;
	return rest;
}

export function documentAnswer({format}: Form, document: object, {status = 200, headers = {}} = {}): HttpResponse {
	if (format === 'json') return jsonAnswer(document, {status, headers});
	const body = stringify(document, {lineWidth: 0, aliasDuplicateObjects: false});
	return {status, headers: {'content-type': 'application/yaml', ...headers}, body};
}
