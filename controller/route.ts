import {keyOf} from './cache.ts';
import type {ControllerRevision} from './container/revision.ts';
import type {Fleet} from './fleet.ts';
import type {ChangeHandlers} from './watch.ts';
import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../protocol/generated/resources.ts';
import {matchesSelector} from '../runtime/kube/selectors.ts';

export interface Routes {
	readonly fleet: Fleet;
	readonly addContainer: (key: string) => void;
	readonly addDevice: (name: string) => void;
	readonly addTenant: (name: string) => void;
	readonly forgetContainer: (container: FemtoContainer) => void;
}

/** Which objects have to be looked at again when one changes. */
export function changeHandlers(routes: Routes): ChangeHandlers {
	return {
		container: (old, object) => onContainer(routes, old, object),
		device: (old, object) => onDevice(routes, old, object),
		tenant: (old, object) => onTenant(routes, old, object),
		revision: (old, object) => onRevision(routes, old, object),
	};
}

function onContainer(routes: Routes, old: FemtoContainer | undefined, object: FemtoContainer | undefined): void {
	if (object !== undefined) {
		routes.addContainer(keyOf(object));
		return;
	}
	if (old !== undefined) {
		routes.forgetContainer(old);
		assignedDevices(routes.fleet, ({uid}) => uid === old.metadata.uid).forEach(routes.addDevice);
	}
}

/** The containers that want something of the device, and those that did. */
function onDevice(routes: Routes, old: FemtoDevice | undefined, object: FemtoDevice | undefined): void {
	const {name} = (object ?? old)?.metadata ?? {name: ''};
	routes.addDevice(name);
	const states = [old, object].flatMap(device => device ?? []);
	for (const container of routes.fleet.containers.list()) {
		const {uid = ''} = container.metadata;
		const concerned = routes.fleet.targetsOf(uid)?.has(name) || states.some(({metadata, status}) =>
			matchesSelector(container.spec.deviceSelector, metadata.labels)
				|| status?.assigned?.some(entry => entry.container.uid === uid));
		if (concerned) {
			routes.addContainer(keyOf(container));
		}
	}
	if (object === undefined || old === undefined) {
		// A container that no device matches tells which labels there are.
		routes.fleet.containers.list().filter(({status}) => status?.counts?.matched === 0)
			.forEach(container => routes.addContainer(keyOf(container)));
	}
}

/** A grant decides for a whole namespace, and tenants may be rivals of each other. */
function onTenant(routes: Routes, old: FemtoTenant | undefined, object: FemtoTenant | undefined): void {
	if (old !== undefined && object !== undefined && old.metadata.generation === object.metadata.generation) {
		return;
	}
	routes.fleet.tenants.changed();
	routes.fleet.tenants.names().forEach(routes.addTenant);
	const namespaces = new Set([old, object].flatMap(tenant => tenant?.spec.namespace ?? []));
	for (const container of routes.fleet.containers.list()) {
		if (namespaces.has(container.metadata.namespace ?? '')) {
			routes.addContainer(keyOf(container));
		}
	}
	assignedDevices(routes.fleet, ({namespace}) => namespaces.has(namespace)).forEach(routes.addDevice);
}

function onRevision(
	routes: Routes, old: ControllerRevision | undefined, object: ControllerRevision | undefined,
): void {
	const revision = object ?? old;
	if (revision === undefined) {
		return;
	}
	if (object === undefined) {
		routes.fleet.forgetRevision(revision.metadata.uid ?? '');
	}
	const owner = revision.metadata.ownerReferences?.find(({kind}) => kind === 'FemtoContainer');
	if (owner !== undefined) {
		routes.addContainer(`${revision.metadata.namespace}/${owner.name}`);
	}
}

type AssignedContainer = NonNullable<NonNullable<FemtoDevice['status']>['assigned']>[number]['container'];

function assignedDevices(fleet: Fleet, test: (container: AssignedContainer) => boolean): readonly string[] {
	return fleet.devices.list().filter(({status}) => status?.assigned?.some(entry => test(entry.container)))
		.map(({metadata}) => metadata.name);
}
