import type {FemtoContainer} from '../../protocol/generated/resources.ts';

/** What to say about a FemtoContainer. */
export interface Progress {
	readonly line: string;
	/** Equal for states between which nothing worth a line has happened. */
	readonly key: string;
}

/** Undefined while there is nothing to tell: the controller has not looked at it yet, or it is being deleted. */
export function describeProgress(container: FemtoContainer): Progress | undefined {
	const {metadata: {namespace, name, generation, deletionTimestamp}, status} = container;
	const conditions = status?.conditions ?? [];
	if (deletionTimestamp !== undefined || status?.observedGeneration !== generation) {
		return undefined;
	}
	const label = `${namespace}/${name}`;
	const {ready = 0, matched = 0} = status?.counts ?? {};
	const inGeneration = (line: string, key = line): Progress => ({line: `${label} ${line}`, key: `${generation} ${key}`});
	if (isReady(container)) {
		return inGeneration(`Ready ${ready}/${matched}`);
	}
	const active = conditions.find(({type, status: value}) =>
		value === 'True' && (type === 'Stalled' || type === 'Reconciling'));
	if (active === undefined) {
		return undefined;
	}
	const {type, reason, message} = active;
	if (type === 'Stalled') {
		return inGeneration(`Stalled, ${reason}: ${message}`, `Stalled ${reason}`);
	}
	const {index, of} = status?.wave ?? {};
	return reason === 'Progressing'
		? inGeneration(`wave ${index}/${of}, ${ready}/${matched} Ready`, `wave ${index}/${of}`)
		: inGeneration(`${reason}: ${message}`, `${reason} ${index}/${of}`);
}

/** Ready as of the newest spec. */
export function isReady({metadata, status}: FemtoContainer): boolean {
	const condition = status?.conditions?.find(({type}) => type === 'Ready');
	return status?.observedGeneration === metadata.generation && condition?.status === 'True';
}

/** Cannot become Ready without the user. */
export function isStalled({metadata, status}: FemtoContainer): boolean {
	return status?.observedGeneration === metadata.generation
		&& status?.conditions?.some(({type, status: value}) => type === 'Stalled' && value === 'True') === true;
}

/** Reasons of devices on their way: no line for them. */
const quietReasons: ReadonlySet<string> = new Set([
	'NotStarted', 'Assigned', 'Fetching', 'Trial', 'Asleep', 'Cordoned', 'NoInventory',
	// The devices themselves are told of once, not for each container.
	'Lost',
]);

/** Why devices do not run a container, one for each reason. Empty while it is Stalled: that line names one already. */
export function describeTrouble(container: FemtoContainer): readonly Progress[] {
	const {metadata: {namespace, name, generation}, status} = container;
	if (isStalled(container) || status?.observedGeneration !== generation) {
		return [];
	}
	const groups = Map.groupBy(
		(status?.devices ?? []).filter(({reason}) => !quietReasons.has(reason)),
		({reason, message = ''}) => (message === '' || message.startsWith(reason) ? message || reason : `${reason}, ${message}`),
	);
	return [...groups].map(([phrase, devices]) => ({
		line: `devices: ${listNames(devices.map((device) => device.name))}: ${namespace}/${name} ${phrase}`,
		key: `${generation} ${phrase}`,
	}));
}

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[], max = 3): string {
	const shown = names.slice(0, max).join(', ');
	return names.length > max ? `${shown} and ${names.length - max} more` : shown;
}
