import {spawnSync} from 'node:child_process';

/** Where a call of a function begins and where its callers go on, as addresses. */
export interface Span {
	readonly start: number;
	readonly ends: readonly number[];
}

interface Call {
	readonly caller: string;
	readonly target: string;
	/** Address of what follows; undefined for a jump, after which the caller's caller goes on. */
	readonly next: number | undefined;
}

/** The functions of a disassembled image (`objdump -d`) and their direct calls. */
export class Calls {
	readonly #starts = new Map<string, number>();
	readonly #calls: Call[] = [];

	constructor(disassembly: string) {
		let caller = '';
		const lines = disassembly.split('\n');
		for (const [index, line] of lines.entries()) {
			const [, address = '', name] = /^([\da-f]+) <(.+)>:$/.exec(line) ?? [];
			if (name !== undefined) {
				caller = name;
				this.#starts.set(name, Number.parseInt(address, 16));
			}
			const [, operation = '', target] = /^\s*[\da-f]+:\t[\da-f ]+\t(\S+)\s.*<([^+>]+)>/.exec(line) ?? [];
			if (target === undefined || target === caller) continue;
			const isCall = /^(?:bl|jal|jalr)$/.test(operation);
			const isJump = /^(?:b|b\.n|b\.w|j|jr|beq|bne|beq\.[nw]|bne\.[nw]|beqz|bnez)$/.test(operation);
			if (isCall) this.#calls.push({caller, target, next: addressOf(lines[index + 1] ?? '')});
			else if (isJump) this.#calls.push({caller, target, next: undefined});
		}
	}

	/** Error when there is no such function or nobody calls it. */
	spanOf(name: string): Span {
		const start = this.#starts.get(name);
		const ends = this.#endsOf(name, new Set());
		if (start === undefined || ends.length === 0) throw new Error(`Cannot find function ${name} and a call of it`);
		return {start, ends: [...new Set(ends)]};
	}

	#endsOf(name: string, seen: Set<string>): number[] {
		if (seen.has(name)) return [];
		seen.add(name);
		return this.#calls.filter(({target}) => target === name)
			.flatMap(({caller, next}) => (next === undefined ? this.#endsOf(caller, seen) : [next]));
	}
}

export function callsOf(objdump: string, image: string): Calls {
	const {status, stdout, stderr} = spawnSync(objdump, ['-d', image], {encoding: 'utf8', maxBuffer: 2 ** 26});
	if (status !== 0) throw new Error(`Cannot disassemble ${image}: ${stderr}`);
	return new Calls(stdout);
}

function addressOf(line: string): number | undefined {
	const address = /^\s*([\da-f]+):\t/.exec(line)?.[1];
	return address === undefined ? undefined : Number.parseInt(address, 16);
}
