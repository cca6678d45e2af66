/**
 * Hooks: the launch pads compiled into a firmware. Ids below 0x8000 are the fleet's own and never renumbered; from
 * 0x8000 on they belong to one firmware, which names them in its inventory.
 */
export interface HookSchema {
	readonly id: number;
	readonly name: string;
	/** What happens when the hook fires, in one sentence. */
	readonly summary: string;
	/** Context as the container sees it: packed little-endian fields, read-only unless said otherwise. */
	readonly context: readonly ContextField[];
	/** What the value in r0 means. */
	readonly result: string;
	/** Least number of runs after which a container counts as ready when its spec names none. */
	readonly defaultMinRuns: number;
	readonly parameters: readonly HookParameter[];
}

export interface ContextField {
	readonly name: string;
	readonly type: 'u32' | 'i32' | 'u64' | 'address';
	readonly summary: string;
}

/** One integer that a FemtoContainer may set per attachment; the document carries it by index. */
export interface HookParameter {
	readonly name: string;
	readonly default: number;
	readonly min: number;
	readonly max: number;
	readonly summary: string;
}

export const hooks = [
	{
		id: 1,
		name: 'timer',
		summary: 'Fires each period.',
		context: [{name: 'now_ms', type: 'u64', summary: 'milliseconds since the device booted'}],
		result: 'ignored',
		defaultMinRuns: 1,
		parameters: [
			{name: 'periodMilliseconds', default: 1000, min: 10, max: 86_400_000, summary: 'time between two runs'},
		],
	},
	{
		id: 2,
		name: 'message',
		summary: 'Fires when a message for this container arrives on f/<device>/i.',
		context: [
			{name: 'data', type: 'address', summary: 'address of the message bytes, lent for this run'},
			{name: 'length', type: 'u32', summary: 'number of message bytes'},
			{name: 'reserved', type: 'u32', summary: 'zero'},
		],
		result: 'ignored',
		defaultMinRuns: 0,
		parameters: [],
	},
	{
		id: 3,
		name: 'sensor',
		summary: 'Fires when the firmware has taken a sample.',
		context: [
			{name: 'now_ms', type: 'u64', summary: 'milliseconds since the device booted'},
			{name: 'channel', type: 'u32', summary: 'sensor channel'},
			{name: 'value', type: 'i32', summary: 'the sample, in the unit of the channel'},
		],
		result: 'ignored',
		defaultMinRuns: 1,
		parameters: [],
	},
] as const satisfies readonly HookSchema[];

export type HookName = (typeof hooks)[number]['name'];
