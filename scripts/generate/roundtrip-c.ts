import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {decodeErrors} from '../../protocol/cbor/errors.ts';
import {messages} from '../../protocol/schema/messages.ts';
import {banner, type GeneratedFile} from './files.ts';

/** For tests: decodes and encodes again a message that is named by text, as the vectors name it. */
export function generate(): GeneratedFile[] {
	return [
		{path: 'agent-firmware/tests/proto/roundtrip.c', content: source()},
		{path: 'agent-firmware/tests/proto/vectors.h', content: vectors()},
	];
}

interface Vector {
	readonly name: string;
	readonly message: string;
	readonly hex: string;
	readonly error?: string;
}

const folder = join(import.meta.dirname, '../../tests/vectors/messages');

/** The same vectors that the TypeScript codec reads. */
function vectors(): string {
	const read = (file: string): Vector[] => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector[];
	return [
		`/* ${banner('roundtrip-c.ts', 'tests/vectors/messages')} */`,
		'#ifndef TESTS_PROTO_VECTORS_H',
		'#define TESTS_PROTO_VECTORS_H',
		'',
		'static const struct {',
		'\tconst char *name;',
		'\tconst char *message;',
		'\tconst char *hex;',
		'\tconst char *error; /* "ok" for a valid one */',
		'} vectors[] = {',
		...[...read('valid.json'), ...read('invalid.json')].map(({name, message, hex, error}) =>
			`\t{${JSON.stringify(name)}, "${message}", "${hex}", "${error ?? 'ok'}"},`),
		'};',
		'',
		'#endif',
		'',
	].join('\n');
}

function source(): string {
	return [
		`/* ${banner('roundtrip-c.ts', 'protocol/schema/messages.ts')} */`,
		'#include "tests/proto/roundtrip.h"',
		'',
		'#include "generated/proto.h"',
		'',
		'#include <string.h>',
		...messages.flatMap(({name}) => [
			'',
			`static enum cbor_err again_${name}(struct cbor_view in, struct cbor_writer *out)`,
			'{',
			`\tstruct proto_${name} value;`,
			`\tconst enum cbor_err err = proto_decode_${name}(in.data, in.size, &value);`,
			`\treturn err == CBOR_OK ? proto_encode_${name}(out, &value) : err;`,
			'}',
		]),
		'',
		'static const struct {',
		'\tconst char *name;',
		'\tenum cbor_err (*again)(struct cbor_view in, struct cbor_writer *out);',
		'} roundtrips[] = {',
		...messages.map(({name}) => `\t{"${name}", again_${name}},`),
		'};',
		'',
		'enum cbor_err roundtrip(const char *name, struct cbor_view in, struct cbor_writer *out)',
		'{',
		'\tfor (size_t index = 0; index < sizeof(roundtrips) / sizeof(roundtrips[0]); index++) {',
		'\t\tif (strcmp(roundtrips[index].name, name) == 0) {',
		'\t\t\treturn roundtrips[index].again(in, out);',
		'\t\t}',
		'\t}',
		'\treturn CBOR_END;',
		'}',
		'',
		'const char *error_name(enum cbor_err err)',
		'{',
		`\tstatic const char *const names[] = {"ok", ${decodeErrors.map(({name}) => `"${name}"`).join(', ')}};`,
		'\tconst int index = -(int)err;',
		`\treturn index >= 0 && index <= ${decodeErrors.length} ? names[index] : "unnamed";`,
		'}',
		'',
	].join('\n');
}
