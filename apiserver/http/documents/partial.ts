import type {KubeObject, ObjectMeta} from '../../../runtime/kube/types.ts';

/** metadata of a list, meta.k8s.io/v1 ListMeta. */
export interface ListMeta {
	readonly resourceVersion: string;
	readonly continue?: string;
	readonly remainingItemCount?: number;
}

/** An object of which only the metadata was asked for. */
export interface PartialObject {
	readonly kind: 'PartialObjectMetadata';
	readonly apiVersion: 'meta.k8s.io/v1';
	readonly metadata: ObjectMeta;
}

export interface PartialList {
	readonly kind: 'PartialObjectMetadataList';
	readonly apiVersion: 'meta.k8s.io/v1';
	readonly metadata: ListMeta;
	readonly items: readonly PartialObject[];
}

export function toPartial({metadata}: KubeObject): PartialObject {
	return {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata};
}

export function toPartialList(objects: readonly KubeObject[], metadata: ListMeta): PartialList {
	return {kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(toPartial)};
}
