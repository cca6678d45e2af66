import {containers} from './sources.ts';

/** What a controller has last said of one FemtoContainer. */
interface Progress {
	readonly generation: number;
	readonly ready: number;
	readonly matched: number;
}

/** The last progress line of each container among what a controller wrote; undefined for one that is not Ready. */
export function readProgress(lines: readonly string[]): ReadonlyMap<string, Progress | undefined> {
	const result = new Map<string, Progress | undefined>();
	for (const line of lines.filter((text) => text.startsWith('{'))) {
		const {msg, generation} = JSON.parse(line) as {readonly msg?: string; readonly generation?: number};
		const match = /^[a-z0-9-]+\/([a-z0-9-]+) (\w+)(?: (\d+)\/(\d+))?/.exec(msg ?? '');
		if (generation === undefined || match === null) continue;
		const [, name = '', state, ready, matched] = match;
		result.set(name, state === 'Ready' ? {generation, ready: Number(ready), matched: Number(matched)} : undefined);
	}
	return result;
}

/** Whether every container is Ready on all devices, as of the generation that its spec must have. */
export function isAllReady(
	lines: readonly string[], generations: Readonly<Record<string, number>>, devices: number,
): boolean {
	const progress = readProgress(lines);
	return containers.every((name) => {
		const {generation, ready, matched} = progress.get(name) ?? {};
		return generation === generations[name] && ready === devices && matched === devices;
	});
}

/** Whether a device that wrote these lines has confirmed all containers since it was started. */
export function hasConfirmedAll(lines: readonly string[]): boolean {
	const states = new Map<string, string>();
	for (const line of lines) {
		const [, local = '', state = ''] = /^state local=(\d+) state=(\w+)/.exec(line) ?? [];
		const gone = /^gone local=(\d+)/.exec(line)?.[1];
		if (line.startsWith('start ')) states.clear();
		else if (gone !== undefined) states.delete(gone);
		else if (local !== '') states.set(local, state);
	}
	return states.size === containers.length && [...states.values()].every((state) => state === 'Confirmed');
}

/** The generation of the newest head that a device said it has accepted. */
export function acceptedGeneration(lines: readonly string[]): number | undefined {
	const found = lines.findLast((line) => /^accepted generation=|^start .* accepted=/.test(line));
	const text = /accepted(?: generation)?=(\d+)/.exec(found ?? '')?.[1];
	return text === undefined ? undefined : Number(text);
}
