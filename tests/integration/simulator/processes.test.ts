import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const main = fileURLToPath(new URL('../../../simulator/main.ts', import.meta.url));

async function simulate(zone: string, nodeOptions: readonly string[], options: readonly string[]): Promise<string> {
	const parameters = [...nodeOptions, main, '--seed', '11', '--devices', '10', '--loss', '20', ...options];
	const {stdout} = await promisify(execFile)(process.execPath, parameters, {env: {...process.env, TZ: zone}});
	return stdout;
}

test('two processes with other time zone, heap and start time write the same log, and its hash is that of the file', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'femtofleet-sim-'));
	try {
		const file = join(folder, 'events.log');
		const first = await simulate('Pacific/Auckland', [], ['--log', file]);
		const second = await simulate('America/Lima', ['--max-old-space-size=128', '--max-semi-space-size=1'], []);
		assert.equal(second, first);
		const found = /^log sha256:([0-9a-f]{64}) ready=10\/10 virtual=\d+\.\d{3}s\n$/.exec(first);
		assert.equal(found?.[1], createHash('sha256').update(await readFile(file)).digest('hex'), first);
	} finally {
		await rm(folder, {recursive: true});
	}
});

test('a bad option ends the program with an error that names it', async () => {
	await assert.rejects(simulate('UTC', [], ['--loss', '120']), /loss <percent>.*120.*must be an integer from 0 to 99/s);
});
