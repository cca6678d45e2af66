import type {MqttSnFieldSchema} from '../schema/mqttsn.ts';

/** What the table says against this text, which stands or shall stand in this field. */
export function checkText(
	field: MqttSnFieldSchema,
	text: string,
): 'text-invalid' | 'text-empty' | 'text-too-long' | undefined {
	if (text.includes('\0') || !text.isWellFormed()) {
		return 'text-invalid';
	}
	const characters = Array.from(text).length;
	if (characters < (field.minCharacters ?? 0)) {
		return 'text-empty';
	}
	return characters > (field.maxCharacters ?? Infinity) ? 'text-too-long' : undefined;
}
