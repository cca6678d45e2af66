import assert from 'node:assert/strict';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {buildContainer, signContainer, type SignedContainer} from '../../../cli/build/build-container.ts';
import {compileContainer} from '../../../cli/build/compile.ts';
import {readProject} from '../../../cli/build/project.ts';
import {readyManifest} from '../../../cli/build/ready-manifest.ts';
import {bytesToHex, publicKeyOf, sha256} from '../../../protocol/crypto.ts';
import {helpers} from '../../../protocol/schema/helpers.ts';
import {readStatement, verifyStatement} from '../../../protocol/statement.ts';
import {Folders, manifest, source} from './container-folder.ts';

const folders = new Folders();
after(() => folders.remove());
const key = {tenant: 7, key: new Uint8Array(32).fill(1)};

async function build(files: Readonly<Record<string, string | Uint8Array>>): Promise<SignedContainer> {
	return signContainer(await buildContainer(readProject(folders.make(files))), key);
}

function maskOf(...names: readonly string[]): number {
	return helpers.filter(({name}) => names.includes(name)).reduce((mask, {number}) => mask + 2 ** number, 0);
}

test('the statement says what the code is: hooks, exactly the helpers it calls, sizes, and the image', async () => {
	const {statement, image} = await build({'container.yaml': manifest, 'beat.c': source});
	assert.deepEqual(statement, {
		container: 'beat',
		sequence: 1,
		imageDigest: sha256(image),
		imageBytes: image.length,
		hooks: [1, 2],
		permissions: maskOf('kv_get', 'kv_put', 'parameter', 'publish'),
		resources: {stackBytes: 8, dataBytes: 0, instructionsPerRun: 10_000},
	});
});

test('annotations state sequence, floor and budget', async () => {
	const annotations = 'annotations: {femtofleet.dev/sequence: "5", femtofleet.dev/floor: "4", '
		+ 'femtofleet.dev/instructions-per-run: "77"}';
	const text = manifest.replace('metadata: {', `metadata: {${annotations}, `);
	const {statement} = await build({'container.yaml': text, 'beat.c': source});
	const {sequence, floor, resources} = statement;
	assert.deepEqual([sequence, floor, resources.instructionsPerRun], [5, 4, 77]);
});

for (const [value, shown] of [['"-1"', '-1'], ['"x"', 'x'], ['"4294967296"', '4294967296'], ['""', '']] as const) {
	test(`an annotation of ${value} is refused`, async () => {
		const text = manifest.replace('metadata: {', `metadata: {annotations: {femtofleet.dev/sequence: ${value}}, `);
		await assert.rejects(build({'container.yaml': text, 'beat.c': source}), {
			name: 'UsageError',
			message: `Cannot build beat: annotation femtofleet.dev/sequence is "${shown}", 0 to 4294967295 required`,
		});
	});
}

test('the object of another compiler gives the same image as its source', async () => {
	const first = await build({'container.yaml': manifest, 'beat.c': source});
	const object = await compileContainer(join(folders.make({'beat.c': source}), 'beat.c'));
	assert.deepEqual((await build({'container.yaml': manifest, 'beat.o': object})).image, first.image);
});

test('the ready manifest is the ConfigMap with the bytes, then the FemtoContainer that names them', async () => {
	const container = await build({'container.yaml': manifest, 'beat.c': source});
	const [configMap, object] = readyManifest(container);
	const digest = bytesToHex(sha256(container.signed));
	assert.deepEqual(configMap, {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: {name: `beat-${digest.slice(0, 8)}`, namespace: 'plant-a'},
		immutable: true,
		binaryData: {
			statement: Buffer.from(container.signed).toString('base64'), image: Buffer.from(container.image).toString('base64'),
		},
	});
	assert.deepEqual(object, {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name: 'beat', namespace: 'plant-a'},
		spec: {
			deviceSelector: {},
			rollout: {waves: [{percent: 100}]},
			image: {digest: `sha256:${digest}`, configMap: {name: `beat-${digest.slice(0, 8)}`}},
		},
	});
	const read = readStatement(container.signed);
	assert.ok(read.ok && verifyStatement(read.value, [publicKeyOf(key.key)]));
	assert.equal(read.value.statement.tenant, 7);
});

const table = (words: number): string => source
	.replace('FEMTO_HOOK(timer)', `static const volatile int table[${words}] = {1};\nFEMTO_HOOK(timer)`)
	.replace('return 0;', 'return table[beats & 1023];');

const refused: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
	'a source that does not compile': [
		`${source}not C\n`, /^Cannot compile (.*)beat\.c:\n\1beat\.c:14:1: error: unknown type name 'not'/,
	],
	'a hook that does not exist': [
		source.replace('FEMTO_HOOK(timer)', 'FEMTO_HOOK(timr)'),
		/^Cannot compile .*beat\.c: line 3: hook timr does not exist, there are timer, message, sensor$/,
	],
	'a source without hook': ['int x;\n', /^Cannot build .*beat\.c: .*hook/],
	'an image over 32 KiB': [table(15_000), /^Cannot build .*beat\.c: its image has 60\d{3} bytes, at most 32416 required$/],
	'data over 64 KiB': [table(20_000), /^Cannot build .*beat\.c: Cannot place section \.rodata: its region would exceed 65535 bytes$/],
};

for (const [sentence, [text, message]] of Object.entries(refused)) {
	test(`${sentence} is refused`, async () => {
		await assert.rejects(build({'container.yaml': manifest, 'beat.c': text}), {name: 'UsageError', message});
	});
}

test('a file that is no object is refused', async () => {
	const folder = folders.make({'container.yaml': manifest, 'beat.o': 'hello'});
	await assert.rejects(buildContainer(readProject(folder)), {
		name: 'UsageError',
		message: `Cannot build ${join(folder, 'beat.o')}: Cannot read ELF object: the file is not in ELF format`,
	});
});
