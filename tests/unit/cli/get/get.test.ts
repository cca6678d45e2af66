import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {parse} from 'yaml';
import {get, type GetOptions} from '../../../../cli/get/get.ts';
import {femtoContainers, femtoDevices} from '../../../../protocol/generated/resources.ts';
import {conditions, counts, SessionFixture} from '../session-fixture.ts';

let fixture: SessionFixture;

beforeEach(async () => {
	fixture = new SessionFixture();
	await fixture.namespace('plant-a');
	await fixture.container('level', {status: {
		observedGeneration: 1, conditions: conditions(1, ['Ready=False', 'Reconciling=True'], 'Progressing', 'wave 1 of 3'),
		wave: {index: 1, of: 3}, counts: counts(), updatedRevision: 'level-1',
	}});
	await fixture.container('vibration', {namespace: 'plant-a', status: {
		observedGeneration: 1, conditions: conditions(1, ['Ready=False', 'Stalled=True'], 'NoRam', 'pump-1: \u001b[31mno room'),
		wave: {index: 0, of: 1}, counts: counts({failed: 3}),
	}});
	await fixture.device('pump-1', {class: 'pump'}, {
		conditions: conditions(1, ['Ready=True'], 'ContainersReady', 'all'), lastReportTime: '2000-01-01T00:00:00Z',
	});
	await fixture.device('fan-1', {class: 'fan'});
});

async function run(args: readonly string[], options: GetOptions = {}): Promise<{code: number; out: string; error: string}> {
	const code = await get(fixture.session, args, options);
	return {code, out: fixture.console.stdout, error: fixture.console.stderr};
}

function lines(text: string): readonly string[] {
	return text.replaceAll(/ +/g, ' ').split('\n');
}

test('get fc shows how far the rollouts of the namespace are', async () => {
	const {code, out} = await run(['fc']);
	assert.equal(code, 0);
	assert.deepEqual(lines(out), [
		'NAME STATUS WAVE UPDATED READY FAILED ASLEEP TOTAL AGE REASON', 'level Progressing 1/3 3 2 0 1 5 0s', '',
	]);
});

test('get fc -A names namespaces, and a reason without what could steer a terminal', async () => {
	const {out} = await run(['fc'], {allNamespaces: true});
	assert.deepEqual(lines(out).slice(1), [
		'default level Progressing 1/3 3 2 0 1 5 0s', 'plant-a vibration Stalled 0/1 3 2 3 1 5 0s NoRam: pump-1: [31mno room', '',
	]);
});

