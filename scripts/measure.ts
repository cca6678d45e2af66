// npm run measure -- NAME: runs scripts/measurements/NAME.ts and rewrites its table in docs/measurements.md. Without a
// name it lists what can be measured.
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {formatMeasurement, replaceSection} from './measurement-table.ts';
import type {Measurement, Provenance} from './measurement-table.ts';
import {repositoryRoot} from './repository.ts';

interface MeasurementModule {
	readonly title: string;
	readonly measure: () => Promise<Measurement>;
}

const documentPath = 'docs/measurements.md';
const emptyDocument = '# Measurements\n\nEach table is written by `npm run measure -- NAME`; none is edited by hand.\n';

process.chdir(repositoryRoot);
const names = readdirSync('scripts/measurements').map((file) => basename(file, '.ts'));
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
	console.error(`Cannot measure ${name ?? 'nothing'}: NAME must be one of ${names.join(', ')}`);
	process.exit(2);
}
await run(name);

async function run(measurement: string): Promise<void> {
	const path = join(repositoryRoot, 'scripts', 'measurements', `${measurement}.ts`);
	const {title, measure} = (await import(pathToFileURL(path).href)) as MeasurementModule;
	const provenance = readProvenance();
	const text = formatMeasurement(title, await measure(), provenance);
	const document = existsSync(documentPath) ? readFileSync(documentPath, 'utf8') : emptyDocument;
	writeFileSync(documentPath, replaceSection(document, measurement, text));
	console.log(text);
}

function readProvenance(): Provenance {
	const git = (...args: string[]): string => execFileSync('git', args, {encoding: 'utf8'}).trim();
	const changed = git('status', '--porcelain', '--', '.', `:!${documentPath}`) !== '';
	const commit = git('rev-parse', '--short=10', 'HEAD') + (changed ? ' with uncommitted changes' : '');
	return {commit, date: new Date().toISOString().slice(0, 10)};
}
