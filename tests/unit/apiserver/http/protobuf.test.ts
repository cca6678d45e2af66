import assert from 'node:assert/strict';
import {Buffer} from 'node:buffer';
import {test} from 'node:test';
import {readProtobuf} from '../../../../apiserver/http/protobuf.ts';

/** A field whose value is text or bytes; short ones only. */
const field = (number: number, value: string | Uint8Array): Buffer => {
	const bytes = Buffer.from(value as string);
	assert.ok(bytes.length < 128);
	return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const entry = (number: number, key: string, value: string): Buffer => field(number, Buffer.concat([field(1, key), field(2, value)]));
const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
	Buffer.concat([
		Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, raw), field(3, ''), field(4, ''),
	]);

test('A ConfigMap and a Secret are read as their JSON would be', () => {
	const meta = Buffer.concat([field(1, 'c'), field(2, ''), field(3, 'default'), entry(11, 'a', 'b'), field(14, 'x.io/f'), field(14, 'x.io/g')]);
	const map = Buffer.concat([field(1, meta), entry(2, 'k', 'v'), entry(2, '__proto__', 'w'), Buffer.from([0x20, 1])]);
	const read = readProtobuf(envelope('v1', 'ConfigMap', map));
	assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(
		'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default","labels":{"a":"b"},' +
		'"finalizers":["x.io/f","x.io/g"]},"data":{"k":"v","__proto__":"w"},"immutable":true}',
	));
	const secret = readProtobuf(envelope('v1', 'Secret', Buffer.concat([entry(2, 'k', 'v'), field(3, 'Opaque')])));
	assert.deepEqual(secret, {apiVersion: 'v1', kind: 'Secret', data: {k: 'dg=='}, type: 'Opaque'});
});

test('Options of a delete are read', () => {
	const options = Buffer.concat([Buffer.from([0x08, 0xac, 0x02, 0x18, 0]), field(2, field(1, 'u')), field(4, 'Orphan'), field(5, 'All')]);
	assert.deepEqual(readProtobuf(envelope('v1', 'DeleteOptions', options)), {
		apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 300, orphanDependents: false, preconditions: {uid: 'u'},
		propagationPolicy: 'Orphan', dryRun: ['All'],
	});
});

test('Everything else is refused, wherever it breaks off', () => {
	const whole = envelope('v1', 'Namespace', field(1, field(1, 'n')));
	assert.deepEqual(readProtobuf(whole), {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'n'}});
	const starts = Array.from({length: whole.length - 4}, (_, length) => whole.subarray(0, length));
	for (const start of starts.filter(({length}) => length < whole.indexOf('Namespace'))) assert.throws(() => readProtobuf(start));
	assert.throws(() => readProtobuf(Buffer.from('{}')), /protobuf form/);
	assert.throws(() => readProtobuf(envelope('v1', 'Pod', Buffer.alloc(0))), /v1 Pod is not read here/);
	assert.throws(() => readProtobuf(Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(9, 0xff)])), /without end/);
});
