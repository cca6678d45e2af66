import type {StoredObjects} from '../../controller/mod.ts';
import {femtoContainers, femtoDevices, femtoTenants} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';

const controllerRevisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions'} as const;

/** All that an explanation looks at. @throws KubeError when the API refuses. */
export async function loadObjects(api: KubeApi): Promise<StoredObjects> {
	const [containers, devices, tenants, revisions] = await Promise.all([
		listAll<StoredObjects['containers'][number]>(api, femtoContainers),
		listAll<StoredObjects['devices'][number]>(api, femtoDevices),
		listAll<StoredObjects['tenants'][number]>(api, femtoTenants),
		listAll<StoredObjects['revisions'][number]>(api, controllerRevisions),
	]);
	return {containers, devices, tenants, revisions};
}

async function listAll<T extends KubeObject>(api: KubeApi, ref: ResourceRef): Promise<readonly T[]> {
	return (await api.list<T>(ref)).items;
}
