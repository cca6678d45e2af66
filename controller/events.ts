import type {KubeObject} from '../runtime/kube/types.ts';

/** Where reconcilers tell users what happened; a recorder that joins repetitions stands behind it. */
export interface EventSink {
	/** `reason` is one CamelCase word, `message` one phrase. Never fails: an event lost is no reason to stop. */
	record(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}
