import type {DeleteOptions, ListOptions, WriteOptions} from '../../runtime/kube/api.ts';
import {badRequest} from '../store/refusals.ts';
import type {IncludeObject} from './documents/table.ts';
import {invalidRequest, type FieldRefusal} from './refusals.ts';

/** Options of requests in the query, checked as the official server does. All throw KubeError 400 or 422. */

export interface ReadOptions extends ListOptions {
	readonly watch: boolean;
	readonly timeoutSeconds?: number;
	readonly allowWatchBookmarks: boolean;
	readonly sendInitialEvents?: boolean;
}

const meta = 'meta.k8s.io';

export function readListOptions(query: URLSearchParams): ReadOptions {
	const texts = ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion'] as const;
	const given = texts.flatMap((name) => (query.get(name) ? [[name, query.get(name)] as const] : []));
	const limit = integerOf(query, 'limit');
	const timeoutSeconds = integerOf(query, 'timeoutSeconds');
	const options = {
		...(Object.fromEntries(given) as Partial<Record<(typeof texts)[number], string>>),
		...(limit === undefined ? {} : {limit}),
		...(timeoutSeconds === undefined || timeoutSeconds <= 0 ? {} : {timeoutSeconds}),
		watch: booleanOf(query, 'watch') ?? false,
		allowWatchBookmarks: booleanOf(query, 'allowWatchBookmarks') ?? false,
		...(query.has('sendInitialEvents') ? {sendInitialEvents: booleanOf(query, 'sendInitialEvents') ?? false} : {}),
	};
	const match = query.get('resourceVersionMatch') ?? '';
	const problems = options.watch ? checkWatch(options, match) : checkList(options, match);
	if (problems.length > 0) throw invalidRequest({group: meta, kind: 'ListOptions'}, problems);
	return match === 'Exact' || match === 'NotOlderThan' ? {...options, resourceVersionMatch: match} : options;
}

function checkList(options: ReadOptions, match: string): readonly FieldRefusal[] {
	const problems: FieldRefusal[] = [];
	if (match !== '') {
		const forbid = (why: string): number => problems.push(forbidden('resourceVersionMatch', `resourceVersionMatch ${why}`));
		if (options.resourceVersion === undefined) forbid('is forbidden unless resourceVersion is provided');
		if (options.continue !== undefined) forbid('is forbidden when continue is provided');
		if (match !== 'Exact' && match !== 'NotOlderThan') {
			problems.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
		}
		if (match === 'Exact' && options.resourceVersion === '0') forbid('"exact" is forbidden for resourceVersion "0"');
	}
	if (options.sendInitialEvents !== undefined) {
		problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
	}
	return problems;
}

function checkWatch(options: ReadOptions, match: string): readonly FieldRefusal[] {
	const problems: FieldRefusal[] = [];
	const forbid = (why: string): number => problems.push(forbidden('resourceVersionMatch', why));
	if (options.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
		forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
	}
	if (match === '') return problems;
	if (options.sendInitialEvents === undefined) {
		forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
	}
	if (match !== 'NotOlderThan') problems.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
	if (options.continue !== undefined) forbid('resourceVersionMatch is forbidden when continue is provided');
	return problems;
}

/** Options of create (`CreateOptions`), update and patch, apart from subresource and warnings. */
export function readWriteOptions(query: URLSearchParams, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'): WriteOptions {
	const dryRun = query.getAll('dryRun').filter((text) => text !== '');
	const fieldValidation = query.get('fieldValidation') || 'Warn';
	const fieldManager = query.get('fieldManager') ?? '';
	const problems = [...checkDryRun(dryRun), ...checkManager(fieldManager)];
	if (!isValidation(fieldValidation)) {
		problems.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
	}
	if (kind === 'PatchOptions' && query.has('force')) {
		problems.push(forbidden('force', 'may not be specified for non-apply patch'));
	}
	if (problems.length > 0 || !isValidation(fieldValidation)) throw invalidRequest({group: meta, kind}, problems);
	return {dryRun: dryRun.length > 0, fieldValidation, ...(fieldManager === '' ? {} : {fieldManager})};
}

