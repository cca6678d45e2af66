import {
	containerStates, deviceCounters, faultActions, refusalReasons, verifierReasonBase, type NumberedName,
} from '../../protocol/schema/reasons.ts';
import {messages, payloadBudgetBytes} from '../../protocol/schema/messages.ts';
import type {Constant, Field, FieldType, StructSchema} from '../../protocol/schema/types.ts';
import {banner, type GeneratedFile} from './files.ts';
import {maxSize} from './message-sizes.ts';

/** CDDL (RFC 8610) for third parties, and the reference page for people. */
export function generate(): GeneratedFile[] {
	const schemas: readonly StructSchema[] = messages;
	return [
		{path: 'protocol/generated/messages.cddl', content: cddl(schemas)},
		{path: 'docs/reference/protocol.md', content: page(schemas)},
	];
}

function cddl(schemas: readonly StructSchema[]): string {
	return [`; ${banner('messages-cddl.ts', 'protocol/schema/messages.ts')}`, ...schemas.flatMap(ruleLines), ''].join('\n');
}

function ruleLines(schema: StructSchema): string[] {
	const [open, close] = schema.layout === 'map' ? ['{', '}'] : ['[', ']'];
	const fields = schema.fields.map((field) => {
		const key = field.key === undefined ? `${ruleName(field.name)}: ` : `${field.key} => `;
		return `  ${field.optional === true ? '? ' : ''}${key}${cddlType(field.type)}, ; ${field.summary}`;
	});
	const extension = schema.unknownKeys === 'skip' ? ['  * int => any, ; keys to come'] : [];
	const tag = schema.tag === undefined ? '' : `#6.${schema.tag}(`;
	const head = `${ruleName(schema.name)} = ${tag}${open}`;
	return ['', `; ${schema.summary}`, head, ...fields, ...extension, `${close}${tag === '' ? '' : ')'}`];
}

/** CDDL names are written with hyphens. */
function ruleName(name: string): string {
	return name.replaceAll('_', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function cddlType(type: FieldType): string {
	switch (type.kind) {
		case 'uint':
			return `0..${type.max}`;
		case 'int':
			return `${type.min}..${type.max}`;
		case 'bytes':
			return type.min === type.max ? `bstr .size ${type.max}` : `bstr .size (${type.min}..${type.max})`;
		case 'text':
			return `tstr .size (${type.min}..${type.max})`;
		case 'constant':
			return constantText(type.value);
		case 'struct':
			return ruleName(type.name);
		case 'wrapped':
			return `bstr .cbor ${ruleName(type.name)}`;
		case 'list':
			return `[${type.min ?? 0}*${type.max} ${cddlType(type.of)}]`;
		default:
			throw type satisfies never;
	}
}

function constantText(value: Constant): string {
	if ('hex' in value) {
		return `h'${value.hex}'`;
	}
	return 'int' in value ? String(value.int) : 'nil' in value ? 'nil' : '{}';
}

function page(schemas: readonly StructSchema[]): string {
	return [
		`<!-- ${banner('messages-cddl.ts', 'protocol/schema/{messages,reasons}.ts')} -->`,
		'# What crosses the air',
		'',
		'Every structure is deterministic CBOR (RFC 8949, 4.2.1): shortest integers, definite lengths, map keys in encoded order.',
		'A decoder refuses anything else, and text that is not printable ASCII. Maps marked *open* may gain keys; a',
		'decoder skips what it does not know. What must fit a datagram of 64 bytes has a budget of',
		`${payloadBudgetBytes} bytes, which the generator checks.`,
		'The same in CDDL: `protocol/generated/messages.cddl`.',
		...schemas.flatMap(sectionLines),
		...tableLines('Container states', containerStates),
		...tableLines('Reasons of a refusal', refusalReasons),
		'',
		`From ${verifierReasonBase} on: ${verifierReasonBase} + the code of the image reader or verifier`,
		'(`protocol/schema/{image,verifier}.ts`).',
		...tableLines('Counters of a device', deviceCounters),
		...tableLines('Fault actions', faultActions),
		'',
	].join('\n');
}

function sectionLines(schema: StructSchema): string[] {
	const tag = schema.tag === undefined ? '' : `, tag ${schema.tag}`;
	const open = schema.unknownKeys === 'skip' ? ', open' : '';
	const size = Math.min(maxSize(schema), schema.maxBytes ?? Infinity);
	return [
		'',
		`## ${schema.name}`,
		'',
		`${schema.summary}. ${schema.layout === 'map' ? 'Map' : 'Array'}${tag}${open}; at most ${size} bytes.`,
		'',
		'| key | name | type | meaning |',
		'|---|---|---|---|',
		...schema.fields.map(rowOf),
	];
}

function rowOf(field: Field, index: number): string {
	const name = field.optional === true ? `${field.name} (optional)` : field.name;
	return `| ${field.key ?? `[${index}]`} | ${name} | \`${cddlType(field.type)}\` | ${field.summary.replaceAll('|', '\\|')} |`;
}

function tableLines(title: string, names: readonly NumberedName[]): string[] {
	const rows = names.map(({id, name, phrase}) => `| ${id} | ${name} | ${phrase} |`);
	return ['', `## ${title}`, '', '| id | name | meaning |', '|---|---|---|', ...rows];
}
