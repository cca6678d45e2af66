import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {isKubeError, type KubeError} from '../../../runtime/kube/errors.ts';
import {clientOf, startServer, type ServerProcess} from './server.ts';

const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'} as const;
const configMap = (name: string) =>
	({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data: {text: 'x'.repeat(100_000)}}) as const;

/** A file system of its own needs root. Elsewhere tests/integration/apiserver bounds the database instead. */
function mount(folder: string): boolean {
	return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], {timeout: 10_000}).status === 0;
}

test('On a full disk writes are refused in words, nothing is lost, and with space again all goes on', async (context) => {
	const folder = mkdtempSync(join(tmpdir(), 'femto-full-'));
	const running: ServerProcess[] = [];
	context.after(async () => {
		await Promise.all(running.map((server) => server.end('SIGKILL')));
		spawnSync('umount', ['-l', folder], {timeout: 10_000});
		rmSync(folder, {recursive: true, force: true});
	});
	const start = async (): Promise<ServerProcess> => {
		const server = startServer(join(folder, 'state'));
		running.push(server);
		await server.listening;
		return server;
	};
	if (!mount(folder)) {
		context.skip('mounting a small file system needs root');
		return;
	}
	const [state, filler] = [join(folder, 'state'), join(folder, 'filler')];
	writeFileSync(filler, Buffer.alloc(1_500_000));
	const server = await start();
	const client = clientOf(state);
	context.after(() => client.close());
	const made: string[] = [];
	let refusal: KubeError | undefined;
	while (refusal === undefined && made.length < 100) {
		const name = `c-${String(made.length).padStart(3, '0')}`;
		await client.create(configMaps, configMap(name)).then(() => made.push(name), (error: unknown) => {
			if (!isKubeError(error)) throw error;
			refusal = error;
		});
	}
	const said = /^Internal error occurred: Cannot write store: .*(disk is full|disk I\/O error); nothing was changed$/;
	assert.match(refusal?.message ?? '', said);
	assert.ok(made.length > 2);
	const names = async (): Promise<readonly string[]> => (await client.list(configMaps)).items.map(({metadata}) => metadata.name);
	assert.deepEqual(await names(), made);
	rmSync(filler);
	await client.create(configMaps, configMap('z-after'));
	await server.end('SIGKILL');
	await start();
	assert.deepEqual(await names(), [...made, 'z-after']);
});
