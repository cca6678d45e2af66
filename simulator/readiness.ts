import type {Condition, KubeObject} from '../runtime/kube/types.ts';

interface ContainerStatus {
	readonly observedGeneration?: number;
	readonly conditions?: readonly Condition[];
	readonly counts?: {readonly ready: number};
}

interface Observed {
	/** Devices Ready with the newest spec. */
	readonly ready: number;
	/** The controller's own verdict on the newest spec. */
	readonly verdict: boolean;
}

/** What the FemtoContainers' statuses say, followed write by write. */
export class Readiness {
	readonly #devices: number;
	/** By namespace/name. */
	readonly #containers = new Map<string, Observed>();

	/** `devices`: how many shall be Ready. */
	constructor(devices: number) {
		this.#devices = devices;
	}

	/** Sees an object as it was stored; only FemtoContainers matter. */
	observe(object: KubeObject): void {
		if (object.kind !== 'FemtoContainer') return;
		const {namespace = '', name, generation} = object.metadata;
		const {status = {}} = object as KubeObject & {readonly status?: ContainerStatus};
		const current = status.observedGeneration !== undefined && status.observedGeneration === generation;
		const condition = status.conditions?.find(({type}) => type === 'Ready');
		this.#containers.set(`${namespace}/${name}`, {
			ready: current ? (status.counts?.ready ?? 0) : 0,
			verdict: current && condition?.status === 'True',
		});
	}

	/** Devices Ready with every container; 0 before the first container. */
	get ready(): number {
		return this.#containers.size === 0 ? 0 : Math.min(...[...this.#containers.values()].map(({ready}) => ready));
	}

	/** The controller calls every container Ready, on all devices. */
	get complete(): boolean {
		return this.ready === this.#devices && [...this.#containers.values()].every(({verdict}) => verdict);
	}
}
