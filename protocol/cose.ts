import {equalBytes, hmac256_64, signEd25519, utf8ToBytes, verifyEd25519} from './crypto.ts';
import {decodeMac0, encodeMac0, encodeMacStructure, encodeSigStructure} from './generated/messages.ts';
import {failure, success, type Result} from './result.ts';
import {coseContexts} from './schema/messages.ts';

/** Why a signed or authenticated object is refused. */
export interface SealError {
	readonly name: 'malformed' | 'mac' | 'signature' | 'digest';
	readonly message: string;
}

export type MacContext = 'head' | 'report';
export type SignatureContext = 'grant' | 'statement';

/** COSE_Mac0 around `payload`; the context keeps a head from passing for a report. */
export function sealMac0(key: Uint8Array, context: MacContext, payload: Uint8Array): Uint8Array {
	return encodeMac0({payload, mac: macOf(key, context, payload)});
}

/** The payload of a COSE_Mac0 whose MAC is right for `context`. */
export function openMac0(key: Uint8Array, context: MacContext, bytes: Uint8Array): Result<Uint8Array, SealError> {
	const decoded = decodeMac0(bytes);
	if (!decoded.ok) {
		return failure({name: 'malformed', message: `not a COSE_Mac0: ${decoded.error.message}`});
	}
	const {payload, mac} = decoded.value;
	if (!equalBytes(mac, macOf(key, context, payload))) {
		return failure({name: 'mac', message: `the MAC is not of the device's key for a ${context}`});
	}
	return success(payload);
}

/** Ed25519 over the Sig_structure of RFC 9052, 4.4. */
export function signCose(secretKey: Uint8Array, context: SignatureContext, payload: Uint8Array): Uint8Array {
	return signEd25519(secretKey, signedBytes(context, payload));
}

export function verifyCose(
	publicKey: Uint8Array, context: SignatureContext, payload: Uint8Array, signature: Uint8Array,
): boolean {
	return verifyEd25519(publicKey, signedBytes(context, payload), signature);
}

function macOf(key: Uint8Array, context: MacContext, payload: Uint8Array): Uint8Array {
	const externalAad = utf8ToBytes(coseContexts[context]);
	return hmac256_64(key, encodeMacStructure({context: 'MAC0', externalAad, payload}));
}

function signedBytes(context: SignatureContext, payload: Uint8Array): Uint8Array {
	return encodeSigStructure({context: 'Signature1', externalAad: utf8ToBytes(coseContexts[context]), payload});
}
