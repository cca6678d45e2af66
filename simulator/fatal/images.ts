import type {Program} from '../../protocol/image/program.ts';
import {regions} from '../../protocol/schema/image.ts';
import {assemble, instruction, timerProgram} from '../sample.ts';
import {frozenChannel} from '../simulated-node.ts';

/** What a version of the sample does that no device should keep. */
export const fatalKinds = [
	'faults at run 1',
	'faults at run 100',
	'uses up its budget',
	'freezes the core',
	'kills the link',
] as const;
export type FatalKind = (typeof fatalKinds)[number];

const sensorRead = 6;
const zeroed = 2 ** 28 * regions.data;

const ok = instruction(0xb7, {destination: 0, immediate: 0});
const exit = instruction(0x95, {});
/** `*(uint8_t *)0`: in no region. */
const badAccess = [instruction(0xb7, {destination: 1, immediate: 0}), instruction(0x71, {destination: 0, source: 1})].flat();

/**
 * The five programs, each run by the timer. The last one does no harm by itself: that the link dies is for the model of
 * the link to bring about, while a device has it attached.
 */
const programs: Readonly<Record<FatalKind, () => Program>> = {
	'faults at run 1': () => timerProgram(assemble(badAccess, exit)),
	'faults at run 100': faultsLate,
	// An unconditional jump to itself.
	'uses up its budget': () => timerProgram(assemble(instruction(0x05, {offset: -1}), ok, exit)),
	'freezes the core': freezes,
	'kills the link': () => timerProgram(assemble(ok, exit)),
};

export function fatalProgram(kind: FatalKind): Program {
	return programs[kind]();
}

/** `if (++runs >= 100) fault(); return 0;` */
function faultsLate(): Program {
	const text = assemble(
		instruction(0xb7, {destination: 1, immediate: zeroed}),
		instruction(0x79, {destination: 2, source: 1}),
		instruction(0x07, {destination: 2, immediate: 1}),
		instruction(0x7b, {destination: 1, source: 2}),
		// Over the two instructions that fault.
		instruction(0xa5, {destination: 2, offset: 2, immediate: 100}),
		badAccess,
		ok,
		exit,
	);
	return timerProgram(text, new Uint8Array(0), 8);
}

/** `sensor_read(channel, &value)` of a channel that does not answer. */
function freezes(): Program {
	const text = assemble(
		instruction(0xb7, {destination: 1, immediate: frozenChannel}),
		instruction(0xb7, {destination: 2, immediate: zeroed}),
		instruction(0x85, {immediate: sensorRead}),
		ok,
		exit,
	);
	return timerProgram(text, new Uint8Array(0), 8);
}
