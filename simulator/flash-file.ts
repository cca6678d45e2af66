import {closeSync, fstatSync, openSync, readSync, writeSync} from 'node:fs';
import {Flash, type FlashGeometry} from './flash.ts';

/** A flash whose content outlives the process. */
export interface FlashFile {
	readonly flash: Flash;
	close(): void;
}

/**
 * Opens or makes the file and keeps it equal to the flash after every operation. Bytes are stored inverted, so that
 * what is erased is zero and takes no space in a sparse file.
 * @throws Error when the file can't be read or written, RangeError when it is not of this geometry.
 */
export function openFlashFile(path: string, geometry: FlashGeometry): FlashFile {
	const descriptor = openSync(path, 'a+', 0o600);
	closeSync(descriptor);
	const file = openSync(path, 'r+');
	try {
		return {flash: attach(file, path, geometry), close: () => closeSync(file)};
	} catch (error) {
		closeSync(file);
		throw error;
	}
}

function attach(file: number, path: string, geometry: FlashGeometry): Flash {
	const {unitBytes, unitCount} = geometry;
	const total = unitBytes * unitCount;
	const {size} = fstatSync(file);
	if (size > total) {
		throw new RangeError(`Cannot use flash file ${path}: ${size} bytes, must be at most ${total}`);
	}
	const content = new Uint8Array(size);
	readSync(file, content, 0, size, 0);
	const flash = new Flash(geometry, invert(content));
	flash.observe((operation) => {
		if (operation.kind === 'program') {
			writeAll(file, invert(operation.bytes), operation.address);
		} else {
			writeAll(file, new Uint8Array(unitBytes), operation.unit * unitBytes);
		}
	});
	return flash;
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
	for (let done = 0; done < bytes.length; ) {
		done += writeSync(file, bytes, done, bytes.length - done, position + done);
	}
}

function invert(bytes: Uint8Array): Uint8Array {
	return bytes.map((byte) => byte ^ 0xff);
}
