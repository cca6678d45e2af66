import assert from 'node:assert/strict';
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, afterEach, beforeEach, test} from 'node:test';
import {openStore, type Store} from '../../../apiserver/mod.ts';
import {Applier} from '../../../cli/apply/applier.ts';
import {readDesired, type DesiredSource} from '../../../cli/apply/desired.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import {femtoContainers} from '../../../protocol/generated/resources.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {Folders, manifest, source} from './container-folder.ts';
import {ManualClock} from './manual-clock.ts';

const folders = new Folders();
after(() => folders.remove());
const configMaps = {group: '', version: 'v1', plural: 'configmaps'};

let store: Store;
let applier: Applier;
let said: string[];

beforeEach(() => {
	store = openStore({path: ':memory:', clock: new ManualClock(), random: seededRandom(1), crds});
	said = [];
	applier = new Applier({api: store, owner: 'test', say: (line) => said.push(line)});
});
afterEach(() => store.close());

function configMap(name: string, data: unknown = {a: '1'}, namespace = 'plant-a'): {readonly [key: string]: unknown} {
	return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace}, data};
}

/** What was said by one pass, and the names of all ConfigMaps after it. */
async function apply(...sources: readonly DesiredSource[]): Promise<{said: string[]; left: string[]; problems: number}> {
	said.length = 0;
	const problems = await applier.apply(sources);
	const {items} = await store.list(configMaps);
	return {said: [...said], left: items.map(({metadata}) => metadata.name), problems};
}

test('what is new is created, what has changed is updated, and what has not is not mentioned', async () => {
	const first = await apply({source: 'a.yaml', objects: [configMap('x')]});
	assert.deepEqual(first.said, ['apply: ConfigMap plant-a/x created']);
	assert.deepEqual((await apply({source: 'a.yaml', objects: [configMap('x')]})).said, []);
	const changed = await apply({source: 'a.yaml', objects: [configMap('x', {b: '2'})]});
	assert.deepEqual(changed.said, ['apply: ConfigMap plant-a/x configured']);
	assert.deepEqual((await store.get<never>({...configMaps, namespace: 'plant-a'}, 'x'))['data'], {b: '2'});
});

test('what no source wants any more is deleted; what was made by others stays', async () => {
	await store.create({...configMaps, namespace: 'default'}, {...configMap('mine', {}, 'default')} as never);
	await apply({source: 'a.yaml', objects: [configMap('x'), configMap('y')]});
	const {said: lines, left} = await apply({source: 'a.yaml', objects: [configMap('y')]});
	assert.deepEqual([lines, left], [['apply: ConfigMap plant-a/x deleted'], ['mine', 'y']]);
});

test('what another owner has applied stays', async () => {
	const other = new Applier({api: store, owner: 'other', say: () => {}});
	await other.apply([{source: 'o.yaml', objects: [configMap('theirs')]}]);
	assert.deepEqual((await apply({source: 'a.yaml', objects: [configMap('y')]})).left, ['theirs', 'y']);
});

test('a label taken out of a source goes; what others added stays', async () => {
	const labelled = (labels: Record<string, string>) =>
		({...configMap('x'), metadata: {name: 'x', namespace: 'plant-a', labels}});
	await apply({source: 'a.yaml', objects: [labelled({mine: '1', also: '2'})]});
	const ref = {...configMaps, namespace: 'plant-a'};
	await store.patch(ref, 'x', {metadata: {labels: {theirs: '3'}}});
	await apply({source: 'a.yaml', objects: [labelled({also: '4'})]});
	const {metadata} = await store.get(ref, 'x');
	assert.deepEqual(metadata.labels, {'also': '4', 'theirs': '3', 'femtofleet.dev/applied-by': 'test'});
});

test('a source with an error keeps its objects, and the others are applied', async () => {
	await apply({source: 'a.yaml', objects: [configMap('x')]}, {source: 'b.yaml', objects: [configMap('y')]});
	const {said: lines, left, problems} = await apply(
		{source: 'a.yaml', error: 'Cannot read it'}, {source: 'b.yaml', objects: [configMap('z')]},
	);
	assert.deepEqual(lines, [
		'apply: ConfigMap plant-a/z created', 'apply: a.yaml: Cannot read it', 'apply: ConfigMap plant-a/y deleted',
	]);
	assert.deepEqual([left, problems], [['x', 'z'], 1]);
});

test('a bad object does not disturb those beside it', async () => {
	const {said: lines, left, problems} = await apply(
		{source: 'a.yaml', objects: [configMap('x'), configMap('bad', {a: 1}), configMap('y')]},
	);
	assert.deepEqual([left, problems], [['x', 'y'], 1]);
	assert.match(lines[2] ?? '', /^apply: a\.yaml: ConfigMap in version "v1" cannot .* number into Go struct field ConfigMap\.data of type string/);
});

test('a problem is said once for each state of its files, and when it has gone', async () => {
	const bad = (fingerprint: string): DesiredSource => ({source: 'a', error: 'Cannot read it', fingerprint});
	assert.deepEqual((await apply(bad('1'))).said, ['apply: a: Cannot read it']);
	assert.deepEqual((await apply(bad('1'))).said, []);
	assert.deepEqual((await apply(bad('2'))).said, ['apply: a: Cannot read it']);
	assert.deepEqual((await apply({source: 'a', objects: []})).said, ['apply: a: good again']);
	assert.deepEqual((await apply({source: 'a', objects: []})).said, []);
});

