import type {Measurement} from '../measurement-table.ts';
import {boardNames, boards, buildImages, measureImage, type SizedBoard} from '../size/boards.ts';
import {flashOf, parts, ramOf} from '../size/parts.ts';

export const title = 'Bytes of the firmware, by part';

/** 10 % of RIOT's image with CoAP for nRF52840, a Cortex-M4. */
const riotTenth = 4728;

export async function measure(): Promise<Measurement> {
	buildImages(boardNames);
	return {
		columns: ['board', 'core', ...parts, 'flash in all', 'RAM in all', 'runtime over the rest', `runtime over RIOT with CoAP`],
		rows: boardNames.map(rowOf),
		notes: [
			'Bytes of flash (text and data) as the map of the linker has them; RAM is data, bss and stack, where the one structure '
				+ 'of the agent and its containers lies.',
			'Runtime = interpreter, verifier, loader, engine, helpers, key-value store. The image without it is not built: its '
				+ 'size is that of the other parts.',
			`RIOT with CoAP for the board of the paper takes 47,288 bytes of flash, so 10 % are ${riotTenth}.`,
		],
	};
}

function rowOf(board: SizedBoard): (string | number)[] {
	const sizes = measureImage(board);
	const flash = parts.map((part) => flashOf(sizes[part]));
	const all = flash.reduce((sum, bytes) => sum + bytes, 0);
	const ram = parts.reduce((sum, part) => sum + ramOf(sizes[part]), 0);
	const runtime = flashOf(sizes.runtime);
	const percent = (whole: number): string => `${(runtime / whole * 100).toFixed(1)} %`;
	return [board, boards[board].core, ...flash, all, ram, percent(all - runtime), percent(riotTenth * 10)];
}
