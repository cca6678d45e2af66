import type {KubeApi} from '../runtime/kube/api.ts';
import {isKubeError} from '../runtime/kube/errors.ts';
import type {KubeObject} from '../runtime/kube/types.ts';

const namespaces = {group: '', version: 'v1', plural: 'namespaces'} as const;

/**
 * Makes the namespace of the Leases when it is missing: the embedded API begins without it. In a cluster the manifests
 * bring it, and a controller that may not look or create leaves it at that.
 */
export async function ensureNamespace(api: KubeApi, name: string): Promise<void> {
	try {
		await api.get<KubeObject>(namespaces, name);
	} catch (error) {
		if (isKubeError(error, 'Forbidden')) {
			return;
		}
		if (!isKubeError(error, 'NotFound')) {
			throw error;
		}
		await create(api, name);
	}
}

async function create(api: KubeApi, name: string): Promise<void> {
	try {
		await api.create<KubeObject>(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	} catch (error) {
		if (!isKubeError(error, 'AlreadyExists') && !isKubeError(error, 'Forbidden')) {
			throw error;
		}
	}
}
