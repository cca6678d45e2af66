import type {ListOptions} from '../../runtime/kube/api.ts';
import {isObject, type JsonObject} from './json.ts';
import {badRequest, invalidOptions} from './refusals.ts';
import {metaOf, textOf} from './shape.ts';
import type {FieldProblem} from './validate.ts';

/** Which state a list is of. */
export interface ListPlan {
	/** As it was at this version; absent: the newest. */
	readonly exact?: number;
	/** Not before this version has been reached. */
	readonly atLeast: number;
	/** From this key on; '' from the beginning. */
	readonly start: string;
}

export interface Page {
	readonly items: readonly JsonObject[];
	readonly version: number;
	readonly continue?: string;
}

/**
 * Reads what `resourceVersion`, `resourceVersionMatch`, `limit` and `continue` mean together.
 * @throws KubeError 400 for what is no version or token, 422 for a combination without meaning.
 */
export function planList(options: ListOptions): ListPlan {
	const {resourceVersion = '', resourceVersionMatch, limit = 0, continue: token = ''} = options;
	checkMatch(resourceVersion, resourceVersionMatch, token);
	if (token !== '') {
		const {version, start} = decodeContinue(token);
		if (resourceVersion !== '' && resourceVersion !== '0')
			throw badRequest('specifying resource version is not allowed when using continue');
		return version < 0 ? {atLeast: 0, start} : {exact: version, atLeast: 0, start};
	}
	const version = readVersion(resourceVersion);
	// A limit without a match means Exact, for clients from before there was a match.
	const exact = version > 0 && (resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit > 0));
	return {...(exact ? {exact: version} : {}), atLeast: version, start: ''};
}

function readVersion(text: string): number {
	if (/^\d{0,15}$/.test(text)) return Number(text);
	const shown = JSON.stringify(text);
	throw badRequest(
		`invalid resource version: resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`,
	);
}

function checkMatch(version: string, match: string | undefined, token: string): void {
	if (match === undefined) return;
	const field = 'resourceVersionMatch';
	const problems: FieldProblem[] = [];
	const forbid = (why: string): void => {
		problems.push({reason: 'FieldValueForbidden', field, message: `Forbidden: resourceVersionMatch ${why}`});
	};
	if (version === '') forbid('is forbidden unless resourceVersion is provided');
	if (token !== '') forbid('is forbidden when continue is provided');
	if (match !== 'Exact' && match !== 'NotOlderThan') {
		const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "", "Exact", "NotOlderThan"`;
		problems.push({reason: 'FieldValueNotSupported', field, message});
	}
	if (match === 'Exact' && version === '0') forbid('"exact" is forbidden for resourceVersion "0"');
	if (problems.length > 0) throw invalidOptions(problems);
}

/** `items` are all there were at `version`, in the order of their keys. */
export function cutPage(items: readonly JsonObject[], version: number, start: string, limit: number): Page {
	const from = start === '' ? 0 : items.findIndex((item) => keyOf(item) >= start);
	if (from < 0) return {items: [], version};
	const end = limit > 0 ? from + limit : items.length;
	const page = {items: from === 0 && end >= items.length ? items : items.slice(from, end), version};
	const last = items[end - 1];
	if (end >= items.length || last === undefined) return page;
	return {...page, continue: encodeContinue(version, `${keyOf(last)}\0`)};
}

/** The place of an object in lists: `<namespace>/<name>`. */
export function keyOf(object: JsonObject): string {
	const meta = metaOf(object);
	return `${textOf(meta, 'namespace')}/${textOf(meta, 'name')}`;
}

const tokenFormat = 'meta.k8s.io/v1';

/** A token of the official form. It needs no memory in the server: the history gives the state back. */
export function encodeContinue(version: number, start: string): string {
	return Buffer.from(JSON.stringify({v: tokenFormat, rv: version, start})).toString('base64url');
}

function decodeContinue(token: string): {readonly version: number; readonly start: string} {
	const content = parseToken(Buffer.from(token, 'base64url').toString());
	if (content === undefined || content['v'] !== tokenFormat)
		throw badRequest('invalid continue token: continue key is not valid');
	const {rv, start} = content;
	if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
		throw badRequest(
			`invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version ${tokenFormat})`,
		);
	}
	if (typeof start !== 'string' || start === '')
		throw badRequest(`invalid continue token: continue key is not valid: encoded start key empty (version ${tokenFormat})`);
	return {version: rv, start};
}

function parseToken(text: string): JsonObject | undefined {
	try {
		const content: unknown = JSON.parse(text);
		return isObject(content) ? content : undefined;
	} catch {
		return undefined;
	}
}
