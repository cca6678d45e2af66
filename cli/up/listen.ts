import {messageOf, UsageError} from '../fail.ts';

export interface Place {
	readonly protocol: 'tcp' | 'udp';
	readonly host: string;
	readonly port: number;
	/** The option by which the user chooses the port. */
	readonly option: string;
}

/** Opens a socket. @throws UsageError naming the address, why it can't be had, and the option that changes it. */
export async function listen<T>({protocol, host, port, option}: Place, open: (port: number) => Promise<T>): Promise<T> {
	try {
		return await open(port);
	} catch (cause) {
		const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
		const phrase = (inner as {readonly code?: unknown}).code === 'EADDRINUSE' ? 'the port is in use' : messageOf(inner);
		throw new UsageError(`Cannot listen on ${protocol} ${host}:${port}: ${phrase}; ${option} chooses another`, {cause});
	}
}
