import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, test} from 'node:test';
import {loadKubeConfig, type KubeConfigOptions, type KubeConnection} from '../../../../runtime/kube/config.ts';

const root = mkdtempSync(join(tmpdir(), 'femto-config-'));
after(() => rmSync(root, {recursive: true}));
let count = 0;

/** A home, a working folder and a service account, each empty but for the files named. */
function place(files: Readonly<Record<string, string>> = {}) {
	const folder = join(root, String(count++));
	for (const [name, text] of Object.entries({'home/.keep': '', 'cwd/.keep': '', ...files})) {
		mkdirSync(dirname(join(folder, name)), {recursive: true});
		writeFileSync(join(folder, name), text);
	}
	const options: KubeConfigOptions = {
		env: {}, home: join(folder, 'home'), cwd: join(folder, 'cwd'), serviceAccount: join(folder, 'pod'),
	};
	return {folder, options};
}

interface Parts {
	readonly cluster?: object;
	readonly user?: object;
	readonly context?: object;
}

/** YAML with one cluster, user and context of that name. */
function config(name: string, {cluster = {}, user = {}, context = {}}: Parts = {}): string {
	return JSON.stringify({
		'apiVersion': 'v1', 'kind': 'Config', 'current-context': name,
		'clusters': [{name, cluster: {server: `https://${name}.test:6443`, ...cluster}}],
		'users': [{name, user}],
		'contexts': [{name, context: {cluster: name, user: name, ...context}}],
	});
}

function load(options: KubeConfigOptions): KubeConnection {
	const result = loadKubeConfig(options);
	assert.ok(result.ok, result.ok ? '' : result.error);
	return result.value;
}

function problem(options: KubeConfigOptions): string {
	const result = loadKubeConfig(options);
	assert.ok(!result.ok, 'a problem expected');
	return result.error;
}

/** A connection from a kubeconfig with these parts. */
function of(parts: Parts, files: Readonly<Record<string, string>> = {}): KubeConnection {
	return load(withFile(place({...files, 'cwd/file': config('c', parts)}).options));
}

function withFile(options: KubeConfigOptions): KubeConfigOptions {
	return {...options, kubeconfig: 'file'};
}

