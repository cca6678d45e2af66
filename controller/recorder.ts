import type {EventSink} from './events.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {formatTime, type Clock} from '../runtime/clock.ts';
import type {KubeObject} from '../runtime/kube/types.ts';

export class EventRecorder implements EventSink {
	#api: KubeApi; #clock: Clock; #n = 0;
	constructor({api, clock}: {api: KubeApi; clock: Clock}) { this.#api = api; this.#clock = clock; }
	async stop(): Promise<void> {}
	record(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
		const namespace = object.metadata.namespace ?? 'default';
		const name = `${object.metadata.name}.${this.#n++}`;
		void this.#api.create({group: '', version: 'v1', plural: 'events', namespace}, {
			apiVersion: 'v1', kind: 'Event', metadata: {name, namespace}, type, reason, message, count: 1,
			involvedObject: {apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace, uid: object.metadata.uid},
			firstTimestamp: formatTime(this.#clock.now()), lastTimestamp: formatTime(this.#clock.now()),
		} as unknown as KubeObject).catch(e => console.error(e));
	}
}
