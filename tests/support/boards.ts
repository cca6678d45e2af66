import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {encodeFactoryBlock, type FactoryBlock} from '../../protocol/factory-block.ts';
import {makeFirmware} from '../../scripts/make-firmware.ts';
import {repositoryRoot} from '../../scripts/repository.ts';
import {Child} from '../e2e/loop/child.ts';

/** How QEMU is told to be a board whose flash is `flashFile`. */
interface BoardModel {
	readonly emulator: string;
	/** Compiler that its image needs, by the variable of agent-firmware that names it. */
	readonly compiler: string;
	/** Bytes of the flash file. */
	readonly flashBytes: number;
	/** Bytes from the start of the file that are flash, erased when the board is new. */
	readonly erasedBytes: number;
	readonly arguments: (flashFile: string, image: string) => readonly string[];
}

export type BoardName = keyof typeof models;

/** The address at which a board behind QEMU's user network sees this machine. */
const hostAddress = [10, 0, 2, 2] as const;
const mebibyte = 2 ** 20;

const models = {
	'mps2-an385': mps2('an385'),
	'mps2-an386': mps2('an386'),
	'mps2-an500': mps2('an500'),
	'mps2-an505': mps2('an505'),
	'rvvirt': {
		emulator: 'qemu-system-riscv32',
		compiler: 'riscv64-unknown-elf-gcc',
		flashBytes: 32 * mebibyte,
		erasedBytes: 10 * mebibyte / 4,
		// With flash in the second bank the board starts no -kernel.
		arguments: (flashFile, image) => [
			'-M', 'virt', '-m', '16M', '-bios', image, '-drive', `if=pflash,unit=1,format=raw,file=${flashFile}`,
			'-netdev', 'user,id=net', '-device', 'virtio-net-device,netdev=net',
		],
	},
	'xtensa-lx60': {
		emulator: 'qemu-system-xtensa',
		compiler: 'xtensa-lx106-elf-gcc',
		flashBytes: 4 * mebibyte,
		erasedBytes: 10 * mebibyte / 16,
		arguments: (flashFile, image) => [
			'-M', 'lx60', '-kernel', image, '-drive', `if=pflash,format=raw,file=${flashFile}`, '-nic', 'user',
		],
	},
} as const satisfies Readonly<Record<string, BoardModel>>;

function mps2(name: string): BoardModel {
	return {
		emulator: 'qemu-system-arm',
		compiler: 'arm-none-eabi-gcc',
		flashBytes: 16 * mebibyte,
		erasedBytes: 18 * 4096,
		arguments: (flashFile, image) => [
			'-M', `mps2-${name}`, '-kernel', image, '-nic', 'user', '-machine', 'memory-backend=flash',
			'-object', `memory-backend-file,id=flash,size=16M,share=on,mem-path=${flashFile}`,
		],
	};
}

/** Why the board can't run here; undefined when it can. */
export function whyBoardIsMissing(board: BoardName): string | undefined {
	const {emulator, compiler} = models[board];
	const missing = [emulator, compiler].find((program) => spawnSync(program, ['--version']).status !== 0);
	return missing === undefined ? undefined : `${missing} is not installed`;
}

/** The program of a board, an ELF file. */
export function boardImage(board: BoardName): string {
	return join(repositoryRoot, 'build', 'boards', `${board}.elf`);
}

/** Brings the image up to date with its sources. */
export function buildBoards(boards: readonly BoardName[]): void {
	makeFirmware(...boards);
}

/** The flash of a new board: erased but for its factory block. */
export async function makeBoardFlash(
	board: BoardName, flashFile: string, identity: Omit<FactoryBlock, 'gateway'> & {readonly bridgePort: number},
): Promise<void> {
	const {flashBytes, erasedBytes} = models[board];
	const {bridgePort, ...rest} = identity;
	const content = new Uint8Array(erasedBytes).fill(0xff);
	content.set(encodeFactoryBlock({...rest, gateway: {address: hostAddress, port: bridgePort}}));
	const file = await open(flashFile, 'wx');
	try {
		await file.write(content);
		await file.truncate(flashBytes);
	} finally {
		await file.close();
	}
}

export interface BoardOptions {
	readonly board: BoardName;
	/** Of makeBoardFlash; the board owns it while it runs. */
	readonly flashFile: string;
	/** Every line of the board's console is appended to it. */
	readonly log: string;
	/** After each line of the console, and at the end. */
	readonly onChange: () => void;
	/** What it boots; without it, its port's image. */
	readonly image?: string;
	/** Arguments of QEMU besides those of the board. */
	readonly extra?: readonly string[];
}

/**
 * Powers a board up. Its console is in `lines`; `kill()` is a power cut, after which the same flash file may be
 * given to another board. Error when the image is not built.
 */
export function startBoard({board, flashFile, log, onChange, image = imageOf(board), extra = []}: BoardOptions): Child {
	const {emulator, arguments: machine} = models[board];
	if (!existsSync(image)) throw new Error(`Cannot start ${board}: ${image} is not built`);
	const common = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
	return new Child([emulator, ...machine(flashFile, image), ...common, ...extra], {log, onChange});
}

function imageOf(board: BoardName): string {
	return join(repositoryRoot, 'build', 'boards', `${board}.elf`);
}
