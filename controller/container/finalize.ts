import {finalizer, type ContainerReconcilerOptions} from './options.ts';
import {deleteRevision} from './prepare.ts';
import {femtoContainers, type FemtoContainer} from '../../protocol/generated/resources.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';

/** A head that is not acknowledged is looked at again by then, whatever else happens. */
const recheckMs = 1_000;

/**
 * Takes a deleted FemtoContainer off its devices: no `assigned` names it, the new heads are published, its revisions
 * are gone, then the finalizer goes. Waits for the API and the broker, never for a device.
 */
export async function removeContainer(
	options: ContainerReconcilerOptions, container: FemtoContainer,
): Promise<number | undefined> {
	const {api, fleet, enqueueDevice} = options;
	const {uid = '', namespace = '', finalizers = []} = container.metadata;
	if (!finalizers.includes(finalizer)) {
		return undefined;
	}
	const before = fleet.targetsOf(uid);
	fleet.setTargets(uid, new Map());
	const devices = fleet.devices.list();
	const assigned = devices.filter(({status}) => status?.assigned?.some(entry => entry.container.uid === uid));
	const leaving = fleet.leaving(uid, [...(before?.keys() ?? []), ...assigned.map(({metadata}) => metadata.name)]);
	if (assigned.length > 0) {
		assigned.forEach(({metadata}) => enqueueDevice(metadata.name));
		return recheckMs;
	}
	const unpublished = devices.filter(({metadata, status}) => {
		const generation = status?.desiredGeneration ?? 0;
		return leaving.has(metadata.name) && generation > 0 && !options.heads.isPublished(metadata.name, generation);
	});
	if (unpublished.length > 0) {
		return waitForHeads(options, container, unpublished.map(({metadata}) => metadata.name));
	}
	for (const revision of fleet.revisionsOf(container)) {
		await deleteRevision(api, namespace, revision.name);
	}
	await removeFinalizer(options, container);
	return undefined;
}

function waitForHeads(
	{heads, enqueueContainer}: ContainerReconcilerOptions, {metadata}: FemtoContainer, devices: readonly string[],
): number {
	for (const device of devices) {
		heads.onPublished(device, () => enqueueContainer(`${metadata.namespace}/${metadata.name}`));
	}
	return recheckMs;
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