test('sources with the same problem share a line', async () => {
	const error = 'Cannot compile containers: no clang on PATH';
	assert.deepEqual((await apply({source: 'a', error}, {source: 'b', error})).said, [`apply: a, b: ${error}`]);
});

test('an object that two sources declare is refused in the second', async () => {
	const {said: lines} = await apply({source: 'a', objects: [configMap('x')]}, {source: 'b', objects: [configMap('x')]});
	assert.deepEqual(lines.slice(1), ['apply: b: Cannot apply ConfigMap plant-a/x: it is also in a']);
});

const refused: Readonly<Record<string, readonly [object: {readonly [key: string]: unknown}, message: RegExp]>> = {
	'an unknown kind': [
		{...configMap('x'), kind: 'Deployment', apiVersion: 'apps/v1'},
		/^apply: a: Cannot apply apps\/v1 Deployment: one of v1 Namespace, v1 ConfigMap, .*v1alpha1 FemtoContainer required$/,
	],
	'a kind that JavaScript knows': [{...configMap('x'), kind: 'constructor'}, /^apply: a: Cannot apply v1 constructor: one of /],
	'an object without name': [
		{apiVersion: 'v1', kind: 'ConfigMap'}, /^apply: a: Cannot apply ConfigMap: metadata\.name is undefined, a name required$/,
	],
	'a field that the schema does not know': [{...configMap('x'), dataa: {}}, /^apply: a: .*unknown field "dataa"$/],
	'a value beyond its bounds': [
		{
			apiVersion: 'femtofleet.dev/v1alpha1',
			kind: 'FemtoContainer',
			metadata: {name: 'x'},
			spec: {
				deviceSelector: {},
				minReadySeconds: -1,
				image: {digest: `sha256:${'0'.repeat(64)}`, configMap: {name: 'x'}},
				rollout: {waves: [{percent: 100}]},
			},
		},
		/^apply: a: FemtoContainer.* "x" is invalid: spec\.minReadySeconds: Invalid value: -1: .* greater than or equal to 0$/,
	],
};

for (const [sentence, [object, message]] of Object.entries(refused)) {
	test(`${sentence} is refused with field, value and rule`, async () => {
		const {said: lines, problems} = await apply({source: 'a', objects: [object]});
		assert.equal(problems, 1);
		assert.match(lines[0] ?? '', message);
	});
}

test('labels, annotations and status of others survive an update', async () => {
	await apply({source: 'a', objects: [configMap('x')]});
	const ref = {...configMaps, namespace: 'plant-a'};
	await store.patch(ref, 'x', {metadata: {labels: {mine: 'yes'}}});
	await apply({source: 'a', objects: [configMap('x', {b: '2'})]});
	assert.equal((await store.get(ref, 'x')).metadata.labels?.['mine'], 'yes');
});

const keyOf = () => ({tenant: 1, key: new Uint8Array(32).fill(1)});

test('sources are container folders and YAML files at any depth, in order; what is hidden or gone is passed over', async () => {
	const root = folders.make({'b.yml': 'apiVersion: v1\n', '.hidden.yaml': 'x', 'note.txt': 'x'});
	mkdirSync(join(root, 'a', 'beat'), {recursive: true});
	writeFileSync(join(root, 'a', 'beat', 'container.yaml'), manifest);
	writeFileSync(join(root, 'a', 'beat', 'beat.c'), source);
	writeFileSync(join(root, 'a', 'beat', 'other.yaml'), 'never read: [');
	symlinkSync(join(root, 'nowhere'), join(root, 'c.yaml'));
	const sources = await readDesired(root, keyOf);
	assert.deepEqual(sources.map((entry) => entry.source), ['a/beat', 'b.yml']);
	assert.deepEqual(sources[0]?.objects?.map(({kind}) => kind), ['ConfigMap', 'FemtoContainer']);
});

test('a List stands for its items', async () => {
	const root = folders.make({'a.yaml': 'apiVersion: v1\nkind: List\nitems: [{kind: A}, {kind: B}]\n'});
	assert.deepEqual((await readDesired(root, keyOf))[0]?.objects, [{kind: 'A'}, {kind: 'B'}]);
});

test('a path that does not exist is refused', async () => {
	const path = join(folders.root, 'none');
	await assert.rejects(readDesired(path, keyOf), {message: `Cannot apply ${path}: no such file or folder`});
});

test('bytes that a build made come and go without a line of their own', async () => {
	const root = folders.make({'container.yaml': manifest, 'beat.c': source});
	assert.deepEqual((await apply(...await readDesired(root, keyOf))).said, ['apply: FemtoContainer plant-a/beat created']);
	writeFileSync(join(root, 'beat.c'), source.replace('return 0;', 'return 1;'));
	const {said: lines, left} = await apply(...await readDesired(root, keyOf));
	assert.deepEqual([lines, left.length], [['apply: FemtoContainer plant-a/beat configured'], 1]);
	const {spec} = await store.get<never>({...femtoContainers, namespace: 'plant-a'}, 'beat');
	assert.deepEqual((spec as {readonly image: {readonly configMap: object}}).image.configMap, {name: left[0]});
	rmSync(root, {recursive: true});
	assert.deepEqual((await apply()).said, ['apply: FemtoContainer plant-a/beat deleted']);
});
