import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {encodeFactoryBlock, type FactoryBlock} from '../../../protocol/factory-block.ts';

const fields: FactoryBlock = {
	id: 'pump-1', deviceKey: new Uint8Array(32).fill(0xd1), rootKey: new Uint8Array(32).fill(0x52),
	gateway: {address: [10, 0, 2, 2], port: 0x1234},
};

test('a factory block has each field at its offset, and the CRC of all before it', () => {
	const block = Buffer.from(encodeFactoryBlock(fields));
	assert.equal(block.toString('latin1', 0, 8), 'FEMTOFAC');
	assert.equal(block.toString('hex', 8, 36), `01000000${Buffer.from('pump-1').toString('hex')}${'00'.repeat(18)}`);
	assert.equal(block.toString('hex', 36, 124), `${'d1'.repeat(32)}${'52'.repeat(32)}0a0002023412${'00'.repeat(18)}`);
	assert.equal(block.readUInt32LE(124), crc32(block.subarray(0, 124)));
	assert.equal(block.length, 128);
});

test('a factory block for a serial link has no gateway', () => {
	const {gateway: _, ...rest} = fields;
	assert.equal(Buffer.from(encodeFactoryBlock(rest)).toString('hex', 100, 106), '00'.repeat(6));
});

test('what breaks a rule is refused by its name', () => {
	assert.throws(() => encodeFactoryBlock({...fields, id: 'Pump'}), /device id Pump: it must match/);
	assert.throws(() => encodeFactoryBlock({...fields, rootKey: new Uint8Array(31)}), /rootKey: 31 bytes, it must be 32/);
	assert.throws(() => encodeFactoryBlock({...fields, gateway: {address: [1, 2, 3, 4], port: 65536}}), /port 65536/);
});
