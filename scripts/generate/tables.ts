import {decodeErrors} from '../../protocol/cbor/errors.ts';
import {helperErrors, helpers, kvScopes} from '../../protocol/schema/helpers.ts';
import {hooks, type HookSchema} from '../../protocol/schema/hooks.ts';
import {
	containerStates, deviceCounters, faultActions, refusalReasons, verifierReasonBase, type NumberedName,
} from '../../protocol/schema/reasons.ts';
import {banner, snakeCase, upperSnakeCase, type GeneratedFile} from './files.ts';

/** Ids of hooks, helpers, states, reasons and counters for the firmware. */
export function generate(): GeneratedFile[] {
	const content = [
		`/* ${banner('tables.ts', 'protocol/schema/{hooks,helpers,reasons}.ts')} */`,
		'#ifndef GENERATED_TABLES_H',
		'#define GENERATED_TABLES_H',
		...hookLines(),
		...enumLines('femto_helper', 'HELPER', helpers.map(({number, name, summary}) => ({id: number, name, phrase: summary}))),
		...enumLines('femto_kv_scope', 'KV', Object.entries(kvScopes).map(([name, id]) => ({id, name, phrase: name}))),
		...enumLines('femto_helper_result', 'HELPER_ERR', Object.entries(helperErrors).map(([name, id]) => ({id, name, phrase: name}))),
		...enumLines('femto_container_state', 'CONTAINER', containerStates),
		...enumLines('femto_refusal', 'REFUSAL', refusalReasons),
		'',
		'/** Added to a verifier reason when a report carries it. */',
		`#define REFUSAL_VERIFIER_BASE ${verifierReasonBase}`,
		...enumLines('femto_counter', 'COUNTER', deviceCounters),
		'',
		`#define COUNTER_MAX ${Math.max(...deviceCounters.map(({id}) => id))}`,
		...enumLines('femto_fault_action', 'FAULT_ACTION', faultActions),
		'',
		'#endif',
		'',
	].join('\n');
	if (decodeErrors.some(({id}, index) => id !== index + 1)) {
		throw new RangeError('Cannot generate tables: ids of decode errors count from 1');
	}
	return [{path: 'agent-firmware/generated/tables.h', content}];
}

function enumLines(type: string, prefix: string, names: readonly NumberedName[]): string[] {
	const members = names.map(({id, name, phrase}) => `\t${prefix}_${upperSnakeCase(name)} = ${id}, /**< ${phrase} */`);
	return ['', `enum ${type} {`, ...members, '};'];
}

function hookLines(): string[] {
	const all: readonly HookSchema[] = hooks;
	const sizes = {u32: 4, i32: 4, u64: 8, address: 8} as const;
	return [
		...enumLines('femto_hook', 'HOOK', all.map(({id, name, summary}) => ({id, name, phrase: summary}))),
		...all.flatMap((hook) => {
			const prefix = `HOOK_${upperSnakeCase(hook.name)}`;
			let offset = 0;
			const fields = hook.context.map(({name, type}) => {
				const line = `#define ${prefix}_CONTEXT_${snakeCase(name).toUpperCase()} ${offset}`;
				offset += sizes[type];
				return line;
			});
			const parameters = hook.parameters.flatMap(({name, ...rest}, index) => [
				`#define ${prefix}_PARAMETER_${upperSnakeCase(name)} ${index}`,
				`#define ${prefix}_PARAMETER_${upperSnakeCase(name)}_DEFAULT ${rest.default}`,
				`#define ${prefix}_PARAMETER_${upperSnakeCase(name)}_MIN ${rest.min}`,
				`#define ${prefix}_PARAMETER_${upperSnakeCase(name)}_MAX ${rest.max}`,
			]);
			return [
				'',
				`/* Context of the ${hook.name} hook: byte offsets, little endian. */`,
				...fields,
				`#define ${prefix}_CONTEXT_BYTES ${offset}`,
				...parameters,
			];
		}),
	];
}
