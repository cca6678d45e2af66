/** A hand-made module with the exports of sim.h, for what the real firmware must never do. */

type Kind = 'i' | 'f';

interface MadeFunction {
	readonly name: string;
	readonly parameters: string;
	readonly result: Kind | '';
	/** Instructions without the end. */
	readonly body: readonly number[];
}

const zero = [0x41, 0x00];
const unreachable = [0x00];
/** 64 as the f64 constant that polls answer: 0x4050000000000000. */
const sixtyFour = [0x44, 0, 0, 0, 0, 0, 0, 0x50, 0x40];

const functions: readonly MadeFunction[] = [
	{name: 'sim_device_bytes', parameters: '', result: 'i', body: [0x41, 0x80, 0x80, 0x01]}, // 16384
	{name: 'sim_boot', parameters: 'iiiiiif', result: 'i', body: zero},
	{name: 'sim_feed', parameters: 'iif', result: '', body: unreachable},
	{name: 'sim_poll', parameters: 'if', result: 'f', body: sixtyFour},
	{name: 'sim_sample', parameters: 'iiif', result: '', body: []},
	{name: 'sim_container_count', parameters: 'i', result: 'i', body: zero},
	{name: 'sim_container', parameters: 'iii', result: 'f', body: sixtyFour},
	{name: 'sim_accepted_generation', parameters: 'i', result: 'f', body: sixtyFour},
	{name: 'sim_counter', parameters: 'ii', result: 'i', body: [0x41, 0x7f]}, // -1: the largest unsigned
	{name: 'sim_is_connected', parameters: 'i', result: 'i', body: zero},
];

function sized(bytes: readonly number[]): number[] {
	// LEB128, for lengths below 16384.
	return bytes.length < 128 ? [bytes.length, ...bytes] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
	return [id, ...sized([items.length, ...items.flat()])];
}

function text(value: string): number[] {
	return sized([...Buffer.from(value)]);
}

function typeOf({parameters, result}: Pick<MadeFunction, 'parameters' | 'result'>): number[] {
	const code = (kind: string): number => (kind === 'i' ? 0x7f : 0x7c);
	return [0x60, ...sized(parameters.split('').map(code)), ...sized(result.split('').map(code))];
}

/** Its sim_feed traps. With `foreignImport` it also imports a function that sim.h does not declare. */
export function madeModule(foreignImport = false): Uint8Array {
	const imported = foreignImport ? [[...text('env'), ...text('clock'), 0x00, 0x00]] : [];
	const first = imported.length;
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
		...section(1, functions.map(typeOf)),
		...section(2, imported),
		...section(3, functions.map((_, index) => [index])),
		...section(5, [[0x00, 0x01]]),
		...section(6, [
			[0x7f, 0x00, 0x41, 0x80, 0x08, 0x0b], // __heap_base = 1024
			[0x7f, 0x01, 0x41, 0x80, 0x08, 0x0b], // __stack_pointer, too
		]),
		...section(7, [
			[...text('memory'), 0x02, 0x00],
			[...text('__heap_base'), 0x03, 0x00],
			[...text('__stack_pointer'), 0x03, 0x01],
			...functions.map(({name}, index) => [...text(name), 0x00, first + index]),
		]),
		...section(10, functions.map(({body}) => sized([0x00, ...body, 0x0b]))),
	]);
}
