import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readRoute} from '../../../../apiserver/http/route.ts';

const cases: readonly (readonly [path: string, route: object])[] = [
	['/healthz', {to: 'health', check: '', path: 'healthz'}],
	['/readyz/ping', {to: 'health', check: 'ping', path: 'readyz'}],
	['/version/', {to: 'version'}],
	['/api', {to: 'apiVersions'}],
	['/api/', {to: 'apiVersions'}],
	['/apis', {to: 'apiGroups'}],
	['/apis/apps', {to: 'apiGroup', group: 'apps'}],
	['/api/v1', {to: 'resourceList', groupVersion: 'v1'}],
	['/apis/apps/v1', {to: 'resourceList', groupVersion: 'apps/v1'}],
	['/openapi/v3', {to: 'openApiIndex'}],
	['/openapi/v3/api/v1', {to: 'openApiDocument', groupVersion: 'v1'}],
	['/openapi/v3/apis/apps/v1', {to: 'openApiDocument', groupVersion: 'apps/v1'}],
	['/openapi/v2', {to: 'openApiV2'}],
	['/', {to: 'nothing'}],
	['/metrics', {to: 'nothing'}],
	['/api/v1/configmaps', {to: 'resource', group: '', version: 'v1', plural: 'configmaps'}],
	['/api/v1/namespaces', {to: 'resource', group: '', version: 'v1', plural: 'namespaces'}],
	['/api/v1/namespaces/a', {to: 'resource', group: '', version: 'v1', plural: 'namespaces', name: 'a'}],
	['/api/v1/namespaces/a/status', {to: 'resource', group: '', version: 'v1', plural: 'namespaces', name: 'a', subresource: 'status'}],
	['/api/v1/namespaces/a/status/b', {to: 'resource', group: '', version: 'v1', plural: 'status', namespace: 'a', name: 'b'}],
	['/api/v1/namespaces/a/configmaps', {to: 'resource', group: '', version: 'v1', plural: 'configmaps', namespace: 'a'}],
	['/api/v1/namespaces/a/configmaps/b%2Fc', {to: 'resource', group: '', version: 'v1', plural: 'configmaps', namespace: 'a', name: 'b/c'}],
	['/apis/g.io/v1/things/t/status', {to: 'resource', group: 'g.io', version: 'v1', plural: 'things', name: 't', subresource: 'status'}],
	['/apis/g.io/v1/namespaces/n/things/t', {to: 'resource', group: 'g.io', version: 'v1', plural: 'things', namespace: 'n', name: 't'}],
	['/apis/g.io/v1/things/t/a/b', {to: 'resource', group: 'g.io', version: 'v1', plural: 'things/t/a/b'}],
	['/api/v1//namespaces', {to: 'resource', group: '', version: 'v1', plural: '', name: 'namespaces'}],
	['/api/v1/namespaces/n/services/s/proxy', {to: 'service', namespace: 'n', service: 's', path: '/'}],
	['/api/v1/namespaces/n/services/s:80/proxy/v1/a%2Fb', {to: 'service', namespace: 'n', service: 's', path: '/v1/a%2Fb'}],
	['/api/v1/namespaces/n/services/http:s:80/proxy/x', {to: 'service', namespace: 'n', service: 's', path: '/x'}],
	['/api/v1/namespaces/n/services/http:s/proxy/x', {to: 'service', namespace: 'n', service: 's', path: '/x'}],
	['/api/v1/namespaces/n/services/s:http/proxy/x', {to: 'service', namespace: 'n', service: 's', path: '/x'}],
	['/api/v1/namespaces/n/services/s', {to: 'resource', group: '', version: 'v1', plural: 'services', namespace: 'n', name: 's'}],
];

for (const [path, route] of cases) {
	test(`${path} leads to ${JSON.stringify(route)}`, () => {
		assert.deepEqual(readRoute(path), route);
	});
}

test('A broken percent escape is 400', () => {
	assert.throws(() => readRoute('/api/v1/namespaces/%zz'), {code: 400, message: 'invalid URL escape in path: "%zz"'});
});
