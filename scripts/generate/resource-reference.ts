import {fieldsOf, isAlwaysPresent, type Crd, type Schema} from './crd-schema.ts';
import {banner} from './files.ts';

/** The reference page of one kind: a table of fields for spec and one for status. */
export function referencePage(crd: Crd): string {
	const {
		group,
		names,
		scope,
		versions: [version],
	} = crd.spec;
	const root = version.schema.openAPIV3Schema;
	const short = (names.shortNames ?? []).map((name) => `\`${name}\``).join(', ');
	const rules = rulesOf(root, '');
	const ruleLines =
		rules.length === 0 ? [] : ['', '## Rules', '', ...rules.map(([path, message]) => `- \`${path}\` ${message}`)];
	return [
		`<!-- ${banner('resource-reference.ts', `crds/${names.plural}.yaml`)} -->`,
		'',
		`# ${names.kind}`,
		'',
		root.description ?? '',
		'',
		`\`${group}/${version.name}\`, ${scope === 'Cluster' ? 'cluster-scoped' : 'namespaced'}, \`${names.plural}\`, short ${short}.`,
		...sectionLines(root, 'spec'),
		...sectionLines(root, 'status'),
		...ruleLines,
		'',
	].join('\n');
}

function sectionLines(root: Schema, name: 'spec' | 'status'): string[] {
	const schema = root.properties?.[name] ?? {};
	const columns =
		name === 'spec' ? ['field', 'type', 'default', 'bounds', 'meaning'] : ['field', 'type', 'bounds', 'meaning'];
	const rows = rowsOf(schema, '').map((row) => (name === 'spec' ? row : row.filter((_, index) => index !== 2)));
	const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
	return ['', `## ${name}`, '', schema.description ?? '', '', ...lines];
}

function rowsOf(parent: Schema, prefix: string): string[][] {
	return fieldsOf(parent).flatMap(([name, schema]) => {
		const path = `${prefix}${name}`;
		const row = [
			`\`${path}\``,
			typeName(schema),
			defaultText(parent, name, schema),
			bounds(schema),
			schema.description ?? '',
		];
		const inner = schema.items ?? schema;
		return [row.map(escapeCell), ...rowsOf(inner, `${path}${schema.items === undefined ? '' : '[]'}.`)];
	});
}

function typeName(schema: Schema): string {
	if (schema['x-kubernetes-int-or-string']) return 'integer or string';
	if (schema.items !== undefined) return `list of ${typeName(schema.items)}`;
	if (schema.additionalProperties !== undefined) return `map to ${typeName(schema.additionalProperties)}`;
	return schema.format === 'date-time' ? 'time' : (schema.type ?? '');
}

function defaultText(parent: Schema, name: string, schema: Schema): string {
	if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
	return isAlwaysPresent(parent, name, schema) ? 'required' : '';
}

function bounds(schema: Schema): string {
	const parts = [
		schema.enum?.join(', '),
		range(schema.minimum, schema.maximum, ''),
		range(schema.minLength, schema.maxLength, ' characters'),
		range(schema.minItems, schema.maxItems, ' items'),
		range(schema.minProperties, schema.maxProperties, ' entries'),
		schema.pattern === undefined ? undefined : `\`${schema.pattern}\``,
	];
	return parts.filter((part) => part !== undefined).join('; ');
}

function range(low: number | undefined, high: number | undefined, unit: string): string | undefined {
	if (low === undefined && high === undefined) return undefined;
	if (low === undefined) return `≤ ${high}${unit}`;
	return high === undefined ? `≥ ${low}${unit}` : `${low} to ${high}${unit}`;
}

function rulesOf(schema: Schema, path: string): (readonly [string, string])[] {
	const own = (schema['x-kubernetes-validations'] ?? []).map(
		({message}) => [path === '' ? 'object' : path, message] as const,
	);
	const children = fieldsOf(schema).flatMap(([name, child]) => rulesOf(child, path === '' ? name : `${path}.${name}`));
	const items = schema.items === undefined ? [] : rulesOf(schema.items, `${path}[]`);
	return [...own, ...children, ...items];
}

function escapeCell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
