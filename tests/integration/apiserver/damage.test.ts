import assert from 'node:assert/strict';
import {copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test, type TestContext} from 'node:test';
import {seededRandom} from '../../../runtime/random.ts';
import {configMaps, newStore} from '../../unit/apiserver/support.ts';

function newFile(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-damage-'));
	context.after(() => rmSync(folder, {recursive: true}));
	return join(folder, 'store.db');
}

async function fill(path: string): Promise<ReturnType<typeof newStore>> {
	const store = newStore({path});
	for (let count = 0; count < 40; count++) {
		const metadata = {name: `c-${count}`};
		await store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata, ...{data: {text: 'x'.repeat(3_000)}}});
	}
	return store;
}

const random = (count: number): Uint8Array => seededRandom(1).bytes(count);

function damages(path: string): Readonly<Record<string, () => void>> {
	const good = readFileSync(path);
	const middle = Buffer.from(good);
	middle.set(random(8_192), Math.floor(good.length / 2 / 4_096) * 4_096);
	return {
		'emptied': () => truncateSync(path, 0),
		'cut in its header': () => truncateSync(path, 50),
		'cut in the middle': () => truncateSync(path, good.length / 2 + 7),
		'cut by its last page': () => truncateSync(path, good.length - 4_096),
		'random bytes': () => writeFileSync(path, random(good.length)),
		'two pages of random bytes': () => writeFileSync(path, middle),
		'a text': () => writeFileSync(path, 'kind: Config\n'),
		'a database of something else': () => {
			rmSync(path);
			writeFileSync(path, Buffer.concat([good.subarray(0, 60), Buffer.alloc(4), good.subarray(64)]));
		},
	};
}

test('A damaged store is refused by name and left as it is, and the undamaged copy opens', async (context) => {
	const path = newFile(context);
	(await fill(path)).close();
	const good = readFileSync(path);
	for (const [damage, inflict] of Object.entries(damages(path))) {
		inflict();
		const before = readFileSync(path);
		const isNamed = ({message}: Error): boolean => message.startsWith(`Cannot open store: ${path} (`) && !message.includes('\n');
		assert.throws(() => newStore({path}), isNamed, damage);
		assert.deepEqual(readFileSync(path), before, damage);
		writeFileSync(path, good);
	}
	const store = newStore({path});
	context.after(() => store.close());
	assert.equal((await store.list(configMaps)).items.length, 40);
});

test('What was committed last stays beside a store that is damaged after its program was killed', async (context) => {
	const path = newFile(context);
	const store = await fill(path);
	// A copy is what a killed program leaves.
	const copy = newFile(context);
	for (const name of readdirSync(join(path, '..'))) copyFileSync(join(path, '..', name), join(copy, '..', name));
	store.close();
	const [file, log] = [readFileSync(copy), readFileSync(`${copy}-wal`)];
	assert.ok(log.length > 100_000);
	truncateSync(copy, 50);
	assert.throws(() => newStore({path: copy}), /^Error: Cannot open store: .*store\.db \(/);
	assert.deepEqual([readFileSync(copy).length, readFileSync(`${copy}-wal`)], [50, log]);
	writeFileSync(copy, file);
	const again = newStore({path: copy});
	context.after(() => again.close());
	assert.equal((await again.list(configMaps)).items.length, 40);
});
