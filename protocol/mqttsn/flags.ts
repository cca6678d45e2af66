import {mqttSnFlagMasks, mqttSnQosBits, mqttSnTopicIdTypes} from '../schema/mqttsn.ts';
import type {MqttSnMessageSchema} from '../schema/mqttsn.ts';

const qosShift = 5;
const qosByBits = new Map(Object.entries(mqttSnQosBits).map(([qos, bits]) => [bits as number, Number(qos)]));
const topicIdTypeByBits = new Map(Object.entries(mqttSnTopicIdTypes).map(([name, bits]) => [bits as number, name]));

/** Reads the Flags octet (5.3.4). Bits the message does not use are ignored: 1.2 gives them no rule. */
export function readFlags(
	schema: MqttSnMessageSchema,
	octet: number,
	values: Record<string, unknown>,
): 'topic-id-type-reserved' | 'qos-invalid' | undefined {
	for (const flag of schema.flags) {
		const bits = octet & mqttSnFlagMasks[flag];
		if (flag === 'qos') {
			values[flag] = qosByBits.get(bits >> qosShift);
		} else if (flag === 'topicIdType') {
			values[flag] = topicIdTypeByBits.get(bits);
		} else {
			values[flag] = bits !== 0;
		}
	}
	if (schema.flags.includes('topicIdType') && values['topicIdType'] === undefined) {
		return 'topic-id-type-reserved';
	}
	// Only a PUBLISH may be sent without a connection, which is what QoS −1 means.
	return values['qos'] === -1 && schema.name !== 'publish' ? 'qos-invalid' : undefined;
}

/** The opposite of `readFlags`; unused bits are 0. */
export function writeFlags(schema: MqttSnMessageSchema, values: Readonly<Record<string, unknown>>): number {
	let octet = 0;
	for (const flag of schema.flags) {
		if (flag === 'qos') {
			octet |= mqttSnQosBits[String(values[flag]) as keyof typeof mqttSnQosBits] << qosShift;
		} else if (flag === 'topicIdType') {
			octet |= mqttSnTopicIdTypes[values[flag] as keyof typeof mqttSnTopicIdTypes];
		} else {
			octet |= values[flag] === true ? mqttSnFlagMasks[flag] : 0;
		}
	}
	return octet;
}
