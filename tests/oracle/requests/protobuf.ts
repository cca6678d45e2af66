const encoder = new TextEncoder();

/** A field of wire type 2; lengths here are below 16,384. */
function field(number: number, content: Uint8Array): Uint8Array {
	const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
	return Uint8Array.of((number << 3) | 2, ...length, ...content);
}

/** An object with nothing but a name, in the envelope that kubectl sends: `k8s\0`, then runtime.Unknown. */
export function protobuf(apiVersion: string, kind: string, name: string): Uint8Array {
	const typeMeta = field(1, Uint8Array.of(...field(1, encoder.encode(apiVersion)), ...field(2, encoder.encode(kind))));
	const metadata = field(1, encoder.encode(name));
	return Uint8Array.of(0x6b, 0x38, 0x73, 0, ...typeMeta, ...field(2, field(1, metadata)));
}