function isValidation(text: string): text is 'Ignore' | 'Strict' | 'Warn' {
	return text === 'Ignore' || text === 'Strict' || text === 'Warn';
}

const managerCharactersMax = 128;

function checkManager(name: string): readonly FieldRefusal[] {
	const shown = `Invalid value: ${JSON.stringify(name)}`;
	if (name.length > managerCharactersMax) {
		return [{reason: 'FieldValueInvalid', field: 'fieldManager', message: `${shown}: may not be more than 128 characters`}];
	}
	return /^\P{C}*$/u.test(name)
		? []
		: [{reason: 'FieldValueInvalid', field: 'fieldManager', message: `${shown}: should only contain printable characters`}];
}

function checkDryRun(values: readonly string[]): readonly FieldRefusal[] {
	return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

const policies = ['Background', 'Foreground', 'Orphan'] as const;

/** Options of a delete: those in the body when it has one, else those in the query. */
export function readDeleteOptions(query: URLSearchParams, body: Readonly<Record<string, unknown>> | undefined): DeleteOptions {
	const sent = body ?? fromQuery(query);
	const {orphanDependents, preconditions} = sent;
	const dryRun = listOf(sent['dryRun']);
	const policy = sent['propagationPolicy'] ?? '';
	const problems: FieldRefusal[] = [];
	if (policy !== '' && typeof orphanDependents === 'boolean') {
		const message = `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`;
		problems.push({reason: 'FieldValueInvalid', field: 'propagationPolicy', message});
	}
	const known = policies.find((name) => name === policy);
	if (policy !== '' && known === undefined) {
		problems.push(notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
	}
	problems.push(...checkDryRun(dryRun));
	if (problems.length > 0) throw invalidRequest({group: meta, kind: 'DeleteOptions'}, problems);
	const orphaned = orphanDependents === true ? 'Orphan' : 'Background';
	const chosen = known ?? (typeof orphanDependents === 'boolean' ? orphaned : undefined);
	return {
		dryRun: dryRun.length > 0,
		...(chosen === undefined ? {} : {propagationPolicy: chosen}),
		preconditions: readPreconditions(preconditions),
	};
}

function readPreconditions(value: unknown): NonNullable<DeleteOptions['preconditions']> {
	const {uid, resourceVersion} = (value ?? {}) as Readonly<Record<string, unknown>>;
	return {...(typeof uid === 'string' ? {uid} : {}), ...(typeof resourceVersion === 'string' ? {resourceVersion} : {})};
}

function fromQuery(query: URLSearchParams): Readonly<Record<string, unknown>> {
	integerOf(query, 'gracePeriodSeconds');
	const preconditions = {uid: query.get('preconditions.uid'), resourceVersion: query.get('preconditions.resourceVersion')};
	return {
		dryRun: query.getAll('dryRun').filter((text) => text !== ''),
		propagationPolicy: query.get('propagationPolicy') ?? '',
		orphanDependents: booleanOf(query, 'orphanDependents'),
		preconditions,
	};
}

function listOf(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

/** How much of an object goes with a row of a Table. */
export function readIncludeObject(query: URLSearchParams): IncludeObject {
	const text = query.get('includeObject') || 'Metadata';
	if (text === 'None' || text === 'Metadata' || text === 'Object') return text;
	const rule = "must be 'Metadata', 'Object', 'None', or empty";
	throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(text)}: ${rule}`);
}

function integerOf(query: URLSearchParams, name: string): number | undefined {
	const text = query.get(name);
	if (text === null || text === '') return undefined;
	if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
	return Number(text);
}

/** As the official server reads it: present but empty means true. */
function booleanOf(query: URLSearchParams, name: string): boolean | undefined {
	const text = query.get(name);
	return text === null ? undefined : !['0', 'false'].includes(text.toLowerCase());
}

function forbidden(field: string, why: string): FieldRefusal {
	return {reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}`};
}

function notSupported(field: string, value: unknown, known: readonly string[]): FieldRefusal {
	const list = known.map((text) => JSON.stringify(text)).join(', ');
	const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
	return {reason: 'FieldValueNotSupported', field, message};
}
