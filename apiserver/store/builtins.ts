import {checkConfigMap, checkEvent, checkLease, checkRevision, checkSecret} from './builtin-checks.ts';
import {isObject, type Json, type JsonObject} from './json.ts';
import type {Kind, PrinterColumn} from './kind.ts';
import {compileSchema} from './compile-schema.ts';
import {metaOf, objectOrEmpty, textOf} from './shape.ts';

const text = {type: 'string'} as const;
const time = {type: 'string', format: 'date-time', nullable: true} as const;
const microTime = {type: 'string', format: 'micro-time', nullable: true} as const;
const integer = {type: 'integer'} as const;
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

const secret = {
	properties: {
		type: {...text, default: 'Opaque'},
		data: {type: 'object', additionalProperties: {type: 'string', format: 'byte'}},
		stringData: {type: 'object', additionalProperties: text},
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
	properties: {
		involvedObject: {...objectReference, default: {}},
		related: objectReference,
		reason: text,
		message: text,
		source: {type: 'object', default: {}, properties: {component: text, host: text}},
		firstTimestamp: time,
		lastTimestamp: time,
		eventTime: microTime,
		count,
		type: text,
		action: text,
		reportingComponent: {...text, default: ''},
		reportingInstance: {...text, default: ''},
		series: {type: 'object', properties: {count, lastObservedTime: microTime}},
	},
} as const;

const lease = {
	properties: {
		spec: {
			type: 'object',
			properties: {
				holderIdentity: text,
				leaseDurationSeconds: integer,
				acquireTime: microTime,
				renewTime: microTime,
				leaseTransitions: integer,
				strategy: text,
				preferredHolder: text,
			},
		},
	},
} as const;

const controllerRevision = {
	properties: {
		data: {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true},
		revision: {...integer, default: 0},
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

const eventColumns: readonly PrinterColumn[] = [
	{name: 'Last Seen', type: 'date', jsonPath: '.lastTimestamp'},
	column('Type', '.type'),
	column('Reason', '.reason'),
	column('Object', '.involvedObject.name'),
	column('Message', '.message'),
];

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
			selectableFields: ['status.phase'],
			hasOwnFields: true,
			complete: labelNamespace,
		}),
		builtin(configMap, {
			plural: 'configmaps',
			kind: 'ConfigMap',
			shortNames: ['cm'],
			complete: dropEmptyData,
			check: checkConfigMap,
		}),
		builtin(secret, {
			plural: 'secrets',
			kind: 'Secret',
			printerColumns: [column('Type', '.type'), age],
			selectableFields: ['type'],
			hasOwnFields: true,
			complete: completeSecret,
			check: checkSecret,
		}),
		builtin(event, {
			plural: 'events',
			kind: 'Event',
			shortNames: ['ev'],
			printerColumns: eventColumns,
			selectableFields: eventFields,
			hasOwnFields: true,
			lifetimeMs: 3_600_000,
			check: checkEvent,
		}),
		builtin(lease, {
			group: 'coordination.k8s.io',
			plural: 'leases',
			kind: 'Lease',
			needsVersion: true,
			printerColumns: [column('Holder', '.spec.holderIdentity'), age],
			check: checkLease,
		}),
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
	const common = {apiVersion: text, kind: text, metadata: {type: 'object'}};
	const full: JsonObject = {...schema, type: 'object', properties: {...common, ...schema.properties}};
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
		hasOwnFields: false,
		builtin: true,
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

function labelNamespace(object: JsonObject): JsonObject {
	const metadata = metaOf(object);
	const labels = {...objectOrEmpty(metadata['labels']), 'kubernetes.io/metadata.name': metadata['name'] ?? ''};
	return {...object, metadata: {...metadata, labels}};
}

/** Maps without entries are not kept. */
function dropEmptyData(object: JsonObject): JsonObject {
	const isKept = ([key, value]: readonly [string, Json]): boolean =>
		!['data', 'binaryData'].includes(key) || !isObject(value) || Object.keys(value).length > 0;
	return Object.fromEntries(Object.entries(object).filter(isKept));
}

/** `stringData` is only for writing: it becomes part of `data`. */
function completeSecret(object: JsonObject): JsonObject {
	const {stringData, ...rest} = dropEmptyData(object);
	const typed = rest['type'] === '' ? {...rest, type: 'Opaque'} : rest;
	if (stringData === undefined) return typed;
	const entries = Object.entries(objectOrEmpty(stringData));
	// What is no text is left for validation to refuse.
	if (!isObject(stringData) || entries.some(([, value]) => typeof value !== 'string')) return object;
	const encode = (key: string): string => Buffer.from(textOf(stringData, key)).toString('base64');
	const data = Object.fromEntries(entries.map(([key]) => [key, encode(key)]));
	return {...typed, data: {...objectOrEmpty(rest['data']), ...data}};
}
