import {fieldsOf, isAlwaysPresent, readCrds, type Crd, type Schema} from './crd-schema.ts';
import {banner, type GeneratedFile} from './files.ts';
import {referencePage} from './resource-reference.ts';

/** Shapes that several kinds share get one name instead of one per place. */
const sharedNames: Readonly<Record<string, string>> = {
	conditions: 'Condition',
	matchExpressions: 'LabelSelectorRequirement',
	deviceSelector: 'LabelSelector',
	selector: 'LabelSelector',
	assigned: 'FemtoDeviceAssignment',
};

const objectMeta = `/** What every object carries. A caller sends name, labels and the like; the server fills the rest. */
export interface ObjectMeta {
	readonly name: string;
	readonly namespace?: string;
	readonly uid?: string;
	readonly resourceVersion?: string;
	readonly generation?: number;
	readonly creationTimestamp?: string;
	readonly deletionTimestamp?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly finalizers?: readonly string[];
}`;

/** Types of the resources, the definitions as data for the embedded API, and one reference page per kind. */
export function generate(): GeneratedFile[] {
	const crds = readCrds();
	const interfaces = new Map<string, string>();
	const kinds = crds.map((crd) => kindSection(crd, interfaces));
	const types = [
		`/* ${banner('resources.ts', 'crds/*.yaml')} */`,
		'',
		'/* As the server returns objects: fields with a default are always there. A sender may leave those out. */',
		'',
		objectMeta,
		...kinds,
		...interfaces.values(),
	];
	const data = [
		`/* ${banner('resources.ts', 'crds/*.yaml')} */`,
		'',
		'/** The CustomResourceDefinitions of the project, as the embedded API takes them. */',
		`export const crds: readonly Readonly<Record<string, unknown>>[] = ${JSON.stringify(crds, null, '\t')};`,
	];
	return [
		{path: 'protocol/generated/resources.ts', content: `${types.join('\n')}\n`},
		{path: 'protocol/generated/crds.ts', content: `${data.join('\n')}\n`},
		...crds.map((crd) => ({path: `docs/reference/${crd.spec.names.kind.toLowerCase()}.md`, content: referencePage(crd)})),
	];
}

function kindSection(crd: Crd, interfaces: Map<string, string>): string {
	const {
		group,
		names,
		versions: [version],
	} = crd.spec;
	const root = version.schema.openAPIV3Schema;
	const fields = fieldsOf(root)
		.filter(([name]) => name === 'spec' || name === 'status')
		.flatMap(([name, schema]) => {
			const type = typeOf(schema, `${names.kind}${capital(name)}`, interfaces);
			return fieldLines(root, name, schema, type);
		});
	const variable = names.kind.charAt(0).toLowerCase() + names.kind.slice(1);
	return [
		`/** ${root.description} */`,
		`export interface ${names.kind} {`,
		`\treadonly apiVersion: '${group}/${version.name}';`,
		`\treadonly kind: '${names.kind}';`,
		'\treadonly metadata: ObjectMeta;',
		...fields,
		'}',
		`/** The collection of ${names.kind}s. */`,
		`export const ${variable}s = {group: '${group}', version: '${version.name}', plural: '${names.plural}'} as const;`,
	].join('\n');
}

/** The TypeScript type of a schema; adds the interfaces it needs, outer before inner. */
function typeOf(schema: Schema, name: string, interfaces: Map<string, string>): string {
	if (schema['x-kubernetes-int-or-string']) return 'number | string';
	switch (schema.type) {
		case 'string':
			return schema.enum === undefined ? 'string' : schema.enum.map((value) => `'${value}'`).join(' | ');
		case 'integer':
			return 'number';
		case 'boolean':
			return 'boolean';
		case 'array':
			return listOf(typeOf(schema.items ?? {}, singular(name), interfaces));
		case 'object':
			if (schema.additionalProperties !== undefined) {
				return `Readonly<Record<string, ${typeOf(schema.additionalProperties, name, interfaces)}>>`;
			}
			return addInterface(schema, name, interfaces);
		default:
			throw new RangeError(`Cannot generate ${name}: schema type ${String(schema.type)}, known type required`);
	}
}

function listOf(type: string): string {
	return type.includes(' ') && !type.startsWith('Readonly<') ? `readonly (${type})[]` : `readonly ${type}[]`;
}

function addInterface(schema: Schema, name: string, interfaces: Map<string, string>): string {
	const known = interfaces.has(name);
	if (!known) interfaces.set(name, '');
	const fields = fieldsOf(schema).flatMap(([field, child]) => {
		const type = typeOf(child, sharedNames[field] ?? `${name}${capital(field)}`, interfaces);
		return fieldLines(schema, field, child, type);
	});
	const summary = schema.description === undefined ? [] : [`/** ${schema.description} */`];
	const text = [...summary, `export interface ${name} {`, ...fields, '}'].join('\n');
	// The sentence above a shared shape may differ from place to place; its fields may not.
	if (
		known &&
		interfaces.get(name)?.split('\n').slice(summary.length).join() !== text.split('\n').slice(summary.length).join()
	) {
		throw new RangeError(`Cannot generate ${name}: two schemas of this name have different fields`);
	}
	if (!known) interfaces.set(name, text);
	return name;
}

function fieldLines(parent: Schema, name: string, schema: Schema, type: string): string[] {
	const mark = isAlwaysPresent(parent, name, schema) ? '' : '?';
	const comment = schema.description === undefined ? [] : [`\t/** ${schema.description} */`];
	return [...comment, `\treadonly ${name}${mark}: ${type};`];
}

/** FemtoContainerSpecWaves -> FemtoContainerSpecWave; what has no plural gets `Item`. */
function singular(name: string): string {
	if (Object.values(sharedNames).includes(name)) return name;
	return name.endsWith('s') && !name.endsWith('ss') ? name.slice(0, -1) : `${name}Item`;
}

function capital(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}
