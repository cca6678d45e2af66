import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {banner, type GeneratedFile} from './files.ts';

interface Frame {
	readonly name: string;
	readonly datagram: string;
	readonly frame: string;
}

interface Stream {
	readonly name: string;
	readonly stream: string;
	/** A datagram in hexadecimal, or the name of an error. */
	readonly outcomes: readonly string[];
}

/** The same frames and streams that TypeScript checks, for the firmware's tests. */
export function generate(): GeneratedFile[] {
	const frames = read<Frame>('frames.json').map((row) => `\t{"${row.name}", "${row.datagram}",\n\t\t"${row.frame}"},`);
	const streams = read<Stream>('streams.json').map((row) =>
		`\t{"${row.name}", "${row.stream}",\n\t\t"${row.outcomes.map((outcome) => `${outcome} `).join('')}"},`);
	const content = [
		`/* ${banner('serial-vectors.ts', 'tests/vectors/serial')} */`,
		'#ifndef TESTS_SERIAL_VECTORS_H',
		'#define TESTS_SERIAL_VECTORS_H',
		'',
		'static const struct {',
		'\tconst char *name;',
		'\tconst char *datagram;',
		'\tconst char *frame;',
		'} frame_vectors[] = {',
		...frames,
		'};',
		'',
		'static const struct {',
		'\tconst char *name;',
		'\tconst char *stream;',
		'\tconst char *outcomes; /* datagrams in hexadecimal, names of errors, a blank behind each */',
		'} stream_vectors[] = {',
		...streams,
		'};',
		'',
		'#endif',
		'',
	].join('\n');
	return [{path: 'agent-firmware/tests/serial/vectors.h', content}];
}

// The files are ours; a vector that breaks the format fails in the tests of both languages.
function read<Row>(file: string): readonly Row[] {
	return JSON.parse(readFileSync(join(import.meta.dirname, '../../tests/vectors/serial', file), 'utf8')) as readonly Row[];
}
