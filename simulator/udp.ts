import {createSocket} from 'node:dgram';

export interface BridgeAddress {
	/** IPv4 address or name. */
	readonly host: string;
	readonly port: number;
}

export interface DeviceSocket {
	/** Like UDP itself: a datagram that can't be sent is lost. */
	send(datagram: Uint8Array): void;
	close(): Promise<void>;
}

/** One device's own UDP socket, connected to the bridge: datagrams of anyone else do not reach the device. */
export function openDeviceSocket(
	bridge: BridgeAddress,
	onDatagram: (datagram: Uint8Array) => void,
): Promise<DeviceSocket> {
	const socket = createSocket('udp4');
	return new Promise((resolve, reject) => {
		socket.once('error', reject);
		socket.on('message', (message) => onDatagram(new Uint8Array(message)));
		socket.connect(bridge.port, bridge.host, () => {
			socket.off('error', reject);
			// A bridge that is down answers with ICMP "port unreachable": no more than a loss.
			socket.on('error', () => {});
			let open = true;
			resolve({
				send: (datagram) => {
					if (open) socket.send(datagram, () => {});
				},
				close: () => {
					open = false;
					return new Promise((closed) => socket.close(() => closed()));
				},
			});
		});
	});
}
