import {finalizer, type ContainerReconcilerOptions} from './options.ts';
import {deleteRevision} from './prepare.ts';
import {femtoContainers, type FemtoContainer, type FemtoDevice} from '../../protocol/generated/resources.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';

/** A head that is not acknowledged is looked at again by then, whatever else happens. */
const recheckMs = 1_000;

/**
 * Takes deleted FemtoContainers off their devices: no `assigned` names one, the heads without it are on the broker, its
 * revisions are gone, then the finalizer goes. Waits for the API and the broker, never for a device.
 */
export class ContainerRemover {
	readonly #options: ContainerReconcilerOptions;
	/**
	 * By uid of a FemtoContainer that no `assigned` names: the devices of which no head without it was seen on the broker
	 * yet, with the generation of the first such head. A controller before this one may have died between `assigned` and
	 * head, of any device: so all of them are in it at first.
	 */
	readonly #unpublished = new Map<string, ReadonlyMap<string, number>>();
	/** By uid: the device whose head brings the next pass. */
	readonly #awaited = new Map<string, string>();

	constructor(options: ContainerReconcilerOptions) {
		this.#options = options;
	}

	/** Returns in how many milliseconds to come back at the latest. @throws KubeError of a write. */
	async remove(container: FemtoContainer): Promise<number | undefined> {
		const {fleet, enqueueDevice, isBeingAssigned} = this.#options;
		const {uid = '', finalizers = []} = container.metadata;
		if (!finalizers.includes(finalizer)) {
			return undefined;
		}
		fleet.setTargets(uid, new Map());
		const devices = fleet.devices.list();
		const assigned = devices.filter(({status}) => status?.assigned?.some(entry => entry.container.uid === uid));
		if (assigned.length > 0 || isBeingAssigned(uid)) {
			this.#unpublished.delete(uid);
			assigned.forEach(({metadata}) => enqueueDevice(metadata.name));
			return recheckMs;
		}
		const unpublished = this.#stillUnpublished(this.#unpublished.get(uid) ?? generationsOf(devices));
		this.#unpublished.set(uid, unpublished);
		if (unpublished.size > 0) {
			return this.#waitForHeads(container, [...unpublished.keys()].at(-1) ?? '');
		}
		await this.#finish(container);
		return undefined;
	}

	/** To be called when the container is gone. */
	forget(uid: string): void {
		this.#unpublished.delete(uid);
		this.#awaited.delete(uid);
	}

	#stillUnpublished(generations: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
		const {fleet, heads} = this.#options;
		return new Map([...generations].filter(([name, generation]) =>
			fleet.devices.get(name) !== undefined && !heads.isPublished(name, generation)));
	}

	/** Heads go out in about this order: with the last one the others are likely to be there. */
	#waitForHeads({metadata: {uid = '', namespace, name}}: FemtoContainer, device: string): number {
		const {heads, enqueueContainer} = this.#options;
		if (this.#awaited.get(uid) !== device) {
			this.#awaited.set(uid, device);
			heads.onPublished(device, () => {
				this.#awaited.delete(uid);
				enqueueContainer(`${namespace}/${name}`);
			});
		}
		return recheckMs;
	}

	async #finish(container: FemtoContainer): Promise<void> {
		const {api, fleet} = this.#options;
		for (const revision of fleet.revisionsOf(container)) {
			await deleteRevision(api, container.metadata.namespace ?? '', revision.name);
		}
		await removeFinalizer(this.#options, container);
	}
}

/** Of the devices that were ever told anything. */
function generationsOf(devices: readonly FemtoDevice[]): ReadonlyMap<string, number> {
	return new Map(devices.flatMap(({metadata, status}) => {
		const generation = status?.desiredGeneration ?? 0;
		return generation > 0 ? [[metadata.name, generation] as const] : [];
	}));
}

async function removeFinalizer({api}: ContainerReconcilerOptions, container: FemtoContainer): Promise<void> {
	const {metadata} = container;
	const finalizers = (metadata.finalizers ?? []).filter(name => name !== finalizer);
	try {
		await api.replace(
			{...femtoContainers, namespace: metadata.namespace ?? ''}, {...container, metadata: {...metadata, finalizers}},
		);
	} catch (error) {
		if (!isKubeError(error, 'NotFound')) {
			throw error;
		}
	}
}
