import {Store, type StoreOptions} from './store/store.ts';

export {listenApi, type ApiListener, type ApiListenOptions} from './listen.ts';
export {kubeconfigOf, makePki, type KubeconfigOptions, type Pki, type PkiOptions} from './pki.ts';
export type {Store, StoreOptions} from './store/store.ts';

/**
 * Opens the embedded Kubernetes API in process. One process at a time may have the file open for writing.
 * @throws Error when the file can't be opened, RangeError for a definition that the store can't keep.
 */
export function openStore(options: StoreOptions): Store {
	return new Store(options);
}
