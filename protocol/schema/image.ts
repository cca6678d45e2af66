/**
 * The image: packed bytecode of one container, little endian throughout. Its parts follow one another without gaps:
 *
 *   header | hooks | parameters | packed text | rodata | data
 *
 * An image is valid when (1) magic and format are ours, (2) the parts together are exactly as long as the image,
 * (3) hook ids are not zero and rise, (4) each hook starts inside the text, (5) each parameter has a name of
 * `[A-Za-z][A-Za-z0-9_-]*` and min ≤ default ≤ max, (6) the packed text expands to exactly the number of
 * instructions named. Whether the instructions are harmless is the verifier's question (verifier.ts).
 *
 * Packed text: each instruction is its opcode byte, then only those of register byte, offset and immediate that the
 * opcode uses; offset and immediate are zig-zag LEB128 in their shortest form. A wide load carries the immediates of
 * both its slots. Opcode 0 is an escape: the true opcode, register byte, offset and immediate follow, all of them.
 */
export interface ImageField {
	readonly name: string;
	readonly offset: number;
	readonly size: 1 | 2 | 4;
	readonly summary: string;
}

/** The bytes `F`, `M`, `T`, `O` read as a little-endian number. */
export const imageMagic = 0x4f544d46;

/** Raised whenever an older reader would misread a new image; readers refuse every other value. */
export const imageFormat = 1;

export const imageHeader = [
	{name: 'magic', offset: 0, size: 4, summary: 'imageMagic'},
	{name: 'format', offset: 4, size: 1, summary: 'imageFormat'},
	{name: 'hookCount', offset: 5, size: 1, summary: 'entries of the hook table'},
	{name: 'parameterCount', offset: 6, size: 1, summary: 'entries of the parameter table'},
	{name: 'reserved', offset: 7, size: 1, summary: 'zero'},
	{name: 'textCount', offset: 8, size: 2, summary: 'instructions of 8 bytes after expansion; a wide load is two'},
	{name: 'textSize', offset: 10, size: 2, summary: 'bytes of packed text'},
	{name: 'rodataSize', offset: 12, size: 2, summary: 'bytes of read-only data'},
	{name: 'dataSize', offset: 14, size: 2, summary: 'bytes of initialised data'},
	{name: 'bssSize', offset: 16, size: 2, summary: 'bytes of zeros that follow the data in its region'},
	{name: 'stackSize', offset: 18, size: 2, summary: 'bytes of stack, a multiple of 8'},
] as const satisfies readonly ImageField[];

export const imageLimits = {
	headerSize: 20,
	/** [hook id u16, text offset u16 in instructions] */
	hookSize: 4,
	maxHooks: 16,
	maxParameters: 16,
	/** A parameter is [name length u8, name, default i32, min i32, max i32]. */
	maxParameterName: 23,
	maxStack: 512,
} as const;

/** Regions of a container's address space: an address is region << 28 | offset. */
export const regions = {stack: 1, data: 2, rodata: 3, context: 4, lent: 5} as const;

export interface Reason {
	/** Crosses the air in reports: never renumbered. Image and verifier share one number space. */
	readonly code: number;
	readonly name: string;
	readonly summary: string;
}

/** Why bytes are no image; codes from 64 on. */
export const imageReasons = [
	{code: 64, name: 'ImageTruncated', summary: 'the image is shorter than its header says'},
	{code: 65, name: 'ImageTrailing', summary: 'bytes follow the end of the image'},
	{code: 66, name: 'ImageMagic', summary: 'the bytes are no image'},
	{code: 67, name: 'ImageFormat', summary: 'the image has a format this firmware does not know'},
	{code: 68, name: 'ImageReserved', summary: 'a reserved byte of the header is not zero'},
	{code: 69, name: 'ImageHookCount', summary: 'the image has no hook, or more than 16'},
	{code: 70, name: 'ImageHookOrder', summary: 'hook ids are zero, repeated, or not in rising order'},
	{code: 71, name: 'ImageHookOffset', summary: 'a hook starts outside the text'},
	{code: 72, name: 'ImageParameterCount', summary: 'the image has more than 16 parameters'},
	{code: 73, name: 'ImageParameterName', summary: 'a parameter name is empty, too long, or has a wrong character'},
	{code: 74, name: 'ImageParameterRange', summary: 'the default of a parameter is outside its range'},
	{code: 75, name: 'ImageParameterTwice', summary: 'two parameters have one name'},
	{code: 76, name: 'ImageDataSize', summary: 'data and bss together exceed 65,535 bytes'},
	{code: 77, name: 'ImageStackSize', summary: 'the stack exceeds 512 bytes or is no multiple of 8'},
	{code: 78, name: 'ImageTextSize', summary: 'the text is empty, too long, or not a whole number of instructions'},
	{code: 79, name: 'ImageTextTruncated', summary: 'the packed text ends before its last instruction'},
	{code: 80, name: 'ImageTextTrailing', summary: 'the packed text goes on after its last instruction'},
	{code: 81, name: 'ImageTextNumber', summary: 'a packed number is not in its shortest form, or out of range'},
] as const satisfies readonly Reason[];

export type ImageReason = (typeof imageReasons)[number]['name'];
export type ImageFieldName = (typeof imageHeader)[number]['name'];
