/**
 * The factory block: who a device is and where its gateway, in the first bytes of its flash.
 * agent-firmware/ports/common/factory.h has the table of its fields.
 */
export interface FactoryBlock {
	/** `[a-z0-9-]{1,23}` */
	readonly id: string;
	/** 32 bytes; authenticates heads and reports. */
	readonly deviceKey: Uint8Array;
	/** Ed25519 public key of the fleet root, 32 bytes. */
	readonly rootKey: Uint8Array;
	/** Address and UDP port of the bridge as the device sees them; absent on a serial link. */
	readonly gateway?: {readonly address: readonly [number, number, number, number]; readonly port: number};
}

export const factoryBlockBytes = 128;

const checkedBytes = factoryBlockBytes - 4;
const keyBytes = 32;

/** The 128 bytes of a block. RangeError for an id, a key or a port that breaks its rule. */
export function encodeFactoryBlock({id, deviceKey, rootKey, gateway}: FactoryBlock): Uint8Array {
	if (!/^[a-z0-9-]{1,23}$/.test(id)) throw new RangeError(`Cannot use device id ${id}: it must match [a-z0-9-]{1,23}`);
	for (const [name, key] of Object.entries({deviceKey, rootKey})) {
		if (key.length !== keyBytes) throw new RangeError(`Cannot use ${name}: ${key.length} bytes, it must be ${keyBytes}`);
	}
	const {address, port} = gateway ?? {address: [0, 0, 0, 0], port: 0};
	if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
		throw new RangeError(`Cannot use gateway port ${port}: it must be an integer from 0 to 65535`);
	}
	const block = new Uint8Array(factoryBlockBytes);
	const view = new DataView(block.buffer);
	const text = new TextEncoder();
	block.set(text.encode('FEMTOFAC'));
	view.setUint16(8, 1, true);
	block.set(text.encode(id), 12);
	block.set(deviceKey, 36);
	block.set(rootKey, 68);
	block.set(address, 100);
	view.setUint16(104, port, true);
	view.setUint32(checkedBytes, crc32(block.subarray(0, checkedBytes)), true);
	return block;
}

/** CRC-32 of IEEE 802.3. */
function crc32(bytes: Uint8Array): number {
	let crc = 0xffff_ffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
	}
	return ~crc >>> 0;
}
