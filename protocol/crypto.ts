import * as ed25519 from '@noble/ed25519';
import {hkdf} from '@noble/hashes/hkdf.js';
import {hmac} from '@noble/hashes/hmac.js';
import {sha256 as nobleSha256, sha512} from '@noble/hashes/sha2.js';
import {concatBytes, utf8ToBytes} from '@noble/hashes/utils.js';

ed25519.hashes.sha512 = sha512;

export {bytesToHex, concatBytes, hexToBytes, utf8ToBytes} from '@noble/hashes/utils.js';

export function sha256(bytes: Uint8Array): Uint8Array {
	return nobleSha256(bytes);
}

/** The first 16 bytes of a SHA-256: names an object in documents, heads and block requests. */
export function digest16(bytes: Uint8Array): Uint8Array {
	return nobleSha256(bytes).slice(0, 16);
}

/** HMAC 256/64 (RFC 9053, 3.1): the first 8 bytes. */
export function hmac256_64(key: Uint8Array, bytes: Uint8Array): Uint8Array {
	return hmac(nobleSha256, key, bytes).slice(0, 8);
}

/**
 * The 32-byte key that one device and the controller share:
 * HKDF-SHA-256(ikm = fleet secret, empty salt, info = `femto device` 00 ‖ id ‖ 00 ‖ key number u32 BE).
 */
export function deviceKey(fleetSecret: Uint8Array, deviceId: string, keyNumber: number): Uint8Array {
	const number = new Uint8Array(4);
	new DataView(number.buffer).setUint32(0, keyNumber);
	const info = concatBytes(utf8ToBytes('femto device\0'), utf8ToBytes(`${deviceId}\0`), number);
	return hkdf(nobleSha256, fleetSecret, new Uint8Array(0), info, 32);
}

/** Public key (32 bytes) of an Ed25519 secret key (32 bytes, RFC 8032). */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
	return ed25519.getPublicKey(secretKey);
}

export function signEd25519(secretKey: Uint8Array, bytes: Uint8Array): Uint8Array {
	return ed25519.sign(bytes, secretKey);
}

/** Strict RFC 8032, as on the device: refuses S ≥ L and non-canonical points. A malformed key verifies nothing. */
export function verifyEd25519(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
	try {
		return ed25519.verify(signature, bytes, publicKey, {zip215: false});
	} catch {
		// The library throws on points that do not decode: such a signature is as wrong as any other.
		return false;
	}
}

/** Compares without a time that depends on where the bytes differ. */
export function equalBytes(first: Uint8Array, second: Uint8Array): boolean {
	let difference = first.length ^ second.length;
	for (let index = 0; index < first.length; index++) {
		difference |= (first[index] ?? 0) ^ (second[index] ?? 0);
	}
	return difference === 0;
}
