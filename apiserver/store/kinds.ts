import type {ResourceRef} from '../../runtime/kube/types.ts';
import {builtinKinds} from './builtins.ts';
import {isObject, type Json, type JsonObject} from './json.ts';
import type {Kind, PrinterColumn} from './kind.ts';
import {unknownResource} from './refusals.ts';
import {compileSchema} from './compile-schema.ts';
import {objectOrEmpty} from './shape.ts';

/** Resources by group, version and plural. */
export class Kinds {
	readonly #byPath = new Map<string, Kind>();
	readonly namespaces: Kind;

	/** @throws RangeError for a definition that the store can't keep. */
	constructor(crds: readonly Readonly<Record<string, unknown>>[]) {
		for (const kind of [...builtinKinds(), ...crds.flatMap((crd) => kindsOfCrd(crd as JsonObject))]) {
			this.#byPath.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
		}
		this.namespaces = this.find({group: '', version: 'v1', plural: 'namespaces'});
	}

	/** @throws KubeError 404 for a resource that is not served. */
	find({group, version, plural}: ResourceRef): Kind {
		const kind = this.#byPath.get(`${group}/${version}/${plural}`);
		if (kind === undefined) throw unknownResource();
		return kind;
	}

	all(): readonly Kind[] {
		return [...this.#byPath.values()];
	}
}

function kindsOfCrd(crd: JsonObject): readonly Kind[] {
	const spec = objectOrEmpty(crd['spec']);
	const names = objectOrEmpty(spec['names']);
	const versions = Array.isArray(spec['versions']) ? (spec['versions'] as readonly Json[]) : [];
	return versions
		.filter(isObject)
		.filter(({served}) => served === true)
		.map((version) => {
			const group = textAt(spec, 'group');
			const plural = textAt(names, 'plural');
			return {
				id: `${group}/${plural}`,
				group,
				version: textAt(version, 'name'),
				plural,
				kind: textAt(names, 'kind'),
				singular: typeof names['singular'] === 'string' ? names['singular'] : textAt(names, 'kind').toLowerCase(),
				listKind: typeof names['listKind'] === 'string' ? names['listKind'] : `${textAt(names, 'kind')}List`,
				shortNames: textsOf(names['shortNames']),
				categories: textsOf(names['categories']),
				printerColumns: columnsOf(version['additionalPrinterColumns']),
				openApi: objectOrEmpty(objectOrEmpty(version['schema'])['openAPIV3Schema']),
				namespaced: spec['scope'] === 'Namespaced',
				hasStatus: objectOrEmpty(version['subresources'])['status'] !== undefined,
				hasGeneration: true,
				needsVersion: true,
				nameRule: 'subdomain',
				schema: compileSchema(objectOrEmpty(objectOrEmpty(version['schema'])['openAPIV3Schema'])),
				selectableFields: selectableFieldsOf(version['selectableFields']),
				hasOwnFields: true,
				builtin: false,
			};
		});
}

function textsOf(value: Json | undefined): readonly string[] {
	return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function selectableFieldsOf(value: Json | undefined): readonly string[] {
	const fields = Array.isArray(value) ? (value as readonly Json[]) : [];
	return fields.map((field) => textAt(objectOrEmpty(field), 'jsonPath').replace(/^\./, ''));
}

/** Definitions come from crds/, whose columns a test compares with the schema. */
function columnsOf(value: Json | undefined): readonly PrinterColumn[] {
	const columns = Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
	return columns.map((column) => column as unknown as PrinterColumn);
}

function textAt(object: JsonObject, key: string): string {
	const value = object[key];
	if (typeof value !== 'string' || value === '') {
		throw new RangeError(`Cannot read CustomResourceDefinition: ${key} ${JSON.stringify(value)}, text required`);
	}
	return value;
}