test('the first place that has a kubeconfig is taken', () => {
	const {folder, options} = place({
		'cwd/flag': config('flag'), 'cwd/variable': config('variable'), 'cwd/.femto/kubeconfig': config('femto'),
		'home/.kube/config': config('home'), 'pod/token': 't',
	});
	const env = {KUBECONFIG: 'variable', KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443'};
	assert.equal(load({...options, env, kubeconfig: 'flag'}).context, 'flag');
	assert.equal(load({...options, env}).context, 'variable');
	assert.equal(load({...options, env: {...env, KUBECONFIG: ''}}).context, 'femto');
	rmSync(join(folder, 'cwd/.femto'), {recursive: true});
	assert.equal(load({...options, env: {...env, KUBECONFIG: undefined}}).context, 'home');
	rmSync(join(folder, 'home/.kube'), {recursive: true});
	assert.equal(load({...options, env: {...env, KUBECONFIG: undefined}}).server, 'https://10.0.0.1:443');
});

test('a pod is its service account, whose token is read again after a minute', async () => {
	const {folder, options} = place({'pod/token': 'one\n', 'pod/ca.crt': 'CA', 'pod/namespace': 'plant\n'});
	const env = {KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443'};
	const {server, namespace, context, tls, headers} = load({...options, env});
	assert.deepEqual([server, namespace, context, tls], ['https://[fd00::1]:443', 'plant', undefined, {ca: 'CA'}]);
	const at = async (nowMs: number): Promise<string | undefined> => (await headers(nowMs))['authorization'];
	assert.equal(await at(0), 'Bearer one');
	writeFileSync(join(folder, 'pod/token'), 'two');
	assert.equal(await at(59_999), 'Bearer one');
	assert.equal(await at(60_000), 'Bearer two');
	rmSync(join(folder, 'pod/token'));
	assert.equal(await at(120_000), 'Bearer two', 'the last one stands while there is none');
});

test('several files are merged: the first to say something holds, and some may be missing', () => {
	const {options} = place({
		'cwd/a': config('a', {context: {namespace: 'first'}}).replace('"current-context":"a",', ''),
		'cwd/b': config('b'), 'cwd/c': config('a', {context: {namespace: 'second'}}),
	});
	const env = {KUBECONFIG: ['a', 'none', 'b', 'c'].join(process.platform === 'win32' ? ';' : ':')};
	assert.equal(load({...options, env}).context, 'b');
	assert.equal(load({...options, env, context: 'a'}).namespace, 'first');
});

test('data in the file and files beside it say the same; data go first', () => {
	const pem = (text: string): string => `-----BEGIN ${text}-----`;
	const data = (text: string): string => Buffer.from(pem(text)).toString('base64');
	const files = {'cwd/ca': pem('ca'), 'cwd/keys/cert': pem('cert'), 'cwd/keys/key': pem('key')};
	const {tls} = of({
		cluster: {'certificate-authority': 'ca', 'tls-server-name': 'api'},
		user: {'client-certificate': 'keys/cert', 'client-key': './keys/key'},
	}, files);
	assert.deepEqual(tls, {ca: pem('ca'), cert: pem('cert'), key: pem('key'), serverName: 'api'});
	const inline = of({
		cluster: {'certificate-authority-data': data('CA'), 'certificate-authority': 'missing'},
		user: {'client-certificate-data': data('CERT'), 'client-key-data': data('KEY')},
	});
	assert.deepEqual(inline.tls, {ca: pem('CA'), cert: pem('CERT'), key: pem('KEY')});
	assert.deepEqual(of({cluster: {'insecure-skip-tls-verify': true, 'certificate-authority': 'missing'}}).tls, {insecure: true});
});

test('each way to say who asks becomes headers', async () => {
	const headers = (user: object, files = {}) => of({user}, files).headers(0);
	assert.deepEqual(await headers({}), {});
	assert.deepEqual(await headers({token: 'secret'}), {authorization: 'Bearer secret'});
	assert.deepEqual(await headers({token: 'old', tokenFile: 'token'}, {'cwd/token': 'new\n'}), {authorization: 'Bearer new'});
	assert.deepEqual(await headers({username: 'a', password: 'b'}), {authorization: 'Basic YTpi'});
	assert.deepEqual(await headers({'token': 't', 'as': 'jane', 'as-uid': '7'}), {
		'authorization': 'Bearer t', 'impersonate-user': 'jane', 'impersonate-uid': '7',
	});
	await assert.rejects(headers({tokenFile: 'none'}), /^Error: Cannot read token file .*none: ENOENT$/);
});

test('a program gives token and certificate, and is asked again only when they expire', async () => {
	const expirationTimestamp = '2999-01-01T00:00:00Z';
	const status = {clientCertificateData: 'CERT', clientKeyData: 'KEY', expirationTimestamp};
	const script = `console.log(JSON.stringify({status: {...${JSON.stringify(status)}, token: String(process.pid)}}))`;
	const exec = {apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script]};
	const {headers, certificate} = of({user: {exec}});
	const first = await headers(0);
	assert.match(first['authorization'] ?? '', /^Bearer \d+$/);
	assert.deepEqual(await headers(1), first);
	assert.deepEqual(await certificate?.(), {cert: 'CERT', key: 'KEY'});
	const failing = of({user: {exec: {...exec, args: ['-e', 'console.error("no login"); process.exit(1)']}}});
	await assert.rejects(failing.headers(0), /^Error: Cannot get credentials of .*users\[c\]\.user: no login$/);
});

test('a kubeconfig without plugin is read without the library for plugins', () => {
	const {folder, options} = place({'cwd/file': config('c', {user: {token: 't'}})});
	const module = join(import.meta.dirname, '../../../../runtime/kube/config.ts');
	const script = `
		import {registerHooks} from 'node:module';
		registerHooks({resolve: (name, context, next) => {
			if (name.startsWith('@kubernetes/')) throw new Error(name + ' loaded');
			return next(name, context);
		}});
		const {loadKubeConfig} = await import(${JSON.stringify(module)});
		const {value} = loadKubeConfig(${JSON.stringify({...options, kubeconfig: 'file'})});
		console.log(JSON.stringify(await value.headers(0)));`;
	const {stdout, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', script], {cwd: folder, encoding: 'utf8'});
	assert.equal(stdout, '{"authorization":"Bearer t"}\n', stderr);
});

const servers: Readonly<Record<string, string>> = {
	'https://a.test:6443/': 'https://a.test:6443', 'http://127.0.0.1:8001': 'http://127.0.0.1:8001',
	'https://rancher.test/k8s/clusters/c-1/': 'https://rancher.test/k8s/clusters/c-1',
};
test('a server is a URL without the last slash', () => {
	for (const [server, expected] of Object.entries(servers)) {
		assert.equal(of({cluster: {server}}).server, expected);
	}
});

const bad: Readonly<Record<string, readonly [text: string, expected: RegExp]>> = {
	'no YAML': ['a: [', /file: not YAML: /],
	'a list': ['[]', /file: a mapping required$/],
	'no current context': ['{}', /file: current-context is not set; --context names another$/],
	'a context that is not there': ['current-context: a', /^context "a" does not exist in .*file$/],
	'a cluster that is not there': [config('c', {context: {cluster: 'd'}}), /^cluster "d" does not exist in /],
	'a user that is not there': [config('c', {context: {user: 'd'}}), /^auth info "d" does not exist in /],
	'no server': [config('c', {cluster: {server: ''}}), /file: clusters\[c\]\.cluster\.server: required$/],
	'a server without scheme': [config('c', {cluster: {server: 'a:1'}}), /\.server: "a:1" is not http\(s\):\/\/HOST\[:PORT\]/],
	'a proxy': [config('c', {cluster: {'proxy-url': 'http://p'}}), /\.proxy-url: not supported$/],
	'groups to impersonate': [config('c', {user: {'as-groups': ['a']}}), /\.user\.as-groups: not supported$/],
	'a number for a token': [config('c', {user: {token: 7}}), /users\[c\]\.user\.token: text required$/],
	'a token of two lines': [config('c', {user: {token: 'a\nb'}}), /users\[c\]\.user\.token: visible ASCII required$/],
	'text for a flag': [config('c', {cluster: {'insecure-skip-tls-verify': 'yes'}}), /-verify: true or false required$/],
	'no PEM': [config('c', {cluster: {'certificate-authority-data': '????'}}), /-authority-data: base64 of PEM required$/],
	'a missing file': [config('c', {cluster: {'certificate-authority': 'x'}}), /-authority: cannot read .*x \(ENOENT\)$/],
	'half a certificate': [
		config('c', {user: {'client-key-data': Buffer.from('-----BEGIN K').toString('base64')}}),
		/\.client-certificate: required with its other half$/,
	],
};
for (const [what, [text, expected]] of Object.entries(bad)) {
	test(`${what} is told with file and field`, () => {
		assert.match(problem(withFile(place({'cwd/file': text}).options)), expected);
	});
}

test('no place at all, and a named file that is missing, are told', () => {
	const {options} = place();
	assert.match(problem(options), /^Cannot find a cluster: --kubeconfig FILE, \$KUBECONFIG, /);
	assert.match(problem(withFile(options)), /^Cannot read kubeconfig .*file of --kubeconfig: no such file$/);
	assert.match(problem({...options, env: {KUBECONFIG: 'x'}}), /^Cannot read kubeconfig .*x of \$KUBECONFIG: no such file$/);
});

test('secrets stay out of the message about bad YAML', () => {
	const text = 'users:\n- name: a\n  user:\n    token: "hunter2\n    x: [';
	assert.doesNotMatch(problem(withFile(place({'cwd/file': text}).options)), /hunter2/);
});
