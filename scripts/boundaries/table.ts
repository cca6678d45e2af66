/**
 * Who may import whom. Downward only: protocol <- runtime <- programs; programs meet only in `femto up` and in the
 * simulator, and there through their `mod.ts`.
 */
export type Permission = 'all' | 'types' | 'mod' | RegExp;

const base = {protocol: 'all', runtime: 'all'} as const;

/** Row imports column. A missing entry means forbidden; a RegExp is what the imported path must match. */
export const imports: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
	protocol: {},
	runtime: {'protocol': 'types', '': /^package\.json$/},
	controller: base,
	bridge: base,
	apiserver: base,
	cli: base,
	simulator: {...base, controller: 'mod', bridge: 'mod', apiserver: 'mod'},
	scripts: {protocol: /^protocol\/(?!generated\/)/, runtime: 'all'},
};

/** Files that compose programs: they may import the named programs' `mod.ts` besides what their row says. */
export const composers: readonly {readonly file: RegExp; readonly programs: readonly string[]}[] = [
	{file: /^cli\/(commands\/up\.ts$|up\/)/, programs: ['controller', 'bridge', 'apiserver', 'simulator']},
	{file: /^cli\/keys\/broker-files\.ts$/, programs: ['apiserver']},
	{file: /^cli\/commands\/controller\.ts$/, programs: ['controller', 'apiserver']},
	{file: /^cli\/commands\/bridge\.ts$/, programs: ['bridge']},
	{file: /^cli\/commands\/apiserver\.ts$/, programs: ['apiserver']},
	{file: /^cli\/why\//, programs: ['controller']},
];

/** Tests, measurements and the comparison with the official server look at everything. */
export const unrestricted = /^(tests|scripts\/(measurements|oracle))\//;

/** What opens a socket, and the files that may. */
export const socketModules = /^(node:)?(dgram|net|tls|http|https|http2)$|^(mqtt|aedes|serialport|undici|ws)$/;
export const socketFiles = new Set([
	'bridge/udp.ts',
	'bridge/serial.ts',
	'bridge/broker.ts',
	'controller/link.ts',
	'runtime/kube/client.ts',
	'runtime/http-listen.ts',
	'runtime/http-forward.ts',
	'apiserver/listen.ts',
	'cli/commands/broker.ts',
	'cli/up/free-port.ts',
	'simulator/udp.ts',
]);

/** Files that meet the real clock, the real randomness and the process. Keep equal to `overrides` in .oxlintrc.json. */
export const realWorld =
	/(^|\/)main\.ts$|^runtime\/(system\.ts|compilers\.mjs)$|^(cli|scripts|tests)\/|^simulator\/(realtime|guard)\.ts$/;

/** Modules that bring the real world in by another name. */
export const realWorldModules = /^(node:)?(timers|timers\/promises|process|perf_hooks)$/;

/** Files only some may import: [the file, who may]. */
export const guarded: readonly (readonly [RegExp, RegExp])[] = [
	[/^runtime\/system\.ts$/, realWorld],
	[/(^|\/)main\.ts$/, /^$/],
	[/^simulator\/(udp|realtime)\.ts$/, /^simulator\/(main|mod|realtime)\.ts$/],
];

/** Decisions, state machines and views: no module of Node but assert, no clock, no chance, no process. */
export const pure = /(^|\/)policies\.ts$|\/(rollout|session|output)\/|^cli\/tui\/(state|draw)\//;

/** The protocol computes; it reads nothing. */
export const protocolModules = /^node:(assert|crypto)(\/|$)/;

/** C modules below the agent: they do not know each other. */
export const cModules = ['cbor', 'mqttsn', 'vm', 'store', 'crypto'];
export const cSystemHeaders = new Set(['stdint.h', 'stddef.h', 'stdbool.h', 'limits.h', 'string.h']);
/** What a port may see of the library. */
export const cPublicHeaders = /^agent-firmware\/core\/(femto|femto_config)\.h$/;
/** Heap, text, floating point: a core without an environment has none; of <string.h> it takes the four mem functions. */
export const cForbidden = /\b((malloc|calloc|realloc|free|alloca|\w*printf|str[a-z]+|abort|exit)\s*\(|float\b|double\b|goto\b)/;
