const encoder = new TextEncoder();

/** A field of wire type 2; lengths here are below 16,384. */
function field(number: number, content: Uint8Array): Uint8Array {
	const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
	return Uint8Array.of((number << 3) | 2, ...length, ...content);
}

function envelope(apiVersion: string, kind: string, object: Uint8Array): Uint8Array {
	const typeMeta = field(1, Uint8Array.of(...text(1, apiVersion), ...text(2, kind)));
	return Uint8Array.of(0x6b, 0x38, 0x73, 0, ...typeMeta, ...field(2, object));
}

const text = (number: number, content: string): Uint8Array => field(number, encoder.encode(content));

/** May I? As `kubectl auth can-i` asks. */
export function protobufReview(verb: string, group: string, resource: string): Uint8Array {
	const attributes = Uint8Array.of(...text(1, 'default'), ...text(2, verb), ...text(3, group), ...text(5, resource));
	return envelope('authorization.k8s.io/v1', 'SelfSubjectAccessReview', field(2, field(1, attributes)));
}

/** An object with nothing but a name, in the envelope that kubectl sends: `k8s\0`, then runtime.Unknown. */
export function protobuf(apiVersion: string, kind: string, name: string): Uint8Array {
	return envelope(apiVersion, kind, field(1, text(1, name)));
}
