/** Fletcher-32 over bytes in pairs, low byte first, as the sample `responder` answers it. */
export function fletcher32(bytes: Uint8Array): number {
	let first = 0xffff;
	let second = 0xffff;
	for (let index = 0; index < bytes.length; index += 2) {
		first = (first + (bytes[index] ?? 0) + ((bytes[index + 1] ?? 0) << 8)) % 0xffff;
		second = (second + first) % 0xffff;
	}
	return ((second << 16) | first) >>> 0;
}
