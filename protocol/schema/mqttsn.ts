/**
 * MQTT-SN 1.2 as one table: every message type with its fields in wire order. The codec walks this table, the packet
 * types are derived from it, and the C constants are generated from it. Codes go over the air: never renumber.
 */
export interface MqttSnMessageSchema {
	readonly code: number;
	/** Spelling of the specification, in lower case; C spells it MQSN_<UPPER CASE>. */
	readonly name: string;
	readonly direction: 'client to gateway' | 'gateway to client' | 'both' | 'gateway to all' | 'client to all' | 'forwarder';
	/** Which bits of a Flags field mean something here; the others are sent as 0 and ignored on arrival. */
	readonly flags: readonly MqttSnFlag[];
	/** Fields after MsgType in wire order. Only the last may vary in length or be absent. */
	readonly fields: readonly MqttSnFieldSchema[];
	/** True when a message without any field is legal and means "delete" (5.4.7, 5.4.22). */
	readonly emptyForm?: true;
	/** Section of the specification. */
	readonly clause: string;
}

export type MqttSnFlag = 'dup' | 'qos' | 'retain' | 'will' | 'cleanSession' | 'topicIdType';

export interface MqttSnFieldSchema {
	readonly name: string;
	/**
	 * `text` is UTF-8 without NUL; `topic` is a name, or a 16-bit id when TopicIdType says so; `message` is the inner
	 * message of a forwarder encapsulation, which stands outside Length.
	 */
	readonly type: 'flags' | 'u8' | 'u16' | 'text' | 'bytes' | 'topic' | 'message';
	readonly optional?: true;
	/** Characters, not bytes. A text without `minCharacters` may be empty. */
	readonly minCharacters?: number;
	readonly maxCharacters?: number;
}

const flags = {name: 'flags', type: 'flags'} as const;
const topicId = {name: 'topicId', type: 'u16'} as const;
const msgId = {name: 'msgId', type: 'u16'} as const;
const returnCode = {name: 'returnCode', type: 'u8'} as const;
const topicName = {name: 'topicName', type: 'text', minCharacters: 1} as const;
const topic = {name: 'topic', type: 'topic'} as const;
const clientId = {name: 'clientId', type: 'text', minCharacters: 1, maxCharacters: 23} as const;
const willTopic = {name: 'willTopic', type: 'text', minCharacters: 1} as const;
const willMsg = {name: 'willMsg', type: 'bytes'} as const;

