import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {banner, type GeneratedFile} from './files.ts';

interface Vector {
	readonly kind: string;
	readonly name: string;
	readonly key: string;
	readonly hex: string;
	readonly error: string;
}

/** The same signed objects that TypeScript checks, for the firmware's tests. */
export function generate(): GeneratedFile[] {
	const file = join(import.meta.dirname, '../../tests/vectors/suit/signed.json');
	const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
	const content = [
		`/* ${banner('suit-vectors.ts', 'tests/vectors/suit')} */`,
		'#ifndef TESTS_SUIT_VECTORS_H',
		'#define TESTS_SUIT_VECTORS_H',
		'',
		'static const struct {',
		'\tconst char *kind;',
		'\tconst char *name;',
		'\tconst char *key; /* the key that checks it, 32 bytes */',
		'\tconst char *hex;',
		'\tconst char *error; /* "ok" for a good one */',
		'} vectors[] = {',
		...vectors.map(({kind, name, key, hex, error}) => `\t{"${kind}", "${name}", "${key}",\n\t\t"${hex}", "${error}"},`),
		'};',
		'',
		'#endif',
		'',
	].join('\n');
	return [{path: 'agent-firmware/tests/suit/vectors.h', content}];
}
