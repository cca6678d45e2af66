import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {lines} from '../../../../cli/live/controller.ts';
import {logs, type LogsOptions} from '../../../../cli/live/logs.ts';
import type {RawRequest} from '../../../../cli/session.ts';
import type {HttpResponse} from '../../../../runtime/http.ts';
import {SessionFixture} from '../session-fixture.ts';

let fixture: SessionFixture;
let asked: RawRequest[];

beforeEach(async () => {
	fixture = new SessionFixture();
	asked = [];
	await fixture.device('pump-1', {site: 'a'});
	await fixture.device('pump-2', {site: 'b'});
	answer(200, [
		line('pump-1', 'level', 'one'), line('pump-2', 'level', 'two\u001b[2J'), line('pump-1', 'level', 'three'),
	].join(''));
});

function line(device: string, container: string, text: string): string {
	return `${JSON.stringify({time: '2000-01-01T00:00:00Z', device, container: `default/${container}`, text})}\n`;
}

function answer(status: number, body: HttpResponse['body']): void {
	fixture.read = (request) => {
		asked.push(request);
		return Promise.resolve({status, headers: {}, body});
	};
}

async function run(args: readonly string[], options: LogsOptions = {}): Promise<string> {
	assert.equal(await logs(fixture.session, args, options), 0);
	return fixture.console.stdout;
}

test('logs of a container ask the controller through the API server, and name the device of each line', async () => {
	assert.equal(await run(['fc/level'], {tail: 5, since: 60_000}), '[pump-1] one\n[pump-2] two[2J\n[pump-1] three\n');
	assert.deepEqual(asked, [{
		path: '/api/v1/namespaces/femtofleet/services/femto-controller:http/proxy/v1/logs',
		query: {container: 'default/level', sinceMs: '60000', tail: '5'},
	}]);
});

test('logs of one container of one device are the bare text', async () => {
	assert.match(await run(['pump-1', 'level']), /^one\n/);
	assert.deepEqual(asked[0]?.query, {device: 'pump-1', container: 'default/level'});
	fixture.console.stdout = '';
	assert.match(await run(['fc/level'], {device: 'pump-1'}), /^one\n/);
	assert.deepEqual(asked[1]?.query, {container: 'default/level', device: 'pump-1'});
});

test('logs of a device name the container of each line, with its time when asked', async () => {
	assert.match(await run(['fd/pump-1'], {timestamps: true}), /^2000-01-01T00:00:00Z \[default\/level\] one\n/);
	fixture.console.stdout = '';
	assert.match(await run(['pump-1'], {prefix: false}), /^one\n/);
});

test('a selector picks devices by label, and the newest lines are counted after that', async () => {
	assert.equal(await run(['fc/level'], {selector: 'site=a', tail: 1}), '[pump-1] three\n');
	assert.deepEqual(asked[0]?.query, {container: 'default/level'});
});

test('logs as JSON come as they are', async () => {
	const [first = ''] = (await run(['fc/level'], {output: 'json'})).split('\n');
	assert.deepEqual(JSON.parse(first), JSON.parse(line('pump-1', 'level', 'one')));
});

test('followed logs are printed as they come, with what was dropped, until the user has had enough', async () => {
	const {promise, resolve} = Promise.withResolvers<void>();
	answer(200, (async function* () {
		yield line('pump-1', 'level', 'one').slice(0, 10);
		yield `${line('pump-1', 'level', 'one').slice(10)}{"dropped":3}\n`;
		await promise;
	})());
	const following = logs(fixture.session, ['fc/level'], {follow: true});
	await fixture.run(10);
	assert.deepEqual([fixture.console.stdout, fixture.console.stderr], [
		'[pump-1] one\n', '(3 lines are missing: they came faster than they were read)\n',
	]);
	assert.equal(asked[0]?.query?.['follow'], 'true');
	fixture.abort.abort();
	resolve();
	assert.equal(await following, 130);
});

test('a stream that the controller ends is an error', async () => {
	answer(200, line('pump-1', 'level', 'one'));
	const following = logs(fixture.session, ['fc/level'], {follow: true});
	await assert.rejects(following, {message: 'the controller has ended the stream of logs'});
});

test('what the controller refuses, and that it is not there, is told apart', async () => {
	answer(404, '{"error":"there is no device pump-9"}\n');
	await assert.rejects(logs(fixture.session, ['pump-9'], {}), {message: 'there is no device pump-9'});
	const status = {kind: 'Status', code: 503, message: 'no endpoints available for service "femto-controller"'};
	answer(503, JSON.stringify(status));
	await assert.rejects(logs(fixture.session, ['pump-1'], {}), {message: `the controller does not answer: ${status.message}`});
	answer(502, '<html>');
	await assert.rejects(logs(fixture.session, ['pump-1'], {}), {message: /: the API server answers with status 502$/});
});

for (const [args, options, message] of [
	[['a', 'b', 'c'], {}, /^expected fc\/NAME/], [['fc/a', 'b'], {}, /^fc\/a has no logs/], [['ft/a'], {}, /^ft\/a has no logs/],
	[['pods/a'], {}, /resource type "pods"/], [['pump-1'], {device: 'pump-2'}, /^--device is for fc\/NAME/],
] as const) {
	test(`logs ${args.join(' ')} ${JSON.stringify(options)} is refused`, async () => {
		await assert.rejects(logs(fixture.session, args, options), {message});
	});
}

test('lines come whole, however bytes are cut', async () => {
	const bytes = new TextEncoder().encode('ä\nöü\nend');
	const body = (async function* () {
		for (const byte of bytes) {
			yield Uint8Array.of(byte);
		}
	})();
	const found: string[] = [];
	for await (const one of lines({status: 200, headers: {}, body})) {
		found.push(one);
	}
	assert.deepEqual(found, ['ä', 'öü', 'end']);
});
