/** `metav1.Status` of a refusal, as the official server words it. */
export interface KubeStatus {
	readonly code: number;
	readonly reason: string;
	readonly message: string;
	readonly details?: KubeStatusDetails;
	/** With 410 for a page that is too old: a token that goes on with the newest state. */
	readonly metadata?: {readonly continue?: string};
}

export interface KubeStatusDetails {
	readonly name?: string;
	readonly group?: string;
	readonly kind?: string;
	readonly uid?: string;
	readonly retryAfterSeconds?: number;
	readonly causes?: readonly KubeStatusCause[];
}

export interface KubeStatusCause {
	readonly reason: string;
	readonly message: string;
	readonly field?: string;
}

/** The only error a `KubeApi` throws for a refusal; anything else is broken infrastructure. */
export class KubeError extends Error {
	override readonly name = 'KubeError';
	readonly status: KubeStatus;

	constructor(status: KubeStatus, options?: ErrorOptions) {
		super(status.message, options);
		this.status = status;
	}

	get code(): number {
		return this.status.code;
	}

	get reason(): string {
		return this.status.reason;
	}
}

export function isKubeError(error: unknown, reason?: string): error is KubeError {
	return error instanceof KubeError && (reason === undefined || error.reason === reason);
}
