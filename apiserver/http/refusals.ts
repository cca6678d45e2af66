import type {KubeError} from '../../runtime/kube/errors.ts';
import type {Kind} from '../store/kind.ts';
import {refusal, resourceOf} from '../store/refusals.ts';

/** Refusals of the HTTP layer, worded as the official server words them; the store has its own. */

export function unauthorized(): KubeError {
	return refusal(401, 'Unauthorized', 'Unauthorized');
}

/** A path below a served group and version that leads nowhere. */
export function noSuchPath(): KubeError {
	return refusal(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function noSuchSubresource(kind: Kind, name: string): KubeError {
	const details = {name, kind: kind.plural, ...(kind.group === '' ? {} : {group: kind.group})};
	return refusal(404, 'NotFound', `${resourceOf(kind)} ${JSON.stringify(name)} not found`, details);
}

export function methodNotAllowed(): KubeError {
	return refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** `verb` is that of Kubernetes, '' for a method that it has none for. */
export function verbNotSupported(kind: Kind, verb: string): KubeError {
	const message = `${verb} is not supported on resources of kind ${JSON.stringify(resourceOf(kind))}`;
	return refusal(405, 'MethodNotAllowed', message, {group: kind.group, kind: kind.plural});
}

export function notAcceptable(accepted: readonly string[]): KubeError {
	return refusal(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

export function bodyTooLarge(limitBytes: number): KubeError {
	return refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`);
}

export function unsupportedMediaType(accepted: readonly string[]): KubeError {
	const list = accepted.join(', ');
	return refusal(
		415,
		'UnsupportedMediaType',
		`the body of the request was in an unknown format - accepted media types include: ${list}`,
	);
}

export interface FieldRefusal {
	readonly reason: 'FieldValueForbidden' | 'FieldValueInvalid' | 'FieldValueNotSupported';
	readonly field: string;
	/** Without the path. */
	readonly message: string;
}

interface Subject {
	readonly group: string;
	readonly kind: string;
}

/** 422 for options of a request, or for a body that names no kind ('' then). */
export function invalidRequest({group, kind}: Subject, problems: readonly FieldRefusal[]): KubeError {
	const texts = problems.map(({field, message}) => `${field}: ${message}`);
	const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
	const target = group === '' ? kind : `${kind}.${group}`;
	const details = {...(group === '' ? {} : {group}), ...(kind === '' ? {} : {kind}), causes: problems};
	return refusal(422, 'Invalid', `${target} "" is invalid: ${list}`, details);
}

export function tooManyRequests(): KubeError {
	return refusal(429, 'TooManyRequests', 'Too many requests, please try again later.', {retryAfterSeconds: 1});
}

export function internalError(): KubeError {
	const message = 'Internal error occurred: the request could not be carried out';
	return refusal(500, 'InternalError', message, {causes: [{reason: '', message: 'see the log of the API server'}]});
}

export function unavailable(why: string): KubeError {
	return refusal(503, 'ServiceUnavailable', why);
}
