import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {once} from 'node:events';
import {DatabaseSync} from 'node:sqlite';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test, type TestContext} from 'node:test';
import {sleep} from '../../../runtime/clock.ts';
import {below, seededRandom} from '../../../runtime/random.ts';
import {systemClock} from '../../../runtime/system.ts';
import {clientOf, startServer, type ServerProcess} from './server.ts';

const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'} as const;
const configMap = (name: string) =>
	({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data: {text: name.repeat(500)}}) as const;

function newFolder(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-folder-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

async function serve(context: TestContext, state: string, ...options: readonly string[]): Promise<ServerProcess> {
	const server = startServer(state, ...options);
	context.after(() => server.end('SIGKILL'));
	await server.listening;
	return server;
}

/** A folder in which a server has kept 40 objects. */
async function usedFolder(context: TestContext): Promise<string> {
	const state = newFolder(context);
	const server = await serve(context, state);
	const client = clientOf(state);
	for (let count = 0; count < 40; count++) await client.create(configMaps, configMap(`c-${count}`));
	client.close();
	assert.equal(await server.end('SIGTERM'), 0);
	assert.match(server.text(), /"msg":"API server ended"/);
	return state;
}

/** Every file in a folder, by name. */
function contents(folder: string): Readonly<Record<string, string>> {
	const names = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => statSync(join(folder, name)).isFile());
	return Object.fromEntries(names.toSorted().map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

/** Starts on a folder that can't be used: exit code 1, and the folder is as before. */
async function refused(state: string, ...options: readonly string[]): Promise<string> {
	const before = contents(state);
	const server = startServer(state, ...options);
	await assert.rejects(server.listening);
	assert.equal(await server.exited, 1);
	assert.deepEqual(contents(state), before);
	return server.text().replaceAll(state, 'STATE').trim();
}

test('A damaged store is refused by name, and left as it is', async (context) => {
	const state = await usedFolder(context);
	const file = join(state, 'store.db');
	const good = readFileSync(file);
	truncateSync(file, good.length / 2 + 7);
	const said = await refused(state);
	assert.match(said, /^femto: Cannot open state folder STATE: Cannot open store: STATE\/store\.db \(.+\)$/);
	writeFileSync(file, good);
	await serve(context, state);
	const client = clientOf(state);
	context.after(() => client.close());
	assert.equal((await client.list(configMaps)).items.length, 40);
});

test('A folder of a newer program is refused, and left as it is', async (context) => {
	const state = await usedFolder(context);
	writeFileSync(join(state, 'format'), '2\n');
	assert.match(await refused(state), /^femto: Cannot use state folder STATE: its format is 2, this program knows 1; /);
	writeFileSync(join(state, 'format'), '1\n');
	const database = new DatabaseSync(join(state, 'store.db'));
	database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 9; PRAGMA journal_mode = WAL');
	database.close();
	assert.match(await refused(state), /STATE\/store\.db \(format 9 of a newer program, format 1 or older required\)$/);
});

test('A second server on one folder is refused, naming the process; after SIGKILL the folder opens at once', async (context) => {
	const state = newFolder(context);
	const first = await serve(context, state);
	const second = startServer(state);
	await assert.rejects(second.listening);
	assert.equal(await second.exited, 1);
	assert.match(second.text(), new RegExp(`^femto: Cannot use state folder .*: process ${first.pid} uses it; end that one, or `));
	const client = clientOf(state);
	context.after(() => client.close());
	await client.create(configMaps, configMap('kept'));
	await first.end('SIGKILL');
	const third = await serve(context, state);
	assert.equal((await client.get(configMaps, 'kept')).metadata.name, 'kept', 'the same port and certificates');
	assert.equal(await third.end('SIGTERM'), 0);
});

test('A port that another program has is refused by name, unless it is only the last one', async (context) => {
	const state = newFolder(context);
	const other = createServer().listen(0, '127.0.0.1');
	await once(other, 'listening');
	context.after(() => other.close());
	const {port} = other.address() as AddressInfo;
	const server = startServer(state, '--port', String(port));
	await assert.rejects(server.listening);
	assert.equal(await server.exited, 1);
	const said = `femto: Cannot listen on tcp 127.0.0.1:${port}: the port is in use; --port chooses another\n`;
	assert.equal(server.text(), said);
	writeFileSync(join(state, 'api-port'), `${port}\n`);
	await serve(context, state);
	assert.notEqual(readFileSync(join(state, 'api-port'), 'utf8'), `${port}\n`);
});

test('Killed while it starts for the first time, at any moment, it starts the next time', async (context) => {
	const state = newFolder(context);
	const chance = seededRandom(7);
	for (let kill = 0; kill < 5; kill++) {
		const server = startServer(state);
		server.listening.catch(() => {});
		await Promise.race([server.listening.catch(() => {}), sleep(systemClock, 300 + below(chance, 1_500))]);
		await server.end('SIGKILL');
	}
	await serve(context, state);
	const client = clientOf(state);
	context.after(() => client.close());
	await client.create(configMaps, configMap('c'));
});
