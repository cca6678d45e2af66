import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Answer, said, serve} from './support.ts';

const fd = '/apis/femtofleet.dev/v1alpha1/femtodevices';
const cm = '/api/v1/namespaces/default/configmaps';
const deviceOf = (name: string, more: object = {}) => ({
	apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name, labels: {class: 'pump'}}, ...more,
});
const merge = 'application/merge-patch+json';

/** Status and what a Status says. */
const told = ({status, json}: Answer) => [status, json['reason'], json['message']];

test('An object is created, read, replaced, patched and deleted', async (context) => {
	const {ask} = await serve(context);
	const created = await ask('POST', fd, {body: deviceOf('d')});
	assert.equal(created.status, 201);
	assert.equal(created.headers['content-type'], 'application/json');
	assert.deepEqual((await ask('GET', `${fd}/d`)).json, created.json);
	const replaced = await ask('PUT', `${fd}/d`, {body: {...created.json, spec: {cordoned: true}}});
	assert.deepEqual([replaced.status, replaced.json['spec']?.['cordoned']], [200, true]);
	assert.deepEqual(told(await ask('PUT', `${fd}/d`, {body: created.json})).slice(0, 2), [409, 'Conflict']);
	const patched = await ask('PATCH', `${fd}/d`, {type: merge, body: {metadata: {labels: {class: null, a: 'b'}}}});
	assert.deepEqual(patched.json['metadata']?.['labels'], {a: 'b'});
	const tested = [{op: 'test', path: '/spec/cordoned', value: false}];
	assert.equal((await ask('PATCH', `${fd}/d`, {type: 'application/json-patch+json', body: tested})).status, 422);
	const deleted = await ask('DELETE', `${fd}/d`, {body: {kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background'}});
	assert.deepEqual([deleted.status, deleted.json], [200, {
		kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
		details: {name: 'd', group: 'femtofleet.dev', kind: 'femtodevices', uid: created.json['metadata']?.['uid']},
	}]);
	assert.deepEqual((await ask('GET', `${fd}/d`)).json, {
		kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'femtodevices.femtofleet.dev "d" not found',
		reason: 'NotFound', details: {name: 'd', kind: 'femtodevices', group: 'femtofleet.dev'}, code: 404,
	});
});

test('The status is read and written apart from the rest', async (context) => {
	const {ask} = await serve(context);
	await ask('POST', fd, {body: deviceOf('d')});
	const patched = await ask('PATCH', `${fd}/d/status`, {type: merge, body: {spec: {cordoned: true}, status: {observedGeneration: 1}}});
	assert.deepEqual([patched.status, patched.json['status'], patched.json['spec']?.['cordoned']], [200, {observedGeneration: 1}, false]);
	assert.deepEqual((await ask('GET', `${fd}/d/status`)).json['status'], {observedGeneration: 1});
	const put = await ask('PUT', `${fd}/d/status`, {body: {...patched.json, status: {observedGeneration: 2}}});
	assert.deepEqual(put.json['status'], {observedGeneration: 2});
	assert.equal((await ask('DELETE', `${fd}/d/status`)).status, 405);
	assert.deepEqual(told(await ask('GET', `${fd}/d/scale`)), [404, 'NotFound', 'femtodevices.femtofleet.dev "d" not found']);
	assert.equal((await ask('GET', `${cm}/c/status`)).status, 404);
});

test('A dry run answers as if, and changes nothing', async (context) => {
	const {ask, store} = await serve(context);
	await ask('POST', fd, {body: deviceOf('d')});
	const before = store.resourceVersion;
	assert.equal((await ask('POST', `${fd}?dryRun=All`, {body: deviceOf('e')})).status, 201);
	assert.equal((await ask('PATCH', `${fd}/d?dryRun=All`, {type: merge, body: {spec: {cordoned: true}}})).json['spec']?.['cordoned'], true);
	assert.equal((await ask('DELETE', `${fd}/d?dryRun=All`)).json['status'], 'Success');
	assert.equal((await ask('DELETE', `${fd}/d`, {body: {dryRun: ['All']}})).json['status'], 'Success');
	assert.equal((await ask('DELETE', `${fd}?dryRun=All`)).status, 200);
	assert.deepEqual(told(await ask('POST', `${fd}?dryRun=yes`, {body: deviceOf('e')})), [
		422, 'Invalid', 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["yes"]: supported values: "All"',
	]);
	assert.equal(store.resourceVersion, before);
});

test('Fields that are unknown or stand twice are refused, warned of, or dropped', async (context) => {
	const {ask} = await serve(context);
	const body = '{"apiVersion":"femtofleet.dev/v1alpha1","kind":"FemtoDevice","metadata":{"name":"d"},"spec":{"keyNumber":1,"keyNumber":2}}';
	assert.deepEqual(told(await ask('POST', `${fd}?fieldValidation=Strict`, {body})), [
		400, 'BadRequest',
		'FemtoDevice in version "v1alpha1" cannot be handled as a FemtoDevice: strict decoding error: duplicate field "spec.keyNumber"',
	]);
	const warned = await ask('POST', fd, {body: body.replace('"spec"', '"extra":1,"spec"')});
	assert.equal(warned.status, 201);
	assert.match(String(warned.headers['warning']), /299 - "duplicate field \\"spec.keyNumber\\""/);
	assert.equal(warned.json['spec']?.['keyNumber'], 2);
	const patch = {type: merge, body: '{"metadata":{"labels":{"a":"b","a":"c"}}}'};
	assert.deepEqual(told(await ask('PATCH', `${fd}/d?fieldValidation=Strict`, patch)).slice(0, 2), [422, 'Invalid']);
	const ignored = await ask('PATCH', `${fd}/d?fieldValidation=Ignore`, patch);
	assert.deepEqual([ignored.status, ignored.headers['warning']], [200, undefined]);
	const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: one, a: two}\n';
	assert.equal((await ask('POST', `${cm}?fieldValidation=Strict`, {type: 'application/yaml', body: yaml})).status, 400);
	const inYaml = await ask('POST', cm, {type: 'application/yaml', body: yaml});
	assert.deepEqual([inYaml.status, inYaml.headers['warning']], [201, '299 - "duplicate field \\"data.a\\""']);
});

test('An integer that would be changed by reading it is refused with its field', async (context) => {
	const {ask} = await serve(context);
	const body = JSON.stringify(deviceOf('d', {spec: {keyNumber: 12345}})).replace('12345', '9007199254740993');
	assert.deepEqual(told(await ask('POST', fd, {body})), [
		422, 'Invalid',
		'FemtoDevice.femtofleet.dev "d" is invalid: spec.keyNumber: Invalid value: 9007199254740993: ' +
			'must be an integer from -9007199254740991 to 9007199254740991',
	]);
	await ask('POST', fd, {body: deviceOf('d')});
	const patch = '{"spec":{"keyNumber":-9007199254740993}}';
	assert.equal((await ask('PATCH', `${fd}/d`, {type: merge, body: patch})).status, 422);
});

test('A list is cut by limit, selected by labels and fields, and shown as a Table or as metadata', async (context) => {
	const {ask} = await serve(context);
	for (const name of ['a', 'b', 'c']) await ask('POST', fd, {body: deviceOf(name, {metadata: {name, labels: {n: name}}})});
	const first = await ask('GET', `${fd}?limit=2`);
	assert.deepEqual([first.json['kind'], first.json['apiVersion'], first.json['items']?.['length']], ['FemtoDeviceList', 'femtofleet.dev/v1alpha1', 2]);
	const rest = await ask('GET', `${fd}?limit=2&continue=${said(first.json['metadata']?.['continue'])}`);
	assert.deepEqual([rest.json['items']?.['length'], rest.json['metadata']?.['continue']], [1, '']);
	assert.equal((await ask('GET', `${fd}?labelSelector=n+in+(a,b)`)).json['items']?.['length'], 2);
	assert.equal((await ask('GET', `${fd}?fieldSelector=metadata.name%3Dc`)).json['items']?.['length'], 1);
	assert.equal((await ask('GET', `${fd}?labelSelector=a%3D%3D%3Db`)).status, 400);
	const table = await ask('GET', fd, {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'});
	assert.deepEqual([table.json['kind'], table.json['rows']?.[0]?.['cells']?.[0], table.json['rows']?.[0]?.['object']?.['kind']], ['Table', 'a', 'PartialObjectMetadata']);
	const bare = await ask('GET', `${fd}/a?includeObject=None`, {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io'});
	assert.equal(bare.json['rows']?.[0]?.['object'], null);
	const partial = await ask('GET', fd, {accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'});
	assert.deepEqual([partial.json['kind'], partial.json['items']?.[0]?.['spec']], ['PartialObjectMetadataList', undefined]);
	const yaml = await ask('GET', `${fd}/a`, {accept: 'application/yaml'});
	assert.match(yaml.text, /^apiVersion: femtofleet\.dev\/v1alpha1\nkind: FemtoDevice\n/);
	assert.equal((await ask('GET', fd, {accept: 'text/html'})).status, 406);
});

test('Built-in kinds need not say in a body what they are, and do not say it in lists; custom resources must', async (context) => {
	const {ask} = await serve(context);
	assert.equal((await ask('POST', cm, {body: {metadata: {name: 'c'}, data: {a: 'b'}}})).json['kind'], 'ConfigMap');
	const [item] = (await ask('GET', '/api/v1/configmaps')).json['items'] as unknown as readonly object[];
	assert.deepEqual(Object.keys(item ?? {}).toSorted(), ['data', 'metadata']);
	assert.deepEqual(told(await ask('POST', fd, {body: '{"metadata":{"name":"d"}}'})), [
		400, 'BadRequest',
		`the object provided is unrecognized (must be of type FemtoDevice): Object 'Kind' is missing in '{"metadata":{"name":"d"}}' ({"metadata":{"name":"d"}})`,
	]);
	assert.equal((await ask('POST', fd, {body: '[]'})).status, 400);
	assert.equal((await ask('POST', fd, {body: deviceOf('d', {metadata: 'text'})})).status, 400);
	assert.equal((await ask('PUT', `${cm}/c`, {body: {metadata: {name: 'other'}}})).json['message'], 'the name of the object (other) does not match the name on the URL (c)');
	assert.equal((await ask('PUT', `${cm}/c`, {body: {metadata: {name: 'c', namespace: 'n'}}})).status, 400);
	assert.equal((await ask('PUT', `${cm}/c`, {body: {metadata: {}}})).status, 400);
});

test('kubectl\'s strategic patch works on built-in kinds; on custom resources it is 415, as is server-side apply', async (context) => {
	const {ask} = await serve(context);
	await ask('POST', cm, {body: {metadata: {name: 'c', finalizers: ['x.io/a']}, data: {a: 'b'}}});
	const strategic = 'application/strategic-merge-patch+json';
	const patched = await ask('PATCH', `${cm}/c`, {type: strategic, body: {metadata: {finalizers: ['x.io/b']}, data: {a: null, c: 'd'}}});
	const finalizers = patched.json['metadata']?.['finalizers'] as unknown as readonly string[];
	assert.deepEqual([patched.status, finalizers.toSorted(), patched.json['data']], [200, ['x.io/a', 'x.io/b'], {c: 'd'}]);
	await ask('POST', fd, {body: deviceOf('d')});
	for (const type of [strategic, 'application/apply-patch+yaml', 'application/json']) {
		assert.deepEqual(told(await ask('PATCH', `${fd}/d`, {type, body: {}})), [
			415, 'UnsupportedMediaType',
			'the body of the request was in an unknown format - accepted media types include: ' +
				'application/json-patch+json, application/merge-patch+json',
		]);
	}
	assert.equal((await ask('PATCH', `${fd}/d`, {type: merge, body: []})).status, 400);
	assert.equal((await ask('PATCH', `${fd}/d`, {type: merge, body: '{'})).json['reason'], 'BadRequest');
});

test('Deleting a collection takes what is selected and answers with it; finalizers keep an object, which is the answer', async (context) => {
	const {ask} = await serve(context);
	for (const name of ['a', 'b', 'c']) await ask('POST', cm, {body: {metadata: {name, labels: {keep: String(name === 'c')}}}});
	const gone = await ask('DELETE', `${cm}?labelSelector=keep%3Dfalse`);
	assert.deepEqual([gone.status, gone.json['kind'], gone.json['items']?.['length']], [200, 'ConfigMapList', 2]);
	assert.equal((await ask('GET', cm)).json['items']?.['length'], 1);
	await ask('PATCH', `${cm}/c`, {type: merge, body: {metadata: {finalizers: ['x.io/f']}}});
	const kept = await ask('DELETE', `${cm}/c`);
	assert.deepEqual([kept.status, kept.json['kind'], typeof kept.json['metadata']?.['deletionTimestamp']], [200, 'ConfigMap', 'string']);
	assert.equal((await ask('DELETE', `${cm}/c`, {body: {preconditions: {uid: 'other'}}})).status, 409);
	assert.equal((await ask('DELETE', `${cm}/c?propagationPolicy=Never`)).status, 422);
	assert.equal((await ask('DELETE', `${cm}/c`, {body: {kind: 'ConfigMap'}})).status, 400);
	assert.equal((await ask('DELETE', '/api/v1/namespaces')).status, 405);
});

test('Paths and methods that lead nowhere', async (context) => {
	const {ask} = await serve(context);
	const page = [404, '404 page not found\n'];
	for (const path of ['/', '/foo', '/openapi/v1', '/apis/other.io/v1/things', '/apis/other.io', '/apis/other.io/v1', `${fd}/d/a/b`, '/apis/femtofleet.dev/v1alpha1/others', '/apis/femtofleet.dev/v1alpha1/femtocontainers/c', '/apis/femtofleet.dev/v1alpha1/namespaces/n/femtodevices']) {
		const {status, text} = await ask('GET', path);
		assert.deepEqual([path, status, text], [path, ...page]);
	}
	for (const path of ['/api/v1/things', '/api/v1/configmaps/c', '/api/v1/namespaces/n/finalize/x/y', '/api/v1//namespaces', '/api/v1/namespaces/a%2Fb']) {
		assert.equal((await ask('GET', path)).status, 404, path);
	}
	const missing = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the server could not find the requested resource', reason: 'NotFound', details: {}, code: 404};
	assert.deepEqual((await ask('GET', '/api/v1/things')).json, missing);
	for (const [method, path] of [['POST', `${fd}/d`], ['POST', `${fd}/d/status`], ['OPTIONS', fd], ['POST', '/api/v1/configmaps'], ['POST', '/api'], ['POST', '/version']] as const) {
		const {status, json} = await ask(method, path, {body: '{}'});
		assert.deepEqual([method, path, status, json['reason']], [method, path, 405, 'MethodNotAllowed']);
	}
	assert.deepEqual(told(await ask('POST', `${fd}/d`, {body: '{}'})), [
		405, 'MethodNotAllowed', 'create is not supported on resources of kind "femtodevices.femtofleet.dev"',
	]);
	for (const method of ['PUT', 'PATCH']) assert.deepEqual(told(await ask(method, fd, {body: '{}'})), [400, 'BadRequest', 'name must be provided']);
	assert.deepEqual([(await ask('HEAD', fd)).status, (await ask('HEAD', fd)).text], [200, '']);
});
