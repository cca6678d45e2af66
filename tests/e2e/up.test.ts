import assert from 'node:assert/strict';
import {appendFile, cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {askResponders} from '../../scripts/ask-responder.ts';
import {hasControlCharacter, startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';

const root = join(import.meta.dirname, '../..');
const devices = 5;

let folder: string;
let fleet: RunningFleet;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'femto-e2e-'));
	await cp(join(root, 'manifests', 'samples'), join(folder, 'samples'), {recursive: true});
	const options = ['--devices', String(devices), '--apply', join(folder, 'samples')];
	fleet = startFleet([process.execPath, 'dist/femto.js', 'up', ...options], {cwd: root});
});

after(async () => {
	assert.equal(await fleet.stop(), 0);
	await rm(folder, {recursive: true, force: true});
});

/** Resolves when the fleet has said a line with `text` after the first `from` lines. */
async function lineAfter(from: number, text: string): Promise<void> {
	await fleet.line(new RegExp(`^${text.replace(/[/.[\]]/g, '\\$&')}`), from);
}

test('femto up brings every sample to Ready on every device', async () => {
	for (const name of ['counter', 'moving-average', 'responder']) {
		await lineAfter(0, `samples/${name} Ready ${devices}/${devices}`);
	}
	assert.ok(!fleet.lines.some(hasControlCharacter), 'no control characters');
});

test('a message to the responder is answered with its checksum', async () => {
	const [, port] = await fleet.line(/broker on tcp 127\.0\.0\.1:(\d+)/);
	await askResponders(Number(port), ['sim-01', 'sim-03', 'sim-05'], [1, 2, 3]);
});

test('saving a changed container.yaml moves every device to the new revision', async () => {
	const from = fleet.lines.length;
	const file = join(folder, 'samples', 'moving-average', 'container.yaml');
	await writeFile(file, (await readFile(file, 'utf8')).replace('window: 10', 'window: 5'));
	await lineAfter(from, 'apply: FemtoContainer samples/moving-average configured');
	await lineAfter(from, `samples/moving-average Ready ${devices}/${devices}`);
});

test('saving a changed C source moves every device to the new revision', async () => {
	const from = fleet.lines.length;
	const file = join(folder, 'samples', 'counter', 'counter.c');
	await writeFile(file, (await readFile(file, 'utf8')).replace('samples++', 'samples += 2'));
	await lineAfter(from, 'apply: FemtoContainer samples/counter configured');
	await lineAfter(from, `samples/counter Ready ${devices}/${devices}`);
});

test('a source that does not compile is told, and changes nothing', async () => {
	const from = fleet.lines.length;
	await appendFile(join(folder, 'samples', 'counter', 'counter.c'), 'this is no C\n');
	await lineAfter(from, 'apply: counter: Cannot compile');
	assert.ok(!fleet.lines.slice(from).some((line) => line.includes('samples/counter') && line.includes('deleted')));
});

test('removing a folder removes the container from every device', async () => {
	const from = fleet.lines.length;
	await rm(join(folder, 'samples', 'responder'), {recursive: true});
	await lineAfter(from, 'apply: FemtoContainer samples/responder deleted');
	await lineAfter(from, 'samples/responder deleted');
});
