/**
 * Why a decoder refuses bytes; both languages name the same input by the same word (CBOR_… in C). The first problem
 * in the order of the bytes counts.
 */
export const decodeErrors = [
	{id: 1, name: 'truncated', phrase: 'the input ends inside an item'},
	{id: 2, name: 'malformed', phrase: 'not deterministic CBOR: longer than needed, indefinite, reserved or floating-point'},
	{id: 3, name: 'type', phrase: 'another major type is required'},
	{id: 4, name: 'range', phrase: 'the integer is out of range'},
	{id: 5, name: 'length', phrase: 'the string is too short or too long'},
	{id: 6, name: 'text', phrase: 'the text is not printable ASCII'},
	{id: 7, name: 'constant', phrase: 'a fixed value is required'},
	{id: 8, name: 'count', phrase: 'too few or too many items'},
	{id: 9, name: 'key', phrase: 'a map key is unknown, repeated or out of order'},
	{id: 10, name: 'missing', phrase: 'a required map key is missing'},
	{id: 11, name: 'tag', phrase: 'another tag is required'},
	{id: 12, name: 'trailing', phrase: 'bytes follow the item'},
	{id: 13, name: 'size', phrase: 'larger than any message of this kind'},
] as const;

export type DecodeErrorName = (typeof decodeErrors)[number]['name'];

/** Where decoding stopped: the field's path from the message, `documentDigest` or `containers[2].hooks`. */
export interface DecodeError {
	readonly name: DecodeErrorName;
	readonly message: string;
	readonly path: string;
}
