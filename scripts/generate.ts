/**
 * Writes every generated file from its one source. `--check` writes nothing, prints the stale paths and exits 1.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {GeneratedFile} from './generate/files.ts';
import * as image from './generate/image.ts';
import * as messagesC from './generate/messages-c.ts';
import * as messagesCddl from './generate/messages-cddl.ts';
import * as messages from './generate/messages.ts';
import * as mqttsn from './generate/mqttsn.ts';
import * as resources from './generate/resources.ts';
import * as roundtripC from './generate/roundtrip-c.ts';
import * as serialVectors from './generate/serial-vectors.ts';
import * as sim from './generate/sim.ts';
import * as suitVectors from './generate/suit-vectors.ts';
import * as tables from './generate/tables.ts';

const root = join(import.meta.dirname, '..');
const generators = [
	image, messages, messagesC, messagesCddl, mqttsn, resources, roundtripC, serialVectors, sim, suitVectors, tables,
];

function current(path: string): string | undefined {
	try {
		return readFileSync(join(root, path), 'utf8');
	} catch {
		// A file that is not there yet is stale like any other.
		return undefined;
	}
}

function write({path, content}: GeneratedFile): void {
	mkdirSync(dirname(join(root, path)), {recursive: true});
	writeFileSync(join(root, path), content);
}

const files = generators.flatMap((generator) => generator.generate());
const stale = files.filter(({path, content}) => current(path) !== content);
if (process.argv.includes('--check')) {
	stale.forEach(({path}) => console.error(`generate: ${path} is stale: run npm run generate`));
	process.exitCode = stale.length > 0 ? 1 : 0;
} else {
	stale.forEach(write);
	console.log(`generate: ${stale.length} of ${files.length} files written`);
}
