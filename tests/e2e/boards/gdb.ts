import {once} from 'node:events';
import {createConnection, type Socket} from 'node:net';

/** Checksum of the remote protocol of gdb: the sum of the characters, modulo 256, in two digits. */
function frame(command: string): string {
	const sum = Buffer.from(command, 'latin1').reduce((total, byte) => total + byte, 0) % 256;
	return `$${command}#${sum.toString(16).padStart(2, '0')}`;
}

/** The next answer on the connection, without its frame. */
async function answer(socket: Socket): Promise<string> {
	let text = '';
	for (;;) {
		const [chunk] = (await once(socket, 'data')) as [Buffer];
		text += chunk.toString('latin1');
		const match = /\$([^#]*)#[0-9a-f]{2}/.exec(text);
		if (match !== null) return match[1] ?? '';
	}
}

/**
 * Writes into the memory of a board that QEMU runs with `-gdb unix:PATH,server=on,wait=off`, as a debugger does, and
 * lets it run on. Protection of memory does not apply. Error when the emulator refuses.
 */
export async function pokeBoard(socketPath: string, address: number, bytes: Uint8Array): Promise<void> {
	const socket = createConnection(socketPath);
	try {
		await once(socket, 'connect');
		socket.write('\x03');
		await answer(socket);
		const write = `M${address.toString(16)},${bytes.length.toString(16)}:${Buffer.from(bytes).toString('hex')}`;
		for (const command of [write, 'D']) {
			socket.write(`+${frame(command)}`);
			const reply = await answer(socket);
			if (reply !== 'OK') throw new Error(`Cannot write to the board: the emulator answers ${reply}`);
		}
	} finally {
		socket.destroy();
	}
}