export const mqttSnMessages = [
	{
		code: 0x00, name: 'advertise', direction: 'gateway to all', clause: '5.4.1', flags: [],
		fields: [{name: 'gwId', type: 'u8'}, {name: 'duration', type: 'u16'}],
	},
	{
		code: 0x01, name: 'searchgw', direction: 'client to all', clause: '5.4.2', flags: [],
		fields: [{name: 'radius', type: 'u8'}],
	},
	{
		code: 0x02, name: 'gwinfo', direction: 'both', clause: '5.4.3', flags: [],
		fields: [{name: 'gwId', type: 'u8'}, {name: 'gwAdd', type: 'bytes', optional: true}],
	},
	{
		code: 0x04, name: 'connect', direction: 'client to gateway', clause: '5.4.4', flags: ['will', 'cleanSession'],
		fields: [flags, {name: 'protocolId', type: 'u8'}, {name: 'duration', type: 'u16'}, clientId],
	},
	{code: 0x05, name: 'connack', direction: 'gateway to client', clause: '5.4.5', flags: [], fields: [returnCode]},
	{code: 0x06, name: 'willtopicreq', direction: 'gateway to client', clause: '5.4.6', flags: [], fields: []},
	{
		code: 0x07, name: 'willtopic', direction: 'client to gateway', clause: '5.4.7', flags: ['qos', 'retain'],
		fields: [flags, willTopic], emptyForm: true,
	},
	{code: 0x08, name: 'willmsgreq', direction: 'gateway to client', clause: '5.4.8', flags: [], fields: []},
	{code: 0x09, name: 'willmsg', direction: 'client to gateway', clause: '5.4.9', flags: [], fields: [willMsg]},
	{
		code: 0x0a, name: 'register', direction: 'both', clause: '5.4.10', flags: [],
		fields: [topicId, msgId, topicName],
	},
	{code: 0x0b, name: 'regack', direction: 'both', clause: '5.4.11', flags: [], fields: [topicId, msgId, returnCode]},
	{
		code: 0x0c, name: 'publish', direction: 'both', clause: '5.4.12', flags: ['dup', 'qos', 'retain', 'topicIdType'],
		fields: [flags, topicId, msgId, {name: 'data', type: 'bytes'}],
	},
	{code: 0x0d, name: 'puback', direction: 'both', clause: '5.4.13', flags: [], fields: [topicId, msgId, returnCode]},
	{code: 0x0e, name: 'pubcomp', direction: 'both', clause: '5.4.14', flags: [], fields: [msgId]},
	{code: 0x0f, name: 'pubrec', direction: 'both', clause: '5.4.14', flags: [], fields: [msgId]},
	{code: 0x10, name: 'pubrel', direction: 'both', clause: '5.4.14', flags: [], fields: [msgId]},
	{
		code: 0x12, name: 'subscribe', direction: 'client to gateway', clause: '5.4.15',
		flags: ['dup', 'qos', 'topicIdType'], fields: [flags, msgId, topic],
	},
	{
		code: 0x13, name: 'suback', direction: 'gateway to client', clause: '5.4.16', flags: ['qos'],
		fields: [flags, topicId, msgId, returnCode],
	},
	{
		code: 0x14, name: 'unsubscribe', direction: 'client to gateway', clause: '5.4.17', flags: ['topicIdType'],
		fields: [flags, msgId, topic],
	},
	{code: 0x15, name: 'unsuback', direction: 'gateway to client', clause: '5.4.18', flags: [], fields: [msgId]},
	{
		code: 0x16, name: 'pingreq', direction: 'both', clause: '5.4.19', flags: [],
		fields: [{...clientId, optional: true}],
	},
	{code: 0x17, name: 'pingresp', direction: 'both', clause: '5.4.20', flags: [], fields: []},
	{
		code: 0x18, name: 'disconnect', direction: 'both', clause: '5.4.21', flags: [],
		fields: [{name: 'duration', type: 'u16', optional: true}],
	},
	{
		code: 0x1a, name: 'willtopicupd', direction: 'client to gateway', clause: '5.4.22', flags: ['qos', 'retain'],
		fields: [flags, willTopic], emptyForm: true,
	},
	{code: 0x1b, name: 'willtopicresp', direction: 'gateway to client', clause: '5.4.24', flags: [], fields: [returnCode]},
	{code: 0x1c, name: 'willmsgupd', direction: 'client to gateway', clause: '5.4.23', flags: [], fields: [willMsg]},
	{code: 0x1d, name: 'willmsgresp', direction: 'gateway to client', clause: '5.4.25', flags: [], fields: [returnCode]},
	{
		code: 0xfe, name: 'encapsulation', direction: 'forwarder', clause: '5.5', flags: [],
		fields: [{name: 'ctrl', type: 'u8'}, {name: 'nodeId', type: 'bytes'}, {name: 'message', type: 'message'}],
	},
] as const satisfies readonly MqttSnMessageSchema[];

/** Bits of the Flags octet (5.3.4). A mask wider than one bit holds a number. */
export const mqttSnFlagMasks = {
	dup: 0x80,
	qos: 0x60,
	retain: 0x10,
	will: 0x08,
	cleanSession: 0x04,
	topicIdType: 0x03,
} as const satisfies Record<MqttSnFlag, number>;

/** Values of the QoS bits, unshifted; 3 is QoS −1. */
export const mqttSnQosBits = {'0': 0, '1': 1, '2': 2, '-1': 3} as const;

/** Values of the TopicIdType bits; 3 is reserved. In SUBSCRIBE and UNSUBSCRIBE 0 means a topic name. */
export const mqttSnTopicIdTypes = {normal: 0, predefined: 1, short: 2} as const;

/** Return codes (5.3.10); 0x04 to 0xFF are reserved. */
export const mqttSnReturnCodes = {accepted: 0, congestion: 1, invalidTopicId: 2, notSupported: 3} as const;

/** ProtocolId of CONNECT (5.3.8). */
export const mqttSnProtocolId = 1;

/** First octet of the three-octet Length (5.2.1). */
export const mqttSnLongLengthMark = 1;

/** Topic ids that are never given to a topic (5.3.11). */
export const mqttSnReservedTopicIds = [0x0000, 0xffff] as const;

/** The fleet's topics f/<device>/<suffix> with their predefined ids: part of the wire, the same in every bridge. */
export const predefinedTopics = [
	{id: 1, name: 'head', suffix: 'd'},
	{id: 2, name: 'report', suffix: 'r'},
	{id: 3, name: 'block_request', suffix: 'g'},
	{id: 4, name: 'block', suffix: 'b'},
	{id: 5, name: 'input', suffix: 'i'},
	{id: 6, name: 'log', suffix: 'l'},
] as const;
