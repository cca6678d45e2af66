import type {MqttSnPacket} from '../protocol/mqttsn/packet.ts';
import type {DatagramCounter} from './counters.ts';

/**
 * What to do with a message from an address without session: `answer` with DISCONNECT, so that a device whose session
 * is gone connects anew, or drop it. What a gateway sends is never answered: two gateways would not stop.
 */
export function judgeUnknownSender(packet: MqttSnPacket): 'answer' | DatagramCounter {
	switch (packet.type) {
		case 'publish':
			return packet.qos === -1 ? 'unsupported_qos_minus_1' : 'answer';
		case 'register':
		case 'regack':
		case 'puback':
		case 'pubrec':
		case 'pubrel':
		case 'pubcomp':
		case 'subscribe':
		case 'unsubscribe':
		case 'pingreq':
		case 'willtopic':
		case 'willmsg':
		case 'willtopicupd':
		case 'willmsgupd':
			return 'answer';
		case 'advertise':
		case 'searchgw':
		case 'gwinfo':
			return 'unsupported_discovery';
		case 'encapsulation':
			return 'unsupported_encapsulation';
		case 'connect':
		case 'connack':
		case 'willtopicreq':
		case 'willmsgreq':
		case 'suback':
		case 'unsuback':
		case 'pingresp':
		case 'disconnect':
		case 'willtopicresp':
		case 'willmsgresp':
			return 'unknown_sender_silent';
	}
}
