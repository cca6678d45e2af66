import type {KubeApi, Patch, WriteOptions} from '../runtime/kube/api.ts';
import type {Leadership} from '../runtime/kube/leader-election.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import type {MqttLink} from '../runtime/mqtt.ts';

/**
 * Lets only a leader write and publish. A process that stood still for longer than its lease may take up work that it
 * had begun before it learns that another one leads: so each write and each publication is judged by the clock.
 */
export class LeaderGuard {
	/** The newest term. */
	#leadership: Leadership | undefined;

	lead(leadership: Leadership): void {
		this.#leadership = leadership;
	}

	/** `api` whose writes are rejected, and not sent, outside a valid term. */
	api(api: KubeApi): KubeApi {
		return {
			get: (ref, name) => api.get(ref, name),
			list: (ref, options) => api.list(ref, options),
			watch: (ref, options) => api.watch(ref, options),
			create: (ref, object, options) => this.#act(() => api.create(ref, object, options)),
			replace: (ref, object, options) => this.#act(() => api.replace(ref, object, options)),
			patch: <T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions) =>
				this.#act(() => api.patch<T>(ref, name, patch, options)),
			delete: (ref, name, options) => this.#act(() => api.delete(ref, name, options)),
		};
	}

	/** `link` whose publications are rejected, and not sent, outside a valid term. */
	link(link: MqttLink): MqttLink {
		return {
			publish: (topic, payload, options) => this.#act(() => link.publish(topic, payload, options)),
			subscribe: (filters, qos) => link.subscribe(filters, qos),
			start: handlers => link.start(handlers),
			stop: () => link.stop(),
		};
	}

	async #act<T>(act: () => Promise<T>): Promise<T> {
		if (this.#leadership?.isValid() !== true) {
			throw new Error('Cannot write or publish: the Lease may be another\'s');
		}
		return act();
	}
}
