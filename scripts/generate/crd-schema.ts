import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'yaml';

/** The subset of a CustomResourceDefinition that `crds/` uses. */
export interface Crd {
	readonly spec: {
		readonly group: string;
		readonly scope: 'Cluster' | 'Namespaced';
		readonly names: {readonly kind: string; readonly plural: string; readonly shortNames?: readonly string[]};
		readonly versions: readonly [CrdVersion];
	};
}

export interface CrdVersion {
	readonly name: string;
	readonly schema: {readonly openAPIV3Schema: Schema};
}

/** The subset of structural schemas that `crds/` uses. */
export interface Schema {
	readonly 'type'?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
	readonly 'description'?: string;
	readonly 'properties'?: Readonly<Record<string, Schema>>;
	readonly 'additionalProperties'?: Schema;
	readonly 'items'?: Schema;
	readonly 'required'?: readonly string[];
	readonly 'enum'?: readonly string[];
	readonly 'default'?: unknown;
	readonly 'format'?: string;
	readonly 'pattern'?: string;
	readonly 'minimum'?: number;
	readonly 'maximum'?: number;
	readonly 'minLength'?: number;
	readonly 'maxLength'?: number;
	readonly 'minItems'?: number;
	readonly 'maxItems'?: number;
	readonly 'minProperties'?: number;
	readonly 'maxProperties'?: number;
	readonly 'x-kubernetes-int-or-string'?: true;
	readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
	readonly 'x-kubernetes-list-map-keys'?: readonly string[];
	readonly 'x-kubernetes-validations'?: readonly Rule[];
}

export interface Rule {
	readonly rule: string;
	readonly message: string;
	readonly fieldPath?: string;
}

const folder = join(import.meta.dirname, '../../crds');

/** Every definition of `crds/` by file name, anchors and merge keys resolved as kubectl does. */
export function readCrds(): readonly Crd[] {
	const names = readdirSync(folder)
		.filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
		.toSorted();
	return names.map((name) => parse(readFileSync(join(folder, name), 'utf8'), {merge: true}) as Crd);
}

/** Fields of an object in the order of the file; metadata is the same for every kind and stands apart. */
export function fieldsOf(schema: Schema): readonly (readonly [string, Schema])[] {
	return Object.entries(schema.properties ?? {});
}

/** A defaulted field is always there in what the server returns. */
export function isAlwaysPresent(parent: Schema, name: string, field: Schema): boolean {
	return (parent.required ?? []).includes(name) || field.default !== undefined;
}
