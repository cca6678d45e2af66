/** Bytes of standard base64 with padding, as `binaryData` and `format: byte` carry it; undefined for anything else. */
export function base64ToBytes(text: string): Uint8Array | undefined {
	const bytes = new Uint8Array(Buffer.from(text, 'base64'));
	return bytesToBase64(bytes) === text ? bytes : undefined;
}

export function bytesToBase64(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
