import type {CountInput} from './counts.ts';
import {ensureNamespace} from './namespace.ts';
import {decodeBridgePresence, type BridgePresence} from '../protocol/presence.ts';
import type {Clock} from '../runtime/clock.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {isKubeError} from '../runtime/kube/errors.ts';
import type {KubeObject} from '../runtime/kube/types.ts';
import type {Log} from '../runtime/log.ts';

interface Lease extends KubeObject {
	readonly spec: {
		readonly holderIdentity: string;
		readonly leaseDurationSeconds: number;
		/** MicroTime. */
		readonly renewTime: string;
	};
}

const leases = {group: 'coordination.k8s.io', version: 'v1', plural: 'leases'} as const;

export interface BridgeLeasesOptions {
	readonly api: KubeApi;
	readonly clock: Clock;
	/** Where the Leases are. */
	readonly namespace: string;
	readonly log: Log;
	readonly count: CountInput;
}

/** A bridge counts as there while its presence is younger than this many of its periods. */
const periodsMax = 3;

/**
 * Turns the presence of bridges on the broker into Leases `femto-bridge-<name>`. A Lease lasts three periods of its
 * bridge from the presence that renewed it, and is released when the bridge says that it is offline.
 */
export class BridgeLeases {
	readonly #api: KubeApi;
	readonly #clock: Clock;
	readonly #namespace: string;
	readonly #log: Log;
	readonly #count: CountInput;
	/** The last write of each bridge; the next one waits for it. */
	readonly #writes = new Map<string, Promise<void>>();

	constructor({api, clock, namespace, log, count}: BridgeLeasesOptions) {
		this.#api = api;
		this.#clock = clock;
		this.#namespace = namespace;
		this.#log = log;
		this.#count = count;
	}

	/** Takes a message on f/bridge/<name>. */
	seen(name: string, payload: Uint8Array): void {
		const presence = decodeBridgePresence(payload);
		if (!presence.ok || !/^[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?$/.test(name)) {
			this.#count('presence');
			this.#log.warn('presence of a bridge is malformed', {bridge: name, error: presence.ok ? 'name' : presence.error});
			return;
		}
		const before = this.#writes.get(name) ?? Promise.resolve();
		const write = before.then(() => this.#renew(name, presence.value)).catch((error: unknown) => {
			this.#log.warn('lease of a bridge not renewed', {bridge: name, error: String(error)});
		});
		this.#writes.set(name, write);
	}

	/** Resolves when nothing is being written any more. */
	async stop(): Promise<void> {
		await Promise.all(this.#writes.values());
	}

	async #renew(name: string, presence: BridgePresence): Promise<void> {
		const spec = this.#leaseOf(name, presence);
		const ref = {...leases, namespace: this.#namespace};
		const lease = await this.#find(`femto-bridge-${name}`);
		if (lease !== undefined && isOlder(spec.renewTime, lease.spec.renewTime) && spec.holderIdentity !== '') {
			return;
		}
		if (lease !== undefined) {
			await this.#api.replace<Lease>(ref, {...lease, spec: {...lease.spec, ...spec}});
			return;
		}
		const metadata = {name: `femto-bridge-${name}`, namespace: this.#namespace};
		await this.#create({apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec});
	}

	#leaseOf(name: string, {state, time, periodSeconds}: BridgePresence): Lease['spec'] {
		const ageMs = this.#clock.now() - Date.parse(time);
		const online = state === 'online' && ageMs < periodsMax * periodSeconds * 1000;
		return online
			? {holderIdentity: name, leaseDurationSeconds: periodsMax * periodSeconds, renewTime: microTime(Date.parse(time))}
			: {holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(this.#clock.now())};
	}

	async #find(name: string): Promise<Lease | undefined> {
		try {
			return await this.#api.get<Lease>({...leases, namespace: this.#namespace}, name);
		} catch (error) {
			if (isKubeError(error, 'NotFound')) {
				return undefined;
			}
			throw error;
		}
	}

	async #create(lease: Lease): Promise<void> {
		const ref = {...leases, namespace: this.#namespace};
		try {
			await this.#api.create(ref, lease);
		} catch (error) {
			if (!isKubeError(error, 'NotFound')) {
				throw error;
			}
			await ensureNamespace(this.#api, this.#namespace);
			await this.#api.create(ref, lease);
		}
	}
}

function isOlder(first: string, second: string): boolean {
	return Date.parse(first) <= Date.parse(second);
}

function microTime(epochMs: number): string {
	return new Date(epochMs).toISOString().replace('Z', '000Z');
}
