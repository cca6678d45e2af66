import type {FemtoContainer, FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {CoreEvent} from '../../../runtime/kube/event-recorder.ts';

/** What is watched. */
export interface Fleet {
	/** By `namespace/name`. */
	readonly containers: ReadonlyMap<string, FemtoContainer>;
	/** By name. */
	readonly devices: ReadonlyMap<string, FemtoDevice>;
	/** By `namespace/name` of the Event. */
	readonly events: ReadonlyMap<string, CoreEvent>;
}

export type Collection = keyof Fleet;

/** One object as it is now, or gone. */
export type FleetChange = {
	readonly [C in Collection]: {
		readonly collection: C;
		readonly key: string;
		readonly object: (Fleet[C] extends ReadonlyMap<string, infer T> ? T : never) | undefined;
	};
}[Collection];

export const emptyFleet: Fleet = {containers: new Map(), devices: new Map(), events: new Map()};

/** The fleet after the changes; collections without a change stay the same object. */
export function applyChanges(fleet: Fleet, changes: readonly FleetChange[]): Fleet {
	const next: {containers?: Map<string, FemtoContainer>; devices?: Map<string, FemtoDevice>; events?: Map<string, CoreEvent>} = {};
	for (const change of changes) {
		switch (change.collection) {
			case 'containers':
				put(next.containers ??= new Map(fleet.containers), change);
				break;
			case 'devices':
				put(next.devices ??= new Map(fleet.devices), change);
				break;
			case 'events':
				put(next.events ??= new Map(fleet.events), change);
				break;
		}
	}
	return {...fleet, ...next};
}

function put<T>(objects: Map<string, T>, {key, object}: {readonly key: string; readonly object: T | undefined}): void {
	if (object === undefined) objects.delete(key);
	else objects.set(key, object);
}
