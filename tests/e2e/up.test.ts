import assert from 'node:assert/strict';
import {appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {askResponders} from '../../scripts/ask-responder.ts';
import {hasControlCharacter, startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';

const root = join(import.meta.dirname, '../..');
const devices = 5;

let folder: string;
/** `femto up`, and `femto dev` beside it, which tells of what it applies and of what becomes of it. */
let up: RunningFleet;
let fleet: RunningFleet;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'femto-e2e-'));
	await cp(join(root, 'manifests', 'samples'), join(folder, 'samples'), {recursive: true});
	const options = ['--devices', String(devices), '--samples', sample(), '--state', join(folder, 'state'), '--bridge-port', '0'];
	up = startFleet([process.execPath, 'dist/femto.js', 'up', ...options], {cwd: root});
});

after(async () => {
	assert.equal(await fleet.stop(), 0);
	assert.equal(await up.stop(), 0);
	await rm(folder, {recursive: true, force: true});
});

/** Resolves when the fleet has said exactly this line after the first `from` lines. */
async function lineAfter(from: number, line: string): Promise<void> {
	await fleet.line(new RegExp(`^${line.replace(/[/.[\]]/g, '\\$&')}$`), from);
}

function sample(...names: readonly string[]): string {
	return join(folder, 'samples', ...names);
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
	await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Changes a file, waits for a line about it, changes it back, and waits until that is told, too. */
async function tryBad(file: string, change: (text: string) => string, said: RegExp, back: string): Promise<void> {
	const good = await readFile(file, 'utf8');
	const from = fleet.lines.length;
	await writeFile(file, change(good));
	await fleet.line(said, from);
	const repaired = fleet.lines.length;
	await writeFile(file, good);
	await lineAfter(repaired, back);
}

test('femto up brings every sample to Ready on every device, and says so once', async () => {
	for (const name of ['counter', 'moving-average', 'responder']) {
		await up.line(new RegExp(`^samples/${name} Ready ${devices}/${devices}$`));
	}
	await up.line(/^up: what to try now, in another terminal:$/);
	assert.equal(up.lines.filter((line) => line.endsWith(` Ready ${devices}/${devices}`)).length, 3);
	assert.equal(new Set(up.lines).size, up.lines.length, 'no line twice');
	assert.ok(!up.lines.some(hasControlCharacter), 'no control characters');
});

test('a message to the responder is answered with its checksum', async () => {
	const [, port] = await up.line(/broker on tcp 127\.0\.0\.1:(\d+)/);
	await askResponders(Number(port), ['sim-01', 'sim-03', 'sim-05'], [1, 2, 3]);
});

test('femto dev takes a folder over, and every change in it is applied from then on', async () => {
	const options = ['dev', sample(), '--kubeconfig', join(folder, 'state', 'kubeconfig')];
	fleet = startFleet([process.execPath, 'dist/femto.js', ...options], {cwd: root});
	for (const name of ['counter', 'moving-average', 'responder']) {
		await lineAfter(0, `samples/${name} Ready ${devices}/${devices}`);
	}
});

test('saving a changed container.yaml moves every device to the new revision', async () => {
	const from = fleet.lines.length;
	await edit(sample('moving-average', 'container.yaml'), (text) => text.replace('window: 10', 'window: 5'));
	await lineAfter(from, 'apply: FemtoContainer samples/moving-average configured');
	await lineAfter(from, `samples/moving-average Ready ${devices}/${devices}`);
});

test('saving a changed C source moves every device to the new revision', async () => {
	const from = fleet.lines.length;
	await edit(sample('counter', 'counter.c'), (text) => text.replace('samples++', 'samples += 2'));
	await lineAfter(from, 'apply: FemtoContainer samples/counter configured');
	await lineAfter(from, `samples/counter Ready ${devices}/${devices}`);
});

test('a source that does not compile is told and changes nothing, and the next good one works', async () => {
	const from = fleet.lines.length;
	const file = sample('counter', 'counter.c');
	const good = await readFile(file, 'utf8');
	await appendFile(file, 'this is no C\n');
	await fleet.line(/^apply: counter: Cannot compile .*counter\.c:$/, from);
	assert.ok(!fleet.lines.slice(from).some((line) => line.includes('samples/counter') && line.includes('deleted')));
	await writeFile(file, good.replace('samples += 2', 'samples += 3'));
	await lineAfter(from, 'apply: FemtoContainer samples/counter configured');
	await lineAfter(from, `samples/counter Ready ${devices}/${devices}`);
});

test('broken YAML is told with its line, and that it is good again', () => tryBad(
	sample('counter', 'container.yaml'), (text) => `${text}x: [`,
	/^apply: counter: Cannot read .*container\.yaml: line \d+, column \d+: Flow sequence/, 'apply: counter: good again',
));

test('an object that breaks the schema is told with field, value and rule', () => tryBad(
	sample('counter', 'container.yaml'), (text) => text.replace('minReadySeconds: 1', 'minReadySeconds: -1'),
	/^apply: counter: .*spec\.minReadySeconds: Invalid value: -1: .*greater than or equal to 0$/, 'apply: counter: good again',
));

test('a field that the schema does not know is told', () => tryBad(
	sample('counter', 'container.yaml'), (text) => text.replace('minReadySeconds', 'minReadySecond'),
	/^apply: counter: .*unknown field "spec\.minReadySecond"$/, 'apply: counter: good again',
));

test('a parameter that the image does not have makes it Stalled, and the devices keep what they have', () => tryBad(
	sample('moving-average', 'container.yaml'), (text) => text.replace('window: 5', 'windo: 5'),
	/^samples\/moving-average Stalled, ParameterUnknown: parameters: windo does not exist, there are window$/,
	`samples/moving-average Ready ${devices}/${devices}`,
));

test('a selector that matches no device names it and the labels that there are', () => tryBad(
	sample('counter', 'container.yaml'), (text) => text.replace('class: pump', 'class: fan'),
	/^samples\/counter (?:Stalled, )?NoDevices: no device matches class=fan; devices have class=pump$/,
	`samples/counter Ready ${devices}/${devices}`,
));

test('an object of an unknown kind is told, and disturbs nothing', async () => {
	const from = fleet.lines.length;
	await mkdir(sample('extra'));
	await writeFile(sample('extra', 'a.yaml'), 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n');
	await fleet.line(/^apply: extra\/a\.yaml: Cannot apply apps\/v1 Deployment: one of v1 Namespace, .* required$/, from);
});

test('removing a folder removes the container from every device', async () => {
	const from = fleet.lines.length;
	await rm(sample('responder'), {recursive: true});
	await lineAfter(from, 'apply: FemtoContainer samples/responder deleted');
	await lineAfter(from, `samples/responder removed from ${devices}/${devices} devices`);
	assert.ok(!fleet.lines.slice(from).some((line) => line.startsWith('apply: extra/')), 'an old problem is not told again');
});
