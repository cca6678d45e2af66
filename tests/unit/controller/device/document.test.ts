import assert from 'node:assert/strict';
import test from 'node:test';
import {
	boundDocument, buildDocument, measureDocument, sealHead, type DocumentContainer, type DocumentContent,
} from '../../../../controller/device/document.ts';
import {openMac0} from '../../../../protocol/cose.ts';
import {digest16, equalBytes} from '../../../../protocol/crypto.ts';
import {decodeDocument, decodeHead} from '../../../../protocol/generated/messages.ts';

const none = new Uint8Array(0);

function container(localId: number, tenant: number): DocumentContainer {
	return {
		tenant,
		grant: Uint8Array.of(tenant),
		assignment: {
			localId,
			statementDigest: new Uint8Array(16).fill(localId),
			hooks: [{hook: 1, order: 500, parameters: [1000]}],
			parameters: [10, -4],
			limits: {instructionsPerRun: 0},
			faultPolicy: {maxFaults: 3, action: 1},
			minRuns: 1,
			minReadySeconds: 10,
		},
	};
}

const content = (...containers: readonly DocumentContainer[]): DocumentContent =>
	({reportPeriodSeconds: 60, wakeIntervalSeconds: 0, containers});

test('buildDocument() names each tenant once and sorts what it lists', () => {
	const decoded = decodeDocument(buildDocument(content(container(3, 9), container(1, 2), container(2, 9))).bytes);
	assert.ok(decoded.ok);
	assert.deepEqual(decoded.value.grants.map(({tenant}) => tenant), [2, 9]);
	assert.deepEqual(decoded.value.containers.map(({localId}) => localId), [1, 2, 3]);
	assert.ok(equalBytes(decoded.value.grants[0]?.digest ?? none, digest16(Uint8Array.of(2))));
});

test('buildDocument() gives the same bytes for the same content in another order', () => {
	const forward = buildDocument(content(container(1, 2), container(2, 9)));
	const backward = buildDocument(content(container(2, 9), container(1, 2)));
	assert.deepEqual(backward, forward);
});

test('measureDocument() is the encoded size', () => {
	for (const count of [0, 1, 23, 24, 30]) {
		const containers = Array.from({length: count}, (_, index) => container(index + 1, index % 3));
		assert.equal(measureDocument(content(...containers)), buildDocument(content(...containers)).bytes.length);
	}
});

test('boundDocument() is never below the encoded size, and not far above it', () => {
	const large: DocumentContainer = {
		tenant: 0xffff_ffff, grant: Uint8Array.of(1),
		assignment: {
			localId: 31, statementDigest: new Uint8Array(16), parameters: Array.from({length: 16}, () => -0x8000_0000),
			hooks: Array.from({length: 16}, () => ({hook: 0xffff, order: 0xffff, parameters: [-0x8000_0000, 1, 1, 1]})),
			limits: {instructionsPerRun: 0xffff_ffff}, faultPolicy: {maxFaults: 0xffff, action: 0xff},
			minRuns: 0xffff_ffff, minReadySeconds: 0xffff_ffff,
		},
	};
	const slow = {...content(large), reportPeriodSeconds: 86_400, wakeIntervalSeconds: 64_800};
	assert.ok(boundDocument(slow) >= measureDocument(slow));
	for (const count of [0, 1, 8, 24, 31]) {
		const containers = content(...Array.from({length: count}, (_, index) => container(index + 1, index % 8)));
		assert.ok(boundDocument(containers) >= measureDocument(containers));
		assert.ok(boundDocument(containers) <= 3 * measureDocument(containers) + 20);
	}
	assert.equal(boundDocument(content(...Array.from({length: 32}, () => container(1, 1)))), Infinity);
});

test('measureDocument() is infinite for more grants or containers than a document names', () => {
	const tenants = Array.from({length: 9}, (_, index) => container(index + 1, index));
	assert.equal(measureDocument(content(...tenants)), Infinity);
	const many = Array.from({length: 32}, () => container(1, 1));
	assert.equal(measureDocument(content(...many)), Infinity);
});

test('sealHead() points to the document in at most 53 bytes', () => {
	const key = new Uint8Array(32).fill(7);
	const document = buildDocument(content(container(1, 2)));
	const head = sealHead(key, Number.MAX_SAFE_INTEGER, document);
	assert.ok(head.length <= 53, `${head.length} bytes`);
	const payload = openMac0(key, 'head', head);
	assert.ok(payload.ok);
	const decoded = decodeHead(payload.value);
	assert.ok(decoded.ok);
	assert.equal(decoded.value.desiredGeneration, Number.MAX_SAFE_INTEGER);
	assert.equal(decoded.value.documentBytes, document.bytes.length);
	assert.ok(equalBytes(decoded.value.documentDigest, document.digest));
	assert.equal(openMac0(key, 'report', head).ok, false);
});
