import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {Kind, PrinterColumn} from '../../store/kind.ts';
import {ageOf} from './age.ts';
import {parseJsonPath} from './jsonpath.ts';

/** meta.k8s.io/v1 TableColumnDefinition. */
export interface ColumnDefinition {
	readonly name: string;
	readonly type: PrinterColumn['type'];
	readonly format: string;
	readonly description: string;
	/** Above 0: only in wide output. */
	readonly priority: number;
}

export type Cell = string | number | boolean | null;

export interface Column {
	readonly definition: ColumnDefinition;
	readonly cell: (object: KubeObject, nowMs: number) => Cell;
}

type Options = Partial<Pick<ColumnDefinition, 'format' | 'priority' | 'type'>>;
type Fields = Readonly<Record<string, unknown>>;

function column(name: string, description: string, cell: Column['cell'], options: Options = {}): Column {
	return {definition: {name, type: 'string', format: '', description, priority: 0, ...options}, cell};
}

const wide = {priority: 1} as const;
const name = column('Name', 'Name of the object, unique among its kind in its namespace.', ({metadata}) => metadata.name ?? '', {
	format: 'name',
});
const age = column('Age', 'Time since the server created the object.', ({metadata}, nowMs) =>
	ageOf(metadata.creationTimestamp, nowMs),
);

/** Columns of the kinds that the official server prints by hand, as it prints them. */
const handMade: Readonly<Record<string, readonly Column[]>> = {
	'/namespaces': [
		name,
		column('Status', 'Active or Terminating.', (object) => textAt(fieldsAt(object, 'status'), 'phase')),
		age,
	],
	'/configmaps': [
		name,
		column('Data', 'Number of entries.', (object) => countAt(object, 'data') + countAt(object, 'binaryData')),
		age,
	],
	'/secrets': [
		name,
		column('Type', 'What the data is meant for.', (object) => textAt(object, 'type')),
		column('Data', 'Number of entries.', (object) => countAt(object, 'data')),
		age,
	],
	'coordination.k8s.io/leases': [
		name,
		column('Holder', 'Who holds the lease.', (object) => textAt(fieldsAt(object, 'spec'), 'holderIdentity')),
		age,
	],
	'apps/controllerrevisions': [
		name,
		column('Controller', 'Controller of the object.', controllerOf),
		column('Revision', 'Number of the revision.', (object) => Number((object as unknown as Fields)['revision'] ?? 0)),
		age,
	],
	'/events': [
		column('Last Seen', 'Time since it happened last.', lastSeen),
		column('Type', 'Normal or Warning.', (object) => textAt(object, 'type')),
		column('Reason', 'Why, as one word.', (object) => textAt(object, 'reason')),
		column('Object', 'What the event is about, as kind/name.', involvedObject),
		column('Subobject', 'The part of the object.', (object) => textAt(fieldsAt(object, 'involvedObject'), 'fieldPath'), wide),
		column('Source', 'Who told it.', source, wide),
		column('Message', 'What happened, in one phrase.', (object) => textAt(object, 'message').trim()),
		column('First Seen', 'Time since it happened first.', firstSeen, wide),
		column('Count', 'How often it happened.', countOf, wide),
		column('Name', name.definition.description, name.cell, {...wide, format: 'name'}),
	],
};

/**
 * All columns of a kind, NAME first as a rule.
 * @throws RangeError for a printer column whose JSONPath can't be read.
 */
export function columnsOf(kind: Kind): readonly Column[] {
	const known = handMade[kind.id];
	if (known !== undefined) return known;
	const declared = kind.printerColumns.map((declaration) => declaredColumn(kind, declaration));
	const dated: Column = {...age, definition: {...age.definition, type: 'date'}};
	return [name, ...(declared.length === 0 ? [dated] : declared)];
}

function declaredColumn(kind: Kind, declaration: PrinterColumn): Column {
	const {name: title, type, jsonPath, description, format = '', priority = 0} = declaration;
	const path = parseJsonPath(jsonPath);
	if (!path.ok) throw new RangeError(`Cannot print column ${title} of ${kind.id}: ${path.error}`);
	const find = path.value;
	const told = description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`;
	const print = printers[type];
	return column(title, told, (object, nowMs) => print(find(object), nowMs), {type, format, priority});
}

/** A value that is absent, or not of the column's type, is an empty cell. */
const printers: Readonly<Record<PrinterColumn['type'], (value: unknown, nowMs: number) => Cell>> = {
	string: (value) => {
		if (typeof value === 'string') return value;
		return value === undefined || value === null ? null : JSON.stringify(value);
	},
	integer: (value) => (typeof value === 'number' ? Math.trunc(value) : null),
	number: (value) => (typeof value === 'number' ? value : null),
	boolean: (value) => (typeof value === 'boolean' ? value : null),
	date: (value, nowMs) => (typeof value === 'string' ? ageOf(value, nowMs) : null),
};

function controllerOf({metadata}: KubeObject): string {
	const owner = metadata.ownerReferences?.find(({controller}) => controller === true);
	if (owner === undefined) return '<none>';
	const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
	return `${`${owner.kind}${group}`.toLowerCase()}/${owner.name}`;
}

function firstSeen(object: KubeObject, nowMs: number): string {
	const {firstTimestamp, eventTime} = object as unknown as Fields;
	return ageOf(firstTimestamp ?? eventTime, nowMs);
}

function lastSeen(object: KubeObject, nowMs: number): string {
	const {lastTimestamp, series} = object as unknown as Fields;
	if (isFields(series)) return ageOf(series['lastObservedTime'], nowMs);
	return typeof lastTimestamp === 'string' ? ageOf(lastTimestamp, nowMs) : firstSeen(object, nowMs);
}

/** An event of the new kind, told once, carries no count. */
function countOf(object: KubeObject): number {
	const {count, series} = object as unknown as Fields;
	const told = isFields(series) ? (series['count'] ?? 0) : (count ?? 0);
	return Number(told) || (isFields(series) ? 0 : 1);
}

function involvedObject(object: KubeObject): string {
	const involved = fieldsAt(object, 'involvedObject');
	const kind = textAt(involved, 'kind').toLowerCase();
	const target = textAt(involved, 'name');
	return target === '' ? kind : `${kind}/${target}`;
}

function source(object: KubeObject): string {
	const from = fieldsAt(object, 'source');
	const component = textAt(from, 'component') || textAt(object, 'reportingComponent');
	const instance = textAt(from, 'host') || textAt(object, 'reportingInstance');
	return instance === '' ? component : `${component}, ${instance}`;
}

function textAt(object: object, key: string): string {
	const value = (object as Fields)[key];
	return typeof value === 'string' ? value : '';
}

function countAt(object: object, key: string): number {
	return Object.keys(fieldsAt(object, key)).length;
}

function fieldsAt(object: object, key: string): Fields {
	const value = (object as Fields)[key];
	return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null;
}
