import {equalJson, isObject, type Json, type JsonObject} from './json.ts';
import type {Kind, PrinterColumn} from './kind.ts';
import {compileSchema} from './schema.ts';
import {objectOrEmpty} from './shape.ts';
import type {FieldProblem} from './validate.ts';

const text = {type: 'string'} as const;
const time = {type: 'string', format: 'date-time', nullable: true} as const;
const count = {type: 'integer', minimum: 0, maximum: 2147483647} as const;
const objectReference = {
	type: 'object',
	properties: {
		kind: text,
		namespace: text,
		name: text,
		uid: text,
		apiVersion: text,
		resourceVersion: text,
		fieldPath: text,
	},
} as const;

const configMap = {
	properties: {
		data: {type: 'object', additionalProperties: text},
		binaryData: {type: 'object', additionalProperties: {type: 'string', format: 'byte'}},
		immutable: {type: 'boolean'},
	},
} as const;

const namespace = {
	properties: {
		spec: {
			type: 'object',
			default: {},
			properties: {finalizers: {type: 'array', items: text, default: ['kubernetes']}},
		},
		status: {type: 'object', properties: {phase: {type: 'string', enum: ['Active', 'Terminating']}}},
	},
} as const;

const event = {
	required: ['involvedObject'],
	properties: {
		involvedObject: objectReference,
		related: objectReference,
		reason: text,
		message: text,
		source: {type: 'object', default: {}, properties: {component: text, host: text}},
		firstTimestamp: time,
		lastTimestamp: time,
		eventTime: time,
		count,
		type: text,
		action: text,
		reportingComponent: {...text, default: ''},
		reportingInstance: {...text, default: ''},
		series: {type: 'object', properties: {count, lastObservedTime: time}},
	},
} as const;

const lease = {
	properties: {
		spec: {
			type: 'object',
			properties: {
				holderIdentity: text,
				leaseDurationSeconds: {...count, minimum: 1},
				acquireTime: time,
				renewTime: time,
				leaseTransitions: count,
				strategy: text,
				preferredHolder: text,
			},
		},
	},
} as const;

const controllerRevision = {
	required: ['data', 'revision'],
	properties: {
		data: {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true},
		revision: {type: 'integer', minimum: 0},
	},
} as const;

const eventFields = [
	...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
		(name) => `involvedObject.${name}`,
	),
	'reason',
	'reportingComponent',
	'source',
	'type',
];

const age: PrinterColumn = {name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'};
const column = (name: string, jsonPath: string): PrinterColumn => ({name, type: 'string', jsonPath});

type BuiltinOptions = Partial<Kind> & {readonly plural: string; readonly kind: string};

/** The few kinds of the official server that the programs use, with its rules. */
export function builtinKinds(): readonly Kind[] {
	return [
		builtin(namespace, {
			plural: 'namespaces',
			kind: 'Namespace',
			shortNames: ['ns'],
			printerColumns: [column('Status', '.status.phase'), age],
			namespaced: false,
			hasStatus: true,
			nameRule: 'label',
			initialStatus: {phase: 'Active'},
		}),
		builtin(configMap, {plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'], check: checkConfigMap}),
		builtin(event, {
			plural: 'events',
			kind: 'Event',
			shortNames: ['ev'],
			printerColumns: [
				{name: 'Last Seen', type: 'date', jsonPath: '.lastTimestamp'},
				column('Type', '.type'),
				column('Reason', '.reason'),
				column('Object', '.involvedObject.name'),
				column('Message', '.message'),
			],
			selectableFields: eventFields,
			lifetimeMs: 3_600_000,
			check: checkEvent,
		}),
		builtin(lease, {group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease', needsVersion: true, printerColumns: [column('Holder', '.spec.holderIdentity'), age]}),
		builtin(controllerRevision, {
			group: 'apps',
			plural: 'controllerrevisions',
			kind: 'ControllerRevision',
			printerColumns: [{name: 'Revision', type: 'integer', jsonPath: '.revision'}, age],
			check: checkRevision,
		}),
	];
}

function builtin(schema: JsonObject & {readonly properties: JsonObject}, options: BuiltinOptions): Kind {
	const group = options.group ?? '';
	const full: JsonObject = {...schema, type: 'object', properties: {apiVersion: text, kind: text, metadata: {type: 'object'}, ...schema.properties}};
	return {
		id: `${group}/${options.plural}`,
		group,
		version: 'v1',
		namespaced: true,
		hasStatus: false,
		hasGeneration: false,
		needsVersion: false,
		nameRule: 'subdomain',
		selectableFields: [],
		singular: options.kind.toLowerCase(),
		listKind: `${options.kind}List`,
		shortNames: [],
		categories: [],
		printerColumns: [age],
		...options,
		openApi: full,
		schema: compileSchema(full),
	};
}

const configMapBytesMax = 1_048_576;

function checkConfigMap(next: JsonObject, previous: JsonObject | undefined): readonly FieldProblem[] {
	const problems: FieldProblem[] = [];
	let bytes = 0;
	for (const field of ['data', 'binaryData']) {
		for (const [key, value] of Object.entries(objectOrEmpty(next[field]))) {
			bytes += typeof value === 'string' ? value.length : 0;
			if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key === '..') {
				const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
				const message = `Invalid value: ${JSON.stringify(key)}: ${rule}`;
				problems.push({reason: 'FieldValueInvalid', field: `${field}[${key}]`, message});
			}
		}
		if (previous?.['immutable'] === true && !equalJson(previous[field], next[field])) {
			problems.push(forbid(field, 'field is immutable when `immutable` is set'));
		}
	}
	if (previous?.['immutable'] === true && next['immutable'] !== true) {
		problems.push(forbid('immutable', 'field is immutable when `immutable` is set'));
	}
	if (bytes > configMapBytesMax) {
		problems.push({
			reason: 'FieldValueTooLong',
			field: '',
			message: `Too long: may not be more than ${configMapBytesMax} bytes`,
		});
	}
	return problems;
}

function checkEvent(next: JsonObject): readonly FieldProblem[] {
	const involved = objectOrEmpty(next['involvedObject']);
	const meta = objectOrEmpty(next['metadata']);
	// An object without namespace keeps its events in the namespace default.
	const expected = involved['namespace'] ?? '';
	const fits = expected === '' ? meta['namespace'] === 'default' : meta['namespace'] === expected;
	const message = `Invalid value: ${JSON.stringify(expected)}: does not match event.namespace`;
	return fits ? [] : [{reason: 'FieldValueInvalid', field: 'involvedObject.namespace', message}];
}

function checkRevision(next: JsonObject, previous: JsonObject | undefined): readonly FieldProblem[] {
	const changed =
		previous !== undefined && isObject(previous['data']) && !equalJson(previous['data'], next['data'] as Json);
	return changed ? [forbid('data', 'field is immutable')] : [];
}

function forbid(field: string, why: string): FieldProblem {
	return {reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}`};
}
