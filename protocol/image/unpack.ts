import {failure, success, type Result} from '../result.ts';
import {
	imageFormat, imageHeader, imageLimits, imageMagic, type ImageFieldName, type ImageReason,
} from '../schema/image.ts';
import {unpackText} from './coding.ts';
import {parameterName} from './pack.ts';
import type {Program, ProgramHook, ProgramParameter} from './program.ts';

type Header = Readonly<Record<ImageFieldName, number>>;

/**
 * Reads an image of any origin. Checks all that a device checks in the order of bpf_image_parse and bpf_image_expand
 * (agent-firmware/core/vm), so that both name one reason; whether the text is harmless is for the verifier.
 */
export function unpackImage(bytes: Uint8Array): Result<Program, ImageReason> {
	if (bytes.length < imageLimits.headerSize) {
		return failure('ImageTruncated');
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const header = readHeader(view);
	const reason = checkHeader(header);
	if (reason !== undefined) {
		return failure(reason);
	}
	const hooks = readHooks(view, header);
	if (!hooks.ok) {
		return hooks;
	}
	const parameters = readParameters(view, header);
	return parameters.ok ? readParts(bytes, header, hooks.value, parameters.value) : parameters;
}

function readHeader(view: DataView): Header {
	const number = (offset: number, size: 1 | 2 | 4): number => {
		switch (size) {
			case 1: return view.getUint8(offset);
			case 2: return view.getUint16(offset, true);
			case 4: return view.getUint32(offset, true);
		}
	};
	// The table names every field of Header once.
	return Object.fromEntries(imageHeader.map(({name, offset, size}) => [name, number(offset, size)])) as Header;
}

function checkHeader(header: Header): ImageReason | undefined {
	const refusals: readonly (readonly [boolean, ImageReason])[] = [
		[header.magic !== imageMagic, 'ImageMagic'],
		[header.format !== imageFormat, 'ImageFormat'],
		[header.reserved !== 0, 'ImageReserved'],
		[header.hookCount === 0 || header.hookCount > imageLimits.maxHooks, 'ImageHookCount'],
		[header.parameterCount > imageLimits.maxParameters, 'ImageParameterCount'],
		[header.textCount === 0, 'ImageTextSize'],
		[header.dataSize + header.bssSize > 0xffff, 'ImageDataSize'],
		[header.stackSize > imageLimits.maxStack || header.stackSize % 8 !== 0, 'ImageStackSize'],
	];
	return refusals.find(([refused]) => refused)?.[1];
}

function readHooks(view: DataView, header: Header): Result<readonly ProgramHook[], ImageReason> {
	const {headerSize, hookSize} = imageLimits;
	const hooks: ProgramHook[] = [];
	if (view.byteLength - headerSize < header.hookCount * hookSize) {
		return failure('ImageTruncated');
	}
	for (let index = 0; index < header.hookCount; index++) {
		const at = headerSize + index * hookSize;
		const hook = {id: view.getUint16(at, true), offset: view.getUint16(at + 2, true)};
		if (hook.id <= (hooks.at(-1)?.id ?? 0)) {
			return failure('ImageHookOrder');
		}
		if (hook.offset >= header.textCount) {
			return failure('ImageHookOffset');
		}
		hooks.push(hook);
	}
	return success(hooks);
}

interface ParameterTable {
	readonly list: readonly ProgramParameter[];
	/** Offset of the first byte behind the table. */
	readonly end: number;
}

function readParameters(view: DataView, header: Header): Result<ParameterTable, ImageReason> {
	const list: ProgramParameter[] = [];
	let at = imageLimits.headerSize + header.hookCount * imageLimits.hookSize;
	for (let index = 0; index < header.parameterCount; index++) {
		const parameter = readParameter(view, at);
		if (!parameter.ok) {
			return parameter;
		}
		if (list.some(({name}) => name === parameter.value.name)) {
			return failure('ImageParameterTwice');
		}
		list.push(parameter.value);
		at += 1 + parameter.value.name.length + 12;
	}
	return success({list, end: at});
}

function readParameter(view: DataView, at: number): Result<ProgramParameter, ImageReason> {
	const size = at < view.byteLength ? view.getUint8(at) : 0xff;
	const numbers = at + 1 + size;
	if (view.byteLength - numbers < 12) {
		return failure('ImageTruncated');
	}
	const name = new TextDecoder('latin1').decode(new Uint8Array(view.buffer, view.byteOffset + at + 1, size));
	if (!parameterName.test(name)) {
		return failure('ImageParameterName');
	}
	const [initial, min, max] = [0, 4, 8].map(offset => view.getInt32(numbers + offset, true)) as [number, number, number];
	return min <= initial && initial <= max
		? success({name, default: initial, min, max})
		: failure('ImageParameterRange');
}

function readParts(
	bytes: Uint8Array, header: Header, hooks: readonly ProgramHook[], parameters: ParameterTable,
): Result<Program, ImageReason> {
	const rodataAt = parameters.end + header.textSize;
	const dataAt = rodataAt + header.rodataSize;
	const end = dataAt + header.dataSize;
	if (end !== bytes.length) {
		return failure(end > bytes.length ? 'ImageTruncated' : 'ImageTrailing');
	}
	const text = unpackText(bytes.subarray(parameters.end, rodataAt), header.textCount);
	if (!text.ok) {
		return text;
	}
	return success({
		hooks,
		text: text.value,
		rodata: bytes.slice(rodataAt, dataAt),
		data: bytes.slice(dataAt, end),
		bssSize: header.bssSize,
		stackSize: header.stackSize,
		parameters: parameters.list,
	});
}
