import assert from 'node:assert/strict';
import {Buffer} from 'node:buffer';
import {test} from 'node:test';
import {openApiV2} from '../../../../../apiserver/http/documents/openapi-v2.ts';

test('kubectl gets the empty document in the only form that it takes, under a name that is a media type', () => {
	const {headers, body} = openApiV2('application/com.github.proto-openapi.spec.v2@v1.0+protobuf');
	assert.equal(headers['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
	const text = Buffer.from(body as Uint8Array).toString('latin1');
	// swagger = 1 of 3 bytes; info = 2; paths = 8 and definitions = 9, both empty.
	assert.ok(text.startsWith('\n\x032.0\x12'));
	assert.ok(text.includes('\n\nFemtofleet\x12'));
	assert.ok(text.endsWith('B\0J\0'));
	assert.equal(text.charCodeAt(6), text.length - 7 - 4, 'length of info');
});

test('anybody else gets it as JSON', () => {
	const {headers, body} = openApiV2(undefined);
	assert.equal(headers['content-type'], 'application/json');
	assert.deepEqual(Object.keys(JSON.parse(body as string) as object), ['swagger', 'info', 'paths', 'definitions']);
});
