import type {CountInput} from '../counts.ts';
import type {EventSink} from '../events.ts';
import type {Fleet} from '../fleet.ts';
import type {HeadPublisher} from '../heads.ts';
import type {Clock} from '../../runtime/clock.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';

export interface ContainerReconcilerOptions {
	readonly api: KubeApi;
	readonly clock: Clock;
	readonly fleet: Fleet;
	readonly heads: HeadPublisher;
	readonly events: EventSink;
	readonly count: CountInput;
	/** Whether a write of `assigned` that names the FemtoContainer with this uid is on its way to the API. */
	readonly isBeingAssigned: (uid: string) => boolean;
	/** Asks for a pass over one device. */
	readonly enqueueDevice: (name: string) => void;
	/** Asks for another pass over one FemtoContainer, `namespace/name`. */
	readonly enqueueContainer: (key: string) => void;
}

/** Holds the name of a FemtoContainer until no document names it any more. */
export const finalizer = 'femtofleet.dev/assigned';
