import type {DatagramPort} from '../../runtime/datagram.ts';

/** Both ports as one; addresses of the second begin with `prefix`, and those of the first never do. */
export function joinDatagramPorts(first: DatagramPort, second: DatagramPort, prefix: string): DatagramPort {
	return {
		send: (address, bytes) => (address.startsWith(prefix) ? second : first).send(address, bytes),
		onDatagram: (handler) => {
			first.onDatagram(handler);
			second.onDatagram(handler);
		},
		close: async () => {
			await Promise.all([first.close(), second.close()]);
		},
	};
}
