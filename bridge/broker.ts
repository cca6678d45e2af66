import {connect} from 'node:net';
import type {Socket} from 'node:net';
import {generate, parser} from 'mqtt-packet';
import type {OpenChannel, PacketChannel, PacketChannelEvents} from '../runtime/mqtt.ts';

export interface BrokerAddress {
	readonly host: string;
	readonly port: number;
}

/** Connections to one MQTT 3.1.1 broker over TCP. A packet that can't be parsed ends the connection. */
export function createTcpChannelOpener({host, port}: BrokerAddress): OpenChannel {
	return (events) => openChannel(connect({host, port, noDelay: true}), events);
}

function openChannel(socket: Socket, events: PacketChannelEvents): PacketChannel {
	const packets = parser({protocolVersion: 4});
	let failure: Error | undefined;
	packets.on('packet', (packet) => events.onPacket(packet));
	packets.on('error', (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))));
	socket.on('connect', () => events.onOpen());
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
				socket.write(generate(packet, {protocolVersion: 4}));
			}
		},
		close: () => {
			socket.destroy();
		},
	};
}
