import {connect, isIP} from 'node:net';
import type {Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {generate, parser} from 'mqtt-packet';
import type {MqttCredentials, OpenChannel, PacketChannel, PacketChannelEvents} from '../runtime/mqtt.ts';

export interface BrokerAddress {
	readonly host: string;
	readonly port: number;
	/** TLS, with this PEM bundle as the only trusted authorities; without `ca` those of the system. */
	readonly tls?: {readonly ca?: string};
	/** Sent with every CONNECT, whichever device it is for: the broker admits the bridge, the bridge its devices. */
	readonly credentials?: MqttCredentials;
}

/** Connections to one MQTT 3.1.1 broker over TCP or TLS. A packet that can't be parsed ends the connection. */
export function createTcpChannelOpener({host, port, tls, credentials}: BrokerAddress): OpenChannel {
	return (events) => {
		const socket = tls === undefined
			? connect({host, port, noDelay: true})
			// An address has no name that TLS could ask for.
			: connectTls({host, port, ...(isIP(host) === 0 ? {servername: host} : {}), ...tls}).setNoDelay();
		return openChannel(socket, tls === undefined ? 'connect' : 'secureConnect', credentials, events);
	};
}

function openChannel(
	socket: Socket, opened: 'connect' | 'secureConnect', credentials: MqttCredentials | undefined,
	events: PacketChannelEvents,
): PacketChannel {
	const packets = parser({protocolVersion: 4});
	const login = credentials && {username: credentials.username, password: Buffer.from(credentials.password)};
	let failure: Error | undefined;
	packets.on('packet', (packet) => events.onPacket(packet));
	packets.on('error', (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))));
	socket.on(opened, () => events.onOpen());
	socket.on('data', (bytes) => {
		if (!socket.destroyed && typeof bytes !== 'string') {
			packets.parse(bytes);
		}
	});
	socket.on('error', (error) => {
		failure = error;
	});
	socket.on('close', () => events.onClose(failure));
	return {
		send: (packet) => {
			if (socket.writable) {
				const sent = packet.cmd === 'connect' ? {...packet, ...login} : packet;
				socket.write(generate(sent, {protocolVersion: 4}));
			}
		},
		close: () => {
			socket.destroy();
		},
	};
}
