import assert from 'node:assert/strict';
import {test} from 'node:test';
import {publicKeyOf, sha256} from '../../../protocol/crypto.ts';
import {openGrant} from '../../../protocol/grant.ts';
import {unpackImage} from '../../../protocol/image/unpack.ts';
import {readStatement, verifyStatement} from '../../../protocol/statement.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {createFleetKeys, sampleObjects} from '../../../simulator/sample.ts';

const keys = createFleetKeys(seededRandom(1));

function bytesOf(object: KubeObject | undefined, ...path: readonly string[]): Uint8Array {
	let value: unknown = object;
	for (const key of path) value = (value as Readonly<Record<string, unknown>>)[key];
	return Uint8Array.from(Buffer.from(value as string, 'base64'));
}

test('sampleObjects() holds an image of exactly the size asked for, named by a statement that the granted key signed', () => {
	for (const imageBytes of [100, 200, 300, 600, 1000]) {
		const [, tenant, configMap] = sampleObjects(keys, {imageBytes, version: 1});
		const image = bytesOf(configMap, 'binaryData', 'image');
		assert.equal(image.length, imageBytes);
		assert.ok(unpackImage(image).ok);
		const statement = readStatement(bytesOf(configMap, 'binaryData', 'statement'));
		const grant = openGrant(keys.rootPublicKey, bytesOf(tenant, 'spec', 'grant'));
		assert.ok(statement.ok && grant.ok);
		assert.deepEqual(statement.value.statement.imageDigest, sha256(image));
		assert.deepEqual(grant.value.keys, [publicKeyOf(keys.tenantSecretKey)]);
		assert.ok(verifyStatement(statement.value, grant.value.keys));
	}
});

test('sampleObjects() gives another digest for another version, and the same for the same', () => {
	const digest = (version: number): string =>
		JSON.stringify(sampleObjects(keys, {imageBytes: 600, version}).at(-1));
	assert.equal(digest(1), digest(1));
	assert.notEqual(digest(1), digest(2));
});
