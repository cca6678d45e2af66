import assert from 'node:assert/strict';
import {test} from 'node:test';
import {showVersions} from '../../../cli/commands/version.ts';
import {why, type WhyOptions} from '../../../cli/why/why.ts';
import type {Explanation} from '../../../controller/mod.ts';
import {UnreachableError} from '../../../runtime/kube/client/failure.ts';
import {SessionFixture} from './session-fixture.ts';

const explanation = {
	device: 'pump-1', ready: false, reason: 'NoRam', message: 'a/one: too bad',
	containers: [
		{container: 'a/one', ready: false, reason: 'NoRam', message: 'too bad', inputs: {generation: 1, paused: false}},
		{container: 'b/one', ready: true, reason: 'Ready', message: 'Ready', inputs: {generation: 1, paused: false}},
	],
	inputs: {desiredGeneration: 2, acceptedGeneration: 1, wakeIntervalSeconds: 0, cordoned: false},
} satisfies Explanation;

async function run(
	answer: {readonly status: number; readonly body: unknown} | Error, args: readonly string[], options: WhyOptions = {},
) {
	const fixture = new SessionFixture();
	await fixture.device('pump-2', {});
	const paths: string[] = [];
	fixture.read = ({path}) => {
		paths.push(path);
		return answer instanceof Error ? Promise.reject(answer)
			: Promise.resolve({status: answer.status, headers: {}, body: JSON.stringify(answer.body)});
	};
	const code = await why(fixture.session, args, options);
	return {code, out: fixture.console.stdout, error: fixture.console.stderr, paths};
}

test('why prints what the controller says now, and ends with 1 while the device is not Ready', async () => {
	const {code, out, error, paths} = await run({status: 200, body: explanation}, ['pump-1']);
	const path = '/api/v1/namespaces/femtofleet/services/femto-controller:http/proxy/v1/why/pump-1';
	assert.deepEqual([code, error, paths], [1, '', [path]]);
	assert.equal(out, 'pump-1 is not Ready: NoRam\n  a/one: too bad\n  a/one: NoRam: too bad\n  b/one: Ready\n');
});

test('why of a container ends with 0 when that one is Ready, by full name or with -n', async () => {
	assert.equal((await run({status: 200, body: explanation}, ['pump-1', 'b/one'])).code, 0);
	assert.equal((await run({status: 200, body: explanation}, ['pump-1', 'one'], {namespace: 'b'})).code, 0);
	const two = await run({status: 200, body: explanation}, ['pump-1', 'one']);
	assert.deepEqual([two.code, two.error], [2, 'femto: container one is a/one or b/one: name one\n']);
});

test('why as JSON is what the controller has decided on', async () => {
	const {out} = await run({status: 200, body: explanation}, ['pump-1'], {output: 'json'});
	assert.deepEqual(JSON.parse(out), explanation);
});

test('why goes by the stored status when the controller does not answer, and says so', async () => {
	const absent = {status: 503, body: {kind: 'Status', message: 'no endpoints available'}};
	const {code, out, error} = await run(absent, ['pump-2']);
	assert.equal(code, 1);
	assert.equal(out, 'pump-2 is not Ready: NeverReported\n  no report of the device has come yet\n');
	assert.equal(error, '(from the stored status; the controller does not answer: no endpoints available)\n');
	const unknown = await run(absent, ['pump-9']);
	assert.deepEqual([unknown.code, unknown.error], [2, 'femto: there is no device pump-9\n']);
});

test('why ends with 2 when there is no answer', async () => {
	const refused = await run({status: 404, body: {error: 'there is no device pump-9'}}, ['pump-9']);
	assert.deepEqual([refused.code, refused.error], [2, 'femto: there is no device pump-9\n']);
	const strange = await run({status: 200, body: {device: 1}}, ['pump-1']);
	assert.deepEqual([strange.code, strange.error], [2, 'femto: the controller answers with what is no explanation\n']);
	const gone = await run(new UnreachableError('https://127.0.0.1:6443', 'connection refused'), ['pump-1']);
	assert.equal(gone.code, 2);
	assert.match(gone.error, /^The connection to the server 127\.0\.0\.1:6443 was refused/);
});

test('what the controller says can not steer the terminal', async () => {
	const evil = {...explanation, message: 'bad\u001b[2J\nthing', containers: []};
	const {out} = await run({status: 200, body: evil}, ['pump-1']);
	assert.equal(out, 'pump-1 is not Ready: NoRam\n  bad[2J\nthing\n');
});

const clientVersion = {version: 'v1.2.3', node: 'v26.0.0'};

test('version names client and server, and fails without a server after naming the client', async () => {
	const fixture = new SessionFixture();
	fixture.read = () => Promise.resolve({status: 200, headers: {}, body: '{"gitVersion":"v1.35.0-femto"}'});
	assert.equal(await showVersions(fixture.session, clientVersion, {}), 0);
	assert.equal(fixture.console.stdout, 'Client Version: v1.2.3\nServer Version: v1.35.0-femto\n');
	fixture.console.stdout = '';
	await showVersions(fixture.session, clientVersion, {output: 'json'});
	assert.deepEqual(JSON.parse(fixture.console.stdout), {clientVersion, serverVersion: {gitVersion: 'v1.35.0-femto'}});
	fixture.console.stdout = '';
	fixture.read = () => Promise.reject(new UnreachableError('https://127.0.0.1:6443', 'no such host'));
	assert.equal(await showVersions(fixture.session, clientVersion, {}), 1);
	assert.deepEqual([fixture.console.stdout, fixture.console.stderr], [
		'Client Version: v1.2.3\n', 'Unable to connect to the server: no such host\n',
	]);
});
