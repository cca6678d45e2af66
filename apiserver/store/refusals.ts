import {KubeError, type KubeStatusDetails} from '../../runtime/kube/errors.ts';
import type {Kind} from './kind.ts';
import type {FieldProblem} from './validate.ts';

/** Every refusal of the store, worded as the official server words it. */

export function notFound(kind: Kind, name: string): KubeError {
	return refusal(404, 'NotFound', `${resourceOf(kind)} ${quote(name)} not found`, detailsOf(kind, name));
}

export function unknownResource(): KubeError {
	return refusal(404, 'NotFound', 'the server could not find the requested resource');
}

/** `isLeaving`: the one that has the name is marked for deletion. */
export function alreadyExists(kind: Kind, name: string, isLeaving = false): KubeError {
	const message = `${isLeaving ? 'object is being deleted: ' : ''}${resourceOf(kind)} ${quote(name)} already exists`;
	return refusal(409, 'AlreadyExists', message, detailsOf(kind, name));
}

export function conflict(kind: Kind, name: string, why = modified): KubeError {
	const message = `Operation cannot be fulfilled on ${resourceOf(kind)} ${quote(name)}: ${why}`;
	return refusal(409, 'Conflict', message, detailsOf(kind, name));
}

/** A condition of a deletion is not met; here the official server names the kind, not the resource. */
export function deletionConflict(kind: Kind, name: string, why: string): KubeError {
	const message = `Operation cannot be fulfilled on ${kindOf(kind)} ${quote(name)}: ${why}`;
	return refusal(409, 'Conflict', message, {...detailsOf(kind, name), kind: kind.kind});
}

/** An update must say what it was made from. */
export function versionRequired(kind: Kind, name: string): KubeError {
	const field = 'metadata.resourceVersion';
	const message = 'Invalid value: 0: must be specified for an update';
	return refusal(422, 'Invalid', `${resourceOf(kind)} ${quote(name)} is invalid: ${field}: ${message}`, {
		...detailsOf(kind, name),
		causes: [{reason: 'FieldValueInvalid', field, message}],
	});
}

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): KubeError {
	return refusal(400, 'BadRequest', message);
}

export function forbidden(
	kind: Kind,
	name: string,
	why: string,
	cause?: {readonly reason: string; readonly field: string},
): KubeError {
	const causes = cause === undefined ? {} : {causes: [{...cause, message: why}]};
	return refusal(403, 'Forbidden', `${resourceOf(kind)} ${quote(name)} is forbidden: ${why}`, {
		...detailsOf(kind, name),
		...causes,
	});
}

/** 422 with one cause per broken rule. */
export function invalid(kind: Kind, name: string, problems: readonly FieldProblem[]): KubeError {
	const texts = [...new Set(problems.map(({field, message}) => `${field}: ${message}`))];
	const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
	return refusal(422, 'Invalid', `${kindOf(kind)} ${quote(name)} is invalid: ${list}`, {
		...detailsOf(kind, name),
		kind: kind.kind,
		causes: problems,
	});
}

export function patchTooLong(operations: number, most: number): KubeError {
	const rule = `The allowed maximum operations in a JSON patch is ${most}, got ${operations}`;
	return refusal(413, 'RequestEntityTooLarge', `Request entity too large: ${rule}`);
}

export function patchNotApplicable(why: string): KubeError {
	return refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {
		causes: [{reason: 'UnexpectedServerResponse', field: 'patch', message: why}],
	});
}

/** The body is of another kind than the path. */
export function wrongKind(kind: Kind, sent: string, name: string): KubeError {
	if (kind.builtin) return badRequest(`the kind in the data (${sent}) does not match the expected kind (${kind.kind})`);
	const message = `Invalid value: ${quote(sent)}: must be ${kind.kind}`;
	return invalid({...kind, kind: sent}, name, [{reason: 'FieldValueInvalid', field: 'kind', message}]);
}

/** A body that can't be decoded; after a patch the official server shows all that the patch made. */
export function undecodable(kind: Kind, why: string, patched: object | undefined): KubeError {
	if (patched === undefined) {
		return badRequest(
			`${kind.kind} in version ${quote(kind.version)} cannot be handled as a ${kind.kind}: ${why}`,
		);
	}
	const message = `Invalid value: ${quote(JSON.stringify(patched))}: ${why}`;
	return refusal(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
		causes: [{reason: 'FieldValueInvalid', message, field: 'patch'}],
	});
}

/** A combination of list or watch options that has no meaning. */
export function invalidOptions(problems: readonly FieldProblem[]): KubeError {
	const texts = problems.map(({field, message}) => `${field}: ${message}`);
	const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
	return refusal(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${list}`, {
		group: 'meta.k8s.io',
		kind: 'ListOptions',
		causes: problems,
	});
}

/** One object of this many bytes of JSON is what etcd takes by default, so what the official server stores. */
export const objectBytesMax = 1_572_864;

export function tooLarge(kind: Kind, name: string, bytes: number): KubeError {
	const rule = `limit is ${objectBytesMax} bytes of JSON for one object, ${resourceOf(kind)} ${quote(name)} has ${bytes}`;
	return refusal(413, 'RequestEntityTooLarge', `Request entity too large: ${rule}`, detailsOf(kind, name));
}

/** The database refused: nothing has been written. */
export function notWritten(error: unknown): KubeError {
	const why = error instanceof Error ? error.message : String(error);
	const message = `Cannot write store: ${why}; nothing was changed`;
	const details = {causes: [{reason: '', message}]};
	const status = {code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details};
	return new KubeError(status, {cause: error});
}

export function expired(asked: number, oldest: number): KubeError {
	return refusal(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
}

export function expiredList(): KubeError {
	return refusal(410, 'Expired', 'The resourceVersion for the provided list is too old.');
}

/** `token` goes on where the old one stopped, with the newest state. */
export function expiredContinue(token: string): KubeError {
	const message =
		'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
		'without the continue parameter, or use the continue token in this response to retrieve the remainder of the ' +
		'results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
		'modified, or deleted between the time the first chunk was returned and now may show up in the list.';
	return new KubeError({code: 410, reason: 'Expired', message, metadata: {continue: token}});
}

export function versionFromFuture(asked: number, current: number): KubeError {
	return refusal(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
		retryAfterSeconds: 1,
		causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
	});
}

export function refusal(code: number, reason: string, message: string, details?: KubeStatusDetails): KubeError {
	return new KubeError({code, reason, message, ...(details === undefined ? {} : {details})});
}

function detailsOf({plural, group}: Kind, name: string): KubeStatusDetails {
	return {...(name === '' ? {} : {name}), kind: plural, ...(group === '' ? {} : {group})};
}

/** `FemtoDevice.femtofleet.dev`, `ConfigMap`. */
function kindOf({kind, group}: Kind): string {
	return group === '' ? kind : `${kind}.${group}`;
}

/** `femtodevices.femtofleet.dev`, `configmaps`. */
export function resourceOf({plural, group}: Kind): string {
	return group === '' ? plural : `${plural}.${group}`;
}

function quote(text: string): string {
	return JSON.stringify(text);
}