test('get -o wide adds columns and cuts nothing', async () => {
	fixture.console.width = 20;
	const {out} = await run(['fc'], {output: 'wide', allNamespaces: true});
	const [titles = '', , vibration = ''] = lines(out);
	assert.match(titles, /TOTAL LATE LOST NOT-FIT CONTAINER REVISION DIGEST AGE REASON$/);
	assert.match(vibration, / <none> <none> abababababab 0s NoRam: pump-1: \[31mno room$/);
});

test('get fd shows devices by selector, without titles when asked so', async () => {
	const {out} = await run(['fd'], {selector: 'class=pump', headers: false});
	assert.match(out.replaceAll(/ +/g, ' '), /^pump-1 pump Ready 0\/0 \w+ 0s\n$/);
});

test('a device that nobody has looked at is pending, and says why', async () => {
	const {out} = await run(['fd', 'fan-1']);
	assert.deepEqual(lines(out).slice(1), ['fan-1 fan Pending 0/0 <none> 0s the controller has not looked at it yet', '']);
});

test('get femto shows all kinds, with the kind before each name and a blank line between', async () => {
	const {out} = await run(['femto']);
	const found = lines(out);
	assert.match(found[1] ?? '', /^femtocontainer.femtofleet.dev\/level /);
	assert.equal(found[2], '');
	assert.match(found[4] ?? '', /^femtodevice.femtofleet.dev\/fan-1 /);
});

test('get of nothing says so on standard error and is no failure', async () => {
	const none = await run(['fc'], {selector: 'a=b'});
	assert.deepEqual(none, {code: 0, out: '', error: 'No resources found in default namespace.\n'});
	const cluster = await run(['ft']);
	assert.equal(cluster.error, 'No resources found in default namespace.\nNo resources found\n');
});

test('a name that does not exist is told as the server tells it, after those that do', async () => {
	const {code, out, error} = await run(['fd', 'fan-1', 'x'], {output: 'name'});
	assert.deepEqual([code, out, error], [
		1, 'femtodevice.femtofleet.dev/fan-1\n', 'Error from server (NotFound): femtodevices.femtofleet.dev "x" not found\n',
	]);
});

test('one name gives one object, anything else a list', async () => {
	const one = parse((await run(['fc/level'], {output: 'yaml'})).out) as {kind: string};
	assert.equal(one.kind, 'FemtoContainer');
	fixture.console.stdout = '';
	const all = JSON.parse((await run(['fd'], {output: 'json'})).out) as {kind: string; items: readonly {kind: string}[]};
	assert.deepEqual([all.kind, all.items.map(({kind}) => kind)], ['List', ['FemtoDevice', 'FemtoDevice']]);
	fixture.console.stdout = '';
	assert.equal((await run(['fd'], {output: 'jsonpath={.items[*].metadata.name}'})).out, 'fan-1 pump-1');
});

test('a field selector picks by name', async () => {
	const {out} = await run(['fd'], {output: 'name', fieldSelector: 'metadata.name=pump-1'});
	assert.equal(out, 'femtodevice.femtofleet.dev/pump-1\n');
});

const refused: Readonly<Record<string, readonly [args: readonly string[], options: GetOptions, error: RegExp]>> = {
	'an unknown type': [['pods'], {}, /^the server doesn't have a resource type "pods"/],
	'an unknown format': [['fc'], {output: 'xml'}, /^unable to match a printer suitable for the output format "xml"/],
	'a broken JSONPath': [['fc'], {output: 'jsonpath={.a'}, /^error parsing jsonpath \{\.a, unclosed action/],
	'a name in all namespaces': [['fc', 'a'], {allNamespaces: true}, /^a resource cannot be retrieved by name across/],
	'a name and a selector': [['fc/a'], {selector: 'a=b'}, /^name cannot be provided when a selector is specified$/],
	'a watch of several kinds': [['fc,fd'], {watch: true}, /^you may only specify a single resource type$/],
	'a selector that is none': [['fd'], {selector: 'a='.repeat(3)}, /^found '=', expected/],
};

for (const [sentence, [args, options, message]] of Object.entries(refused)) {
	test(`get refuses ${sentence}`, async () => {
		await assert.rejects(get(fixture.session, args, options), {message});
	});
}

test('get -w prints what is there, then a row for each change, until it is stopped', async () => {
	const watching = get(fixture.session, ['fd'], {watch: true, selector: 'class=pump'});
	await fixture.run(100);
	assert.equal(lines(fixture.console.stdout).length, 3);
	await fixture.store.patch(femtoDevices, 'pump-1', {spec: {cordoned: true}});
	await fixture.device('pump-2', {class: 'pump'});
	await fixture.device('fan-2', {class: 'fan'});
	await fixture.store.delete(femtoDevices, 'pump-1');
	await fixture.run(100);
	fixture.abort.abort();
	await fixture.run(100);
	assert.equal(await watching, 0);
	const rows = lines(fixture.console.stdout).slice(1).map((line) => line.split(' ').slice(0, 3).join(' '));
	assert.deepEqual(rows, [
		'pump-1 pump Ready', 'pump-1 pump Ready,Cordoned', 'pump-2 pump Pending', 'pump-1 pump Ready,Cordoned', '',
	]);
});

test('get -w of one name as JSON prints it whole each time', async () => {
	const watching = get(fixture.session, ['fc/level'], {watch: true, output: 'jsonpath={.spec.paused};'});
	await fixture.run(100);
	await fixture.store.patch({...femtoContainers, namespace: 'default'}, 'level', {spec: {paused: true}});
	await fixture.run(100);
	fixture.abort.abort();
	await fixture.run(100);
	await watching;
	assert.equal(fixture.console.stdout, 'false;true;');
});

test('get -w of what does not exist fails at once', async () => {
	await assert.rejects(get(fixture.session, ['fd', 'x'], {watch: true}), {reason: 'NotFound'});
});
