import type {MqttSnFlag, mqttSnMessages, mqttSnTopicIdTypes} from '../schema/mqttsn.ts';

/** An MQTT-SN message as an object: derived from the table, so a new field there is a new property here. */
export type MqttSnPacket = {[Name in MqttSnPacketType]: MqttSnPacketOf<Name>}[MqttSnPacketType];

export type MqttSnPacketType = Schema['name'];

export type MqttSnPacketOf<Name extends MqttSnPacketType> = Shape<Extract<Schema, {readonly name: Name}>>;

export type TopicIdType = keyof typeof mqttSnTopicIdTypes;
export type MqttSnQos = -1 | 0 | 1 | 2;

type Schema = (typeof mqttSnMessages)[number];

type Shape<Message extends Schema> = Flatten<
	{readonly type: Message['name']}
	& {readonly [Flag in Message['flags'][number]]: FlagValues[Flag]}
	& {readonly [Field in Mandatory<Message> as Field['name']]: FieldValues[Field['type']]}
	& {readonly [Field in Optional<Message> as Field['name']]?: FieldValues[Field['type']]}
>;

type FieldOf<Message extends Schema> = Message['fields'][number];
type Optional<Message extends Schema> = Extract<FieldOf<Message>, {readonly optional: true}>;
type Mandatory<Message extends Schema> = Exclude<FieldOf<Message>, {readonly optional: true} | {readonly type: 'flags'}>;
type Flatten<Type> = {[Key in keyof Type]: Type[Key]};

interface FlagValues extends Record<MqttSnFlag, unknown> {
	readonly dup: boolean;
	readonly qos: MqttSnQos;
	readonly retain: boolean;
	readonly will: boolean;
	readonly cleanSession: boolean;
	readonly topicIdType: TopicIdType;
}

interface FieldValues {
	readonly flags: never;
	readonly u8: number;
	readonly u16: number;
	readonly text: string;
	readonly bytes: Uint8Array;
	/** A name when `topicIdType` is 'normal', else the id or the two octets of the short name as a number. */
	readonly topic: string | number;
	readonly message: Uint8Array;
}

/** The name that the two octets of a short topic stand for; undefined when they are no text. */
export function shortTopicName(topicId: number): string | undefined {
	const [first, second] = [topicId >> 8, topicId & 0xff];
	const isText = (octet: number): boolean => octet > 0x20 && octet < 0x7f;
	return isText(first) && isText(second) ? String.fromCharCode(first, second) : undefined;
}

/** The opposite of `shortTopicName`; undefined when the name does not fit into two octets. */
export function shortTopicId(name: string): number | undefined {
	const id = (name.charCodeAt(0) << 8) | name.charCodeAt(1);
	return name.length === 2 && shortTopicName(id) === name ? id : undefined;
}
