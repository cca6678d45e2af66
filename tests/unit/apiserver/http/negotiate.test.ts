import assert from 'node:assert/strict';
import {test} from 'node:test';
import {negotiate, negotiateDiscovery} from '../../../../apiserver/http/negotiate.ts';

const listForms = new Set(['Table', 'PartialObjectMetadataList']);
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const cases: readonly (readonly [accept: string | undefined, form: object])[] = [
	[undefined, {format: 'json'}],
	['', {format: 'json'}],
	['*/*', {format: 'json'}],
	['application/json', {format: 'json'}],
	['application/vnd.kubernetes.protobuf,application/json', {format: 'json'}],
	['application/yaml', {format: 'yaml'}],
	['application/yaml;q=0.5, application/json;q=0.9', {format: 'json'}],
	['application/yaml, application/json;q=0', {format: 'yaml'}],
	[`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, {format: 'json', as: 'Table'}],
	['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', {format: 'json'}],
	['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io, */*', {format: 'json'}],
	['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', {format: 'json', as: 'PartialObjectMetadataList'}],
	['APPLICATION/JSON; charset=utf-8', {format: 'json'}],
];

for (const [accept, form] of cases) {
	test(`Accept ${accept} is answered as ${JSON.stringify(form)}`, () => {
		assert.deepEqual(negotiate(accept, listForms), form);
	});
}

test('What we can not write is 406 and names what we can', () => {
	for (const accept of ['text/html', 'application/vnd.kubernetes.protobuf', 'application/json;as=Nothing;v=v1;g=meta.k8s.io']) {
		assert.throws(() => negotiate(accept, listForms), {
			code: 406, message: 'only the following media types are accepted: application/json, application/yaml',
		});
	}
});

test('Discovery is aggregated in the version that is asked for first, plain for everybody else', () => {
	const aggregated = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
	assert.equal(negotiateDiscovery(`${aggregated('v2')},${aggregated('v2beta1')},application/json`), 'v2');
	assert.equal(negotiateDiscovery(`${aggregated('v3')},${aggregated('v2beta1')},application/json`), 'v2beta1');
	assert.equal(negotiateDiscovery('application/json'), undefined);
	assert.equal(negotiateDiscovery(undefined), undefined);
	assert.throws(() => negotiateDiscovery('text/html'), {code: 406});
});
