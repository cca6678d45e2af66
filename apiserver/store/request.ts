import type {DeleteOptions, WriteOptions} from '../../runtime/kube/api.ts';
import type {ResourceRef} from '../../runtime/kube/types.ts';
import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import type {Admission} from './prepare.ts';
import {badRequest, deletionConflict, notFound} from './refusals.ts';
import {textOf} from './shape.ts';

/** @throws KubeError 404 for a subresource that the kind does not have. */
export function admissionOf(kind: Kind, options: WriteOptions): Admission {
	const {subresource, fieldValidation = 'Ignore', onWarning = () => {}} = options;
	if (subresource === 'status' && !kind.hasStatus) throw notFound(kind, 'status');
	return {fieldValidation, onWarning, status: subresource === 'status', patched: false};
}

/** The namespace of one object; '' for a cluster-scoped kind. @throws KubeError 400 when it does not fit. */
export function namespaceOf(kind: Kind, ref: ResourceRef, sent?: string): string {
	if (!kind.namespaced) {
		if ((ref.namespace ?? sent ?? '') !== '')
			throw badRequest(`${kind.kind} is cluster-scoped: it must not name a namespace`);
		return '';
	}
	if (ref.namespace !== undefined && sent !== undefined && sent !== ref.namespace) {
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	}
	const namespace = ref.namespace ?? sent ?? '';
	if (namespace === '') throw badRequest('an empty namespace may not be set during creation');
	return namespace;
}

/** @throws KubeError 409 for an object that is not the expected one any more. */
export function checkPreconditions(
	kind: Kind,
	name: string,
	meta: JsonObject,
	preconditions: NonNullable<DeleteOptions['preconditions']>,
): void {
	const rules = [['uid', 'UID', 'deleted and then recreated'], ['resourceVersion', 'ResourceVersion', 'modified']] as const;
	for (const [key, label, why] of rules) {
		const wanted = preconditions[key];
		if (wanted === undefined || wanted === meta[key]) continue;
		const difference = `the ${label} in the precondition (${wanted}) does not match the ${label} in record (${textOf(meta, key)})`;
		throw deletionConflict(kind, name, `${difference}. The object might have been ${why}`);
	}
}
