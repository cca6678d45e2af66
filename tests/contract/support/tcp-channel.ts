import {connect} from 'node:net';
import mqttPacket from 'mqtt-packet';
import type {OpenChannel} from '../../../runtime/mqtt.ts';

/** A `PacketChannel` on TCP for tests of brokers: nothing but the codec between packets and bytes. */
export function tcpChannel(port: number): OpenChannel {
	return (events) => {
		const socket = connect(port, '127.0.0.1');
		const parser = mqttPacket.parser({protocolVersion: 4});
		let failure: Error | undefined;
		parser.on('packet', events.onPacket);
		socket.setNoDelay(true);
		socket.on('connect', events.onOpen);
		socket.on('data', (chunk: Buffer) => parser.parse(chunk));
		socket.on('error', (error) => (failure = error));
		socket.on('close', () => events.onClose(failure));
		return {
			send: (packet) => {
				if (!socket.destroyed) socket.write(mqttPacket.generate(packet));
			},
			close: () => socket.destroy(),
		};
	};
}
