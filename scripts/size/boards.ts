import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeFirmware} from '../make-firmware.ts';
import {repositoryRoot} from '../repository.ts';
import {sizesOf, type Sizes} from './parts.ts';

const arm = {cc: 'arm-none-eabi-gcc', objdump: 'arm-none-eabi-objdump'};

/** Boards in the size report, and the tools of their cores. */
export const boards = {
	'mps2-an385': {core: 'Cortex-M3', ...arm},
	'mps2-an386': {core: 'Cortex-M4', ...arm},
	'mps2-an500': {core: 'Cortex-M7', ...arm},
	'mps2-an505': {core: 'Cortex-M33', ...arm},
	'rvvirt': {core: 'RV32IMAC', cc: 'riscv64-unknown-elf-gcc', objdump: 'riscv64-unknown-elf-objdump'},
} as const;

export type SizedBoard = keyof typeof boards;
export const boardNames = Object.keys(boards) as SizedBoard[];

/** The first compiler that is not installed. */
export function missingCompiler(names: readonly SizedBoard[]): string | undefined {
	return names.map((name) => boards[name].cc).find((cc) => spawnSync(cc, ['--version']).status !== 0);
}

/** Brings the images up to date with their sources. */
export function buildImages(names: readonly SizedBoard[]): void {
	makeFirmware(...names);
}

export function measureImage(name: SizedBoard): Sizes {
	return sizesOf(readFileSync(join(repositoryRoot, 'build', 'boards', `${name}.map`), 'utf8'));
}
