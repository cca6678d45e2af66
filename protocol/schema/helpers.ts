/**
 * Helpers: the numbered native functions a container may call. A number is also the bit of the permission mask
 * (statement, grant, contract), so numbers stay below 64 and are never reused.
 */
export interface HelperSchema {
	readonly number: number;
	readonly name: string;
	readonly summary: string;
	/** Arguments r1… in order; an address is checked against the container's regions with its full length. */
	readonly arguments: readonly HelperArgument[];
	/** What r0 holds afterwards; errors are negative. */
	readonly result: string;
}

export interface HelperArgument {
	readonly name: string;
	readonly type: 'u32' | 'i64' | 'in' | 'out32' | 'out64';
	readonly summary: string;
}

/** Key-value scopes, first argument of kv_get and kv_put. */
export const kvScopes = {local: 0, tenant: 1, global: 2} as const;

/** Negative results of helpers, the same for all. */
export const helperErrors = {notFound: -1, noRoom: -2, invalid: -3, notSent: -4} as const;

export const helpers = [
	{
		number: 1,
		name: 'log',
		summary: 'Sends the local id of the container and one line of text to f/<device>/l.',
		arguments: [
			{name: 'text', type: 'in', summary: 'address of the text'},
			{name: 'length', type: 'u32', summary: 'its bytes, at most 48; the rest is cut'},
		],
		result: '0, or notSent when the link has no room',
	},
	{number: 2, name: 'now', summary: 'Time.', arguments: [], result: 'milliseconds since the device booted'},
	{
		number: 3,
		name: 'kv_get',
		summary: 'Reads a number from a key-value store.',
		arguments: [
			{name: 'scope', type: 'u32', summary: '0 local, 1 tenant, 2 global'},
			{name: 'key', type: 'u32', summary: 'key'},
			{name: 'value', type: 'out64', summary: 'address of an int64_t, written when found'},
		],
		result: '0, or notFound',
	},
	{
		number: 4,
		name: 'kv_put',
		summary: 'Writes a number into a key-value store.',
		arguments: [
			{name: 'scope', type: 'u32', summary: '0 local, 1 tenant, 2 global'},
			{name: 'key', type: 'u32', summary: 'key'},
			{name: 'value', type: 'i64', summary: 'value'},
		],
		result: '0, or noRoom when the quota is used up',
	},
	{
		number: 5,
		name: 'publish',
		summary: 'Publishes bytes on f/<device>/m/<local id>.',
		arguments: [
			{name: 'data', type: 'in', summary: 'address of the bytes'},
			{name: 'length', type: 'u32', summary: 'their number, at most 48'},
			{name: 'qos', type: 'u32', summary: '0 or 1'},
		],
		result: '0, or notSent when the link has no room',
	},
	{
		number: 6,
		name: 'sensor_read',
		summary: 'Takes a sample now.',
		arguments: [
			{name: 'channel', type: 'u32', summary: 'sensor channel'},
			{name: 'value', type: 'out32', summary: 'address of an int32_t, written on success'},
		],
		result: '0, or notFound for a channel the device lacks',
	},
	{
		number: 7,
		name: 'parameter',
		summary: 'Reads a parameter of the container.',
		arguments: [{name: 'index', type: 'u32', summary: 'position in the image'}],
		result: 'the value, sign-extended; 0 for an index beyond the image',
	},
] as const satisfies readonly HelperSchema[];

export type HelperName = (typeof helpers)[number]['name'];
