import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {Command} from 'commander';
import {addConnectionOptions, connect, type ConnectionOptions} from '../../../cli/connect.ts';
import {CommandError, errorLine} from '../../../cli/fail.ts';
import {UnreachableError} from '../../../runtime/kube/client.ts';
import {KubeError} from '../../../runtime/kube/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'femto-connect-'));
after(() => rmSync(folder, {recursive: true}));
const kubeconfig = join(folder, 'config');
writeFileSync(kubeconfig, `
current-context: a
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443/'}}]
contexts:
- {name: a, context: {cluster: c, namespace: plant}}
- {name: b, context: {cluster: c}}
`);

function connectTo(...args: readonly string[]) {
	const command = addConnectionOptions(new Command());
	const {client, server, namespace} = connect(command.parse(['--kubeconfig', kubeconfig, ...args], {from: 'user'}).opts());
	client.close();
	return {server, namespace, options: command.opts<ConnectionOptions>()};
}

test('the namespace is that of -n, else of the context, else default', () => {
	assert.equal(connectTo().namespace, 'plant');
	assert.equal(connectTo('--context', 'b').namespace, 'default');
	assert.equal(connectTo('-n', 'other').namespace, 'other');
	const {server, options} = connectTo('-A');
	assert.deepEqual([server, options.allNamespaces], ['https://127.0.0.1:6443', true]);
});

test('a context that is not there is told after error:, as by kubectl', () => {
	assert.throws(() => connectTo('--context', 'x'), (error) => {
		assert.ok(error instanceof CommandError);
		assert.equal(errorLine(error), `error: context "x" does not exist in ${kubeconfig}`);
		return true;
	});
});

const words: readonly (readonly [error: Error, line: string])[] = [
	[
		new UnreachableError('https://127.0.0.1:6443', 'connection refused'),
		'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?',
	],
	[new UnreachableError('https://nowhere', 'no such host'), 'Unable to connect to the server: no such host'],
	[
		new KubeError({code: 401, reason: 'Unauthorized', message: 'Unauthorized'}),
		'error: You must be logged in to the server (Unauthorized)',
	],
	[new KubeError({code: 404, reason: 'NotFound', message: 'x not found'}), 'Error from server (NotFound): x not found'],
];
for (const [error, line] of words) {
	test(`kubectl says it so: ${line}`, () => assert.equal(errorLine(error), line));
}
