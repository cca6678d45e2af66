import {signCose, verifyCose, type SealError} from './cose.ts';
import {decodeSignedGrant, encodeGrant, encodeSignedGrant, type Grant} from './generated/messages.ts';
import {failure, success, type Result} from './result.ts';

/** A grant signed by the fleet root: what a FemtoTenant carries in base64 and a device fetches. */
export function signGrant(rootSecretKey: Uint8Array, grant: Grant): Uint8Array {
	return encodeSignedGrant({payload: grant, signature: signCose(rootSecretKey, 'grant', encodeGrant(grant))});
}

/** The grant in `bytes`, when the fleet root has signed it. */
export function openGrant(rootPublicKey: Uint8Array, bytes: Uint8Array): Result<Grant, SealError> {
	const decoded = decodeSignedGrant(bytes);
	if (!decoded.ok) {
		return failure({name: 'malformed', message: `not a grant: ${decoded.error.message}`});
	}
	const {payload, signature} = decoded.value;
	// Encoding is deterministic and the decoder strict: what it accepts encodes to the same bytes again.
	if (!verifyCose(rootPublicKey, 'grant', encodeGrant(payload), signature)) {
		return failure({name: 'signature', message: 'the grant is not signed by the fleet root'});
	}
	return success(payload);
}
