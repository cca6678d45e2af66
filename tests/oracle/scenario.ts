/**
 * One request of the comparison. `{{ns}}` stands for the scenario's namespace and, as a prefix, for its cluster-scoped
 * names; `{{made.metadata.uid}}` for a field of the answer saved as `made`, `{{made.metadata.resourceVersion+9}}` for a sum.
 */
export interface OracleRequest {
	/** A phrase, unique in its scenario. */
	readonly name: string;
	/** GET when absent. */
	readonly method?: string;
	readonly path: string;
	readonly query?: Readonly<Record<string, string | number | boolean>>;
	/** Names in lower case; `content-type` is application/json where there is a body and nothing else is said. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	readonly json?: unknown;
	/** Sent as it is. */
	readonly text?: string;
	readonly bytes?: Uint8Array;
	/** Name under which later requests find the answer. */
	readonly save?: string;
	/** A stream of events: read until there are `events` of them or the server ends it. */
	readonly watch?: {readonly events: number; readonly meanwhile?: readonly OracleRequest[]};
	/** Asked again until this status comes, at most 20 s: controllers take their time. */
	readonly until?: number;
	/** The part of the answer that is compared, where the rest is known to belong to one server. */
	readonly only?: (body: unknown) => unknown;
}

/** Requests in their order, in a namespace of their own. */
export interface Scenario {
	readonly name: string;
	readonly requests: readonly OracleRequest[];
	/** It ends only where namespaces are emptied and owned objects collected. */
	readonly needsControllers?: true;
}

export interface Topic {
	readonly name: string;
	readonly scenarios: readonly Scenario[];
}
