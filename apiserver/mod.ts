import {Store, type StoreOptions} from './store/store.ts';

export type {Store, StoreOptions} from './store/store.ts';

/**
 * Opens the embedded Kubernetes API in process. The file belongs to one process at a time.
 * @throws Error when the file can't be opened, RangeError for a definition that the store can't keep.
 */
export function openStore(options: StoreOptions): Store {
	return new Store(options);
}
