import type {Clock} from '../../runtime/clock.ts';
import type {HttpRequest, HttpResponse} from '../../runtime/http.ts';
import type {ResourceRef} from '../../runtime/kube/types.ts';
import type {Random} from '../../runtime/random.ts';
import type {Kind} from '../store/kind.ts';
import type {Store} from '../store/store.ts';

/** A request as the socket layer hands it over. */
export interface ApiRequest extends HttpRequest {
	/** Whether the client has shown a certificate of our authority. */
	readonly authenticated: boolean;
	/** The whole body. Rejects with KubeError 413 above the ceiling, with another error when it breaks off. */
	readonly readBody: () => Promise<Uint8Array>;
}

export type ApiHandler = (request: ApiRequest) => Promise<HttpResponse>;

/** What a request for a resource needs besides itself. */
export interface Environment {
	readonly store: Store;
	readonly clock: Clock;
	readonly random: Random;
}

/** A request for a resource that is served, of a shape that its kind has. */
export interface Call extends Environment {
	readonly request: ApiRequest;
	readonly kind: Kind;
	readonly ref: ResourceRef;
	/** '' for the whole collection. */
	readonly name: string;
	readonly subresource?: 'status';
}
