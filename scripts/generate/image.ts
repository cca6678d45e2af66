import {helperErrors, helpers, kvScopes, type HelperArgument} from '../../protocol/schema/helpers.ts';
import {hooks, type ContextField} from '../../protocol/schema/hooks.ts';
import {
	imageFormat, imageHeader, imageLimits, imageMagic, imageReasons, regions, type Reason,
} from '../../protocol/schema/image.ts';
import {faultCauses, verifierReasons} from '../../protocol/schema/verifier.ts';
import {vectorFiles} from '../vectors-to-c.ts';
import {banner, type GeneratedFile} from './files.ts';

/** C constants of the image, names of refusals and faults, the containers' interface, and the vectors as C tables. */
export function generate(): GeneratedFile[] {
	const reasons = [...verifierReasons, ...imageReasons];
	requireDistinct(reasons);
	requireDistinct(faultCauses);
	return [
		{path: 'agent-firmware/generated/image_format.h', content: formatHeader()},
		{path: 'agent-firmware/generated/bpf_reasons.h', content: reasonsHeader(reasons)},
		{path: 'agent-firmware/generated/bpf_reasons.c', content: reasonsSource(reasons)},
		{path: 'agent-firmware/containers/include/femtofleet/generated/interface.h', content: interfaceHeader()},
		...vectorFiles(),
	];
}

function requireDistinct(reasons: readonly Reason[]): void {
	const codes = new Set(reasons.map(reason => reason.code));
	if (codes.size !== reasons.length) {
		throw new RangeError('Cannot generate reasons: two have one code');
	}
}

function constant(name: string): string {
	return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}

function head(sources: string): string {
	return `/* ${banner('image.ts', sources)} */\n`;
}

function formatHeader(): string {
	const lines = [
		head('protocol/schema/image.ts') + '#ifndef FEMTO_IMAGE_FORMAT_H',
		'#define FEMTO_IMAGE_FORMAT_H',
		'',
		'/* Offsets of the header in bytes; all numbers are little endian. */',
		...imageHeader.map(field => `#define BPF_IMAGE_AT_${constant(field.name)} ${field.offset}u /* ${field.summary} */`),
		'',
		`#define BPF_IMAGE_MAGIC 0x${imageMagic.toString(16)}u`,
		`#define BPF_IMAGE_FORMAT ${imageFormat}u`,
		...Object.entries(imageLimits).map(([name, value]) => `#define BPF_IMAGE_${constant(name)} ${value}u`),
		'',
		'/* Regions: an address is region << 28 | offset. */',
		...Object.entries(regions).map(([name, value]) => `#define BPF_REGION_${constant(name)} ${value}u`),
		`#define BPF_REGION_COUNT ${Math.max(...Object.values(regions)) + 1}u`,
		'',
		'#endif',
	];
	return lines.join('\n') + '\n';
}

function reasonsHeader(reasons: readonly Reason[]): string {
	const entry = (prefix: string) => (reason: Reason) =>
		`\t${prefix}_${constant(reason.name)} = ${reason.code}, /* ${reason.summary} */`;
	const lines = [
		head('protocol/schema/{image,verifier}.ts') + '#ifndef FEMTO_BPF_REASONS_H',
		'#define FEMTO_BPF_REASONS_H',
		'',
		'/* Why an image is refused. The values cross the air and are never renumbered. */',
		'enum bpf_reason {',
		'\tBPF_ACCEPTED = 0,',
		...reasons.map(entry('BPF_REFUSED')),
		'};',
		'',
		'/* How a run ended. The values cross the air and are never renumbered. */',
		'enum bpf_status {',
		'\tBPF_DONE = 0,',
		...faultCauses.map(entry('BPF_FAULT')),
		'};',
		'',
		'/* Names for logs and tests; "?" for a number without a name. */',
		'const char *bpf_reason_name(enum bpf_reason reason);',
		'const char *bpf_status_name(enum bpf_status status);',
		'',
		'#endif',
	];
	return lines.join('\n') + '\n';
}

function reasonsSource(reasons: readonly Reason[]): string {
	const body = (type: string, zero: string, zeroName: string, prefix: string, list: readonly Reason[]) => [
		`const char *bpf_${type}_name(enum bpf_${type} ${type})`,
		'{',
		`\tswitch (${type}) {`,
		`\tcase ${zero}:`,
		`\t\treturn "${zeroName}";`,
		...list.flatMap(item => [`\tcase ${prefix}_${constant(item.name)}:`, `\t\treturn "${item.name}";`]),
		'\t}',
		'\treturn "?";',
		'}',
	];
	return [
		head('protocol/schema/{image,verifier}.ts') + '#include "bpf_reasons.h"',
		'',
		...body('reason', 'BPF_ACCEPTED', 'Accepted', 'BPF_REFUSED', reasons),
		'',
		...body('status', 'BPF_DONE', 'Done', 'BPF_FAULT', faultCauses),
	].join('\n') + '\n';
}

const contextTypes: Readonly<Record<ContextField['type'], string>> = {
	u32: 'uint32_t ', i32: 'int32_t ', u64: 'uint64_t ', address: 'uint64_t ',
};

// A helper checks the whole register, so the compiler must extend what is passed to 64 bits: hence uint64_t for u32.
const argumentTypes: Readonly<Record<HelperArgument['type'], string>> = {
	u32: 'uint64_t ', i64: 'int64_t ', in: 'const void *', out32: 'int32_t *', out64: 'int64_t *',
};

/** What a container's C source sees of hooks and helpers. A BPF call names its helper by the number as an address. */
function interfaceHeader(): string {
	const contexts = hooks.flatMap(hook => [
		`/* Hook ${hook.name}: ${hook.summary} */`,
		`struct femto_${hook.name} {`,
		...hook.context.map(field => `\t${contextTypes[field.type]}${field.name}; /* ${field.summary} */`),
		'};',
		`#define FEMTO_CONTEXT_${hook.name} struct femto_${hook.name}`,
		'',
	]);
	const calls = helpers.flatMap(helper => [
		`/* ${helper.summary} Returns ${helper.result}. */`,
		`static int64_t (*const femto_${helper.name})(${argumentList(helper.arguments)})`,
		`\t__attribute__((unused)) = (int64_t(*)(${argumentList(helper.arguments)}))${helper.number};`,
		'',
	]);
	return [
		head('protocol/schema/{hooks,helpers}.ts') + '#ifndef FEMTOFLEET_GENERATED_INTERFACE_H',
		'#define FEMTOFLEET_GENERATED_INTERFACE_H',
		'',
		'#include <stdint.h>',
		'',
		...contexts,
		...Object.entries(kvScopes).map(([name, value]) => `#define FEMTO_SCOPE_${constant(name)} ${value}`),
		...Object.entries(helperErrors).map(([name, value]) => `#define FEMTO_${constant(name)} (${value})`),
		'',
		...calls,
		'#endif',
	].join('\n') + '\n';
}

function argumentList(list: readonly HelperArgument[]): string {
	return list.length === 0 ? 'void' : list.map(item => argumentTypes[item.type] + item.name).join(', ');
}
