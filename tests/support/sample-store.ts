import {openStore, type Store} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {femtoContainers, femtoDevices} from '../../protocol/generated/resources.ts';
import {events} from '../../runtime/kube/event-recorder.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import type {SampleFleet} from './sample-fleet.ts';

const namespaces = {group: '', version: 'v1', plural: 'namespaces'};

/** A store in memory that holds the fleet, status included. */
export async function storeOf(fleet: SampleFleet): Promise<Store> {
	const store = openStore({path: ':memory:', clock: systemClock, random: systemRandom, crds});
	const names = new Set([...fleet.containers, ...fleet.events].map(({metadata: {namespace = ''}}) => namespace));
	names.delete('default');
	for (const name of names) await store.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	for (const each of fleet.containers) await put(store, femtoContainers, each);
	for (const each of fleet.devices) await put(store, femtoDevices, each);
	for (const each of fleet.events) await put(store, events, each);
	return store;
}

async function put<T extends KubeObject & {readonly status?: unknown}>(store: Store, ref: ResourceRef, object: T): Promise<void> {
	const {namespace, name} = object.metadata;
	const own = namespace === undefined ? ref : {...ref, namespace};
	await store.create(own, object);
	if (object.status !== undefined) await store.patch(own, name, {status: object.status}, {subresource: 'status'});
}
