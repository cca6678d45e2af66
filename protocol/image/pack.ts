import {failure, success, type Result} from '../result.ts';
import {
	imageFormat, imageHeader, imageLimits, imageMagic, type ImageFieldName, type ImageReason,
} from '../schema/image.ts';
import {packText} from './coding.ts';
import type {Program, ProgramHook, ProgramParameter} from './program.ts';

/** Packs a program into an image (protocol/schema/image.ts). Fails with the reason a reader would refuse it for. */
export function packImage(program: Program): Result<Uint8Array, ImageReason> {
	const reason = checkProgram(program);
	if (reason !== undefined) {
		return failure(reason);
	}
	const text = packText(program.text);
	if (text.length > 0xffff) {
		return failure('ImageTextSize');
	}
	const tables = [...program.hooks.map(packHook), ...program.parameters.map(packParameter)];
	return success(join([packHeader(program, text), ...tables, text, program.rodata, program.data]));
}

/** Why a program has no image, in the order in which a reader checks; undefined when it has one. */
export function checkProgram(program: Program): ImageReason | undefined {
	return checkSizes(program) ?? checkHooks(program) ?? checkParameters(program.parameters);
}

/** Names that a parameter may have. */
export const parameterName = /^[A-Za-z][A-Za-z0-9_-]{0,22}$/;

function checkSizes({hooks, parameters, text, rodata, data, bssSize, stackSize}: Program): ImageReason | undefined {
	if (hooks.length === 0 || hooks.length > imageLimits.maxHooks) {
		return 'ImageHookCount';
	}
	if (parameters.length > imageLimits.maxParameters) {
		return 'ImageParameterCount';
	}
	if (text.length === 0 || text.length % 8 !== 0 || text.length / 8 > 0xffff) {
		return 'ImageTextSize';
	}
	if (rodata.length > 0xffff || !isSize(bssSize) || data.length + bssSize > 0xffff) {
		return 'ImageDataSize';
	}
	return isSize(stackSize) && stackSize <= imageLimits.maxStack && stackSize % 8 === 0 ? undefined : 'ImageStackSize';
}

function isSize(value: number): boolean {
	return Number.isInteger(value) && value >= 0;
}

function checkHooks({hooks, text}: Program): ImageReason | undefined {
	let last = 0;
	for (const {id, offset} of hooks) {
		if (!Number.isInteger(id) || id <= last || id > 0xffff) {
			return 'ImageHookOrder';
		}
		if (!isSize(offset) || offset >= text.length / 8) {
			return 'ImageHookOffset';
		}
		last = id;
	}
	return undefined;
}

function checkParameters(parameters: readonly ProgramParameter[]): ImageReason | undefined {
	const seen = new Set<string>();
	for (const {name, default: initial, min, max} of parameters) {
		if (!parameterName.test(name)) {
			return 'ImageParameterName';
		}
		if (min > initial || initial > max || ![min, initial, max].every(isInt32)) {
			return 'ImageParameterRange';
		}
		if (seen.has(name)) {
			return 'ImageParameterTwice';
		}
		seen.add(name);
	}
	return undefined;
}

function isInt32(value: number): boolean {
	return (value | 0) === value;
}

function packHeader(program: Program, text: Uint8Array): Uint8Array {
	const values: Readonly<Record<ImageFieldName, number>> = {
		magic: imageMagic,
		format: imageFormat,
		hookCount: program.hooks.length,
		parameterCount: program.parameters.length,
		reserved: 0,
		textCount: program.text.length / 8,
		textSize: text.length,
		rodataSize: program.rodata.length,
		dataSize: program.data.length,
		bssSize: program.bssSize,
		stackSize: program.stackSize,
	};
	const header = new Uint8Array(imageLimits.headerSize);
	for (const {name, offset, size} of imageHeader) {
		header.set(littleEndian(values[name], size), offset);
	}
	return header;
}

function packHook({id, offset}: ProgramHook): Uint8Array {
	return join([littleEndian(id, 2), littleEndian(offset, 2)]);
}

function packParameter({name, default: initial, min, max}: ProgramParameter): Uint8Array {
	const numbers = [initial, min, max].map((number) => littleEndian(number, 4));
	return join([Uint8Array.of(name.length), new TextEncoder().encode(name), ...numbers]);
}

function littleEndian(value: number, size: number): Uint8Array {
	return Uint8Array.from({length: size}, (_, index) => value >> (8 * index));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
