import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {findCompilers} from '../../../runtime/compilers.mjs';
import {badLink, createFleet} from './fleet-scene.ts';

const sources = fileURLToPath(new URL('../../../agent-firmware', import.meta.url));

/** The simulator's device with one constant of core/femto_config.h changed. */
async function build(folder: string, definition: string): Promise<Uint8Array> {
	const compilers = findCompilers();
	assert.ok(compilers.ok);
	const {wasm, wasmLinker} = compilers.value;
	const output = join(folder, definition.replace('=', '-'));
	await promisify(execFile)('make', ['-s', '-j2', '-C', sources, 'sim', `BUILD=${output}`,
		`WASM_CC=${[...wasm, `-D${definition}`].join(' ')}`, `WASM_LD=${wasmLinker.join(' ')}`]);
	return readFile(join(output, 'femto-sim.wasm'));
}

/** Devices report the same build whatever they are, so that only what they do can differ. */
async function digestOf(module: Uint8Array): Promise<string> {
	const fleet = createFleet({seed: 7, firmware: module, conditions: badLink, buildId: new Uint8Array(8)});
	await fleet.run({withinMs: 30_000});
	fleet.close();
	return fleet.log.digest();
}

test('a changed constant in agent code changes the hash of the log', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'femtofleet-firmware-'));
	try {
		const usual = await readFile(new URL('../../../build/femto-sim.wasm', import.meta.url));
		const changed = await build(folder, 'FEMTO_KEEP_ALIVE_SECONDS=61u');
		assert.notEqual(await digestOf(changed), await digestOf(usual));
		assert.equal(await digestOf(usual), await digestOf(usual));
	} finally {
		await rm(folder, {recursive: true});
	}
});
