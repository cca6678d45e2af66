import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {createConnection, type Socket} from 'node:net';

/** Register numbers of a Cortex-M. */
export const register = {r0: 0, r1: 1, r2: 2, pc: 15} as const;

const registerDigits = 8;
/** Of memory in one packet. */
const partBytes = 1024;
const replyTimeoutMs = 30_000;

/** The debugger's side of GDB's remote protocol, as far as a test of a board needs it. */
export class Debugger {
	readonly #socket: Socket;
	#received = '';

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding('latin1').on('data', (text: string) => {
			this.#received += text;
			socket.emit('reply');
		});
	}

	/** Connects to QEMU, which stops the board. */
	static async attach(path: string): Promise<Debugger> {
		const socket = createConnection(path);
		await once(socket, 'connect');
		const gdb = new Debugger(socket);
		await gdb.#ask('?');
		return gdb;
	}

	/** Lets the board run until it is about to execute `address`. */
	async runTo(address: number): Promise<void> {
		const breakpoint = `0,${address.toString(16)},2`;
		await this.#ask(`Z${breakpoint}`);
		await this.#ask('c');
		await this.#ask(`z${breakpoint}`);
	}

	/** The value of a register. */
	async read(number: number): Promise<number> {
		const all = await this.#ask('g');
		return Buffer.from(all.slice(number * registerDigits), 'hex').readUInt32LE();
	}

	async write(values: ReadonlyMap<number, number>): Promise<void> {
		const all = Buffer.from(await this.#ask('g'), 'hex');
		values.forEach((value, number) => all.writeUInt32LE(value, 4 * number));
		await this.#ask(`G${all.toString('hex')}`);
	}

	async readMemory(address: number, size: number): Promise<Uint8Array> {
		const parts: Buffer[] = [];
		for (let at = 0; at < size; at += partBytes) {
			const length = Math.min(partBytes, size - at);
			const part = Buffer.from(await this.#ask(`m${(address + at).toString(16)},${length.toString(16)}`), 'hex');
			if (part.length !== length) throw new Error(`Cannot read ${length} bytes at ${(address + at).toString(16)}`);
			parts.push(part);
		}
		return Buffer.concat(parts);
	}

	/** As a debugger does: no protection of the board's applies. */
	async writeMemory(address: number, bytes: Uint8Array): Promise<void> {
		const content = Buffer.from(bytes).toString('hex');
		const reply = await this.#ask(`M${address.toString(16)},${bytes.length.toString(16)}:${content}`);
		if (reply !== 'OK') throw new Error(`Cannot write ${bytes.length} bytes at ${address.toString(16)}`);
	}

	/** Lets the board run on its own. */
	async detach(): Promise<void> {
		await this.#ask('D');
		this.#socket.destroy();
	}

	async #ask(command: string): Promise<string> {
		const sum = Buffer.from(command).reduce((total, byte) => total + byte, 0) % 256;
		this.#socket.write(`$${command}#${sum.toString(16).padStart(2, '0')}`);
		const signal = AbortSignal.timeout(replyTimeoutMs);
		for (;;) {
			const [packet, reply = ''] = /^[^$]*\$([^#]*)#../.exec(this.#received) ?? [];
			if (packet === undefined) {
				await once(this.#socket, 'reply', {signal});
				continue;
			}
			this.#received = this.#received.slice(packet.length);
			this.#socket.write('+');
			// That the board has stopped is told twice after an attach.
			if (!reply.startsWith('T') || command === '?' || command === 'c') return reply;
		}
	}
}

/** Addresses of functions and variables of an image. */
export function readSymbols(image: string): ReadonlyMap<string, number> {
	const {stdout, status} = spawnSync('arm-none-eabi-nm', [image], {encoding: 'utf8'});
	if (status !== 0) throw new Error(`Cannot read the symbols of ${image}`);
	return new Map(stdout.split('\n').map((line) => line.split(' ')).flatMap(([address, , name]) =>
		name === undefined ? [] : [[name, Number.parseInt(address ?? '', 16)] as const]));
}
