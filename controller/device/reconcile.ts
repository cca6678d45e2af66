import type {EventSink} from '../events.ts';
import type {Fleet} from '../fleet.ts';
import type {HeadPublisher} from '../heads.ts';
import type {ImageServer} from '../images.ts';
import {sealHead} from './document.ts';
import {liveStatus, planDevice, type DeviceInputs, type DevicePlan} from './plan.ts';
import type {DeviceSessions} from './sessions.ts';
import {femtoDevices, type FemtoDevice, type FemtoDeviceStatus} from '../../protocol/generated/resources.ts';
import type {Clock} from '../../runtime/clock.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

export interface DeviceReconcilerOptions {
	readonly api: KubeApi;
	readonly clock: Clock;
	readonly fleet: Fleet;
	readonly sessions: DeviceSessions;
	readonly heads: HeadPublisher;
	readonly images: ImageServer;
	readonly events: EventSink;
	readonly reportPeriodSeconds: number;
}

/** Results of one device that come within this time are written together. */
export const coalesceMs = 1_000;
const blockedRetryMs = 1_000;
const challengePeriodMs = 600_000;

/** Brings status, head and offered objects of one device to what its containers want and its reports say. */
export class DeviceReconciler {
	readonly #options: DeviceReconcilerOptions;
	readonly #listeningSinceMs: number;
	/** When something worth telling was first seen that is not written yet. */
	readonly #dirtySinceMs = new Map<string, number>();
	/** When each device was challenged last: the challenge is due until `#write` has raised the generation. */
	readonly #challenges = new Map<string, {readonly sinceMs: number; due: boolean}>();

	/** What is on its way to the API. */
	readonly #writing = new Set<FemtoDeviceStatus>();

	constructor(options: DeviceReconcilerOptions) {
		this.#options = options;
		this.#listeningSinceMs = options.clock.now();
	}

	/** Returns in how many milliseconds to come back at the latest. @throws KubeError of a write; nothing is sent then. */
	async reconcile(name: string): Promise<number | undefined> {
		const {fleet, clock} = this.#options;
		const device = fleet.devices.get(name);
		if (device === undefined) {
			this.#forget(name);
			return undefined;
		}
		const nowMs = clock.now();
		const plan = planDevice(this.#inputsOf(device, nowMs));
		const waitMs = this.#waitBeforeWrite(name, plan, nowMs);
		if (waitMs === 0) {
			await this.#write(device, plan.status);
		}
		// While a head waits for its write, the write comes first; else the head stands for what is written.
		this.#publish(device, plan);
		return nextDelay(plan, waitMs, nowMs);
	}

	/**
	 * An authentic report of `name` that is older than the last one: a replay, or a device whose flash was erased. A head
	 * with a new generation tells them apart, at most every ten minutes.
	 */
	challenge(name: string): void {
		const nowMs = this.#options.clock.now();
		const last = this.#challenges.get(name);
		if (last === undefined || nowMs >= last.sinceMs + challengePeriodMs) {
			this.#challenges.set(name, {sinceMs: nowMs, due: true});
		}
	}

	/** Whether a write under way assigns the FemtoContainer `uid`: the caches do not show it yet. */
	isAssigning(uid: string): boolean {
		return [...this.#writing].some(({assigned = []}) => assigned.some(({container}) => container.uid === uid));
	}

	/** The device with what it has said since its status was written; undefined when there is none. */
	live(name: string): FemtoDevice | undefined {
		const {fleet, clock} = this.#options;
		const device = fleet.devices.get(name);
		return device === undefined ? undefined : {...device, status: liveStatus(this.#inputsOf(device, clock.now()))};
	}

	#inputsOf(device: FemtoDevice, nowMs: number): DeviceInputs {
		const {fleet, sessions, reportPeriodSeconds} = this.#options;
		const {name} = device.metadata;
		return {
			fleet, device, observation: sessions.observationOf(name), listeningSinceMs: this.#listeningSinceMs,
			reportPeriodSeconds, nowMs, challenged: this.#challenges.get(name)?.due === true,
		};
	}

	/** 0 = write now, undefined = there is nothing to write. */
	#waitBeforeWrite(name: string, {write}: DevicePlan, nowMs: number): number | undefined {
		if (write === 'now' || write === 'none') {
			this.#dirtySinceMs.delete(name);
			return write === 'now' ? 0 : undefined;
		}
		const sinceMs = this.#dirtySinceMs.get(name) ?? nowMs;
		this.#dirtySinceMs.set(name, sinceMs);
		return Math.max(0, sinceMs + coalesceMs - nowMs);
	}

	async #write(device: FemtoDevice, status: FemtoDeviceStatus): Promise<void> {
		const {api, fleet} = this.#options;
		this.#writing.add(status);
		const written = await api.replace(femtoDevices, {...device, status}, {subresource: 'status'})
			.finally(() => this.#writing.delete(status));
		this.#dirtySinceMs.delete(device.metadata.name);
		this.#endChallenge(device, written);
		fleet.devices.wrote(written);
		this.#tell(device, written);
	}

	#endChallenge(before: FemtoDevice, {metadata, status}: FemtoDevice): void {
		const challenge = this.#challenges.get(metadata.name);
		if (challenge !== undefined && (status?.desiredGeneration ?? 0) > (before.status?.desiredGeneration ?? 0)) {
			challenge.due = false;
		}
	}

	#publish(device: FemtoDevice, {document, parts, status}: DevicePlan): void {
		const {heads, images, sessions} = this.#options;
		if (document === undefined) {
			return;
		}
		const {name} = device.metadata;
		const generation = status.desiredGeneration ?? 0;
		const objects = parts.flatMap(({revision, tenant}) => [tenant.bytes, revision.statementBytes, revision.imageBytes]);
		images.set(name, [document.bytes, ...objects], status.mtuBytes);
		heads.set(name, sealHead(sessions.keyOf(name, device.spec.keyNumber), generation, document), generation);
	}

	#tell(before: FemtoDevice, after: FemtoDevice): void {
		const was = findCondition(before.status?.conditions, 'Lost')?.status;
		const is = findCondition(after.status?.conditions, 'Lost');
		if (is?.status === 'True' && was !== 'True') {
			this.#options.events.record(after, 'Warning', 'Lost', is.message);
		}
		if (is?.status === 'False' && was === 'True') {
			this.#options.events.record(after, 'Normal', 'Returned', 'the device reports again');
		}
	}

	#forget(name: string): void {
		const {heads, images, sessions} = this.#options;
		images.forget(name);
		sessions.forget(name);
		this.#dirtySinceMs.delete(name);
		this.#challenges.delete(name);
		if (heads.has(name)) {
			heads.clear(name);
		}
	}
}

function nextDelay({nextMs, blocked}: DevicePlan, waitMs: number | undefined, nowMs: number): number | undefined {
	const delays = [
		...(waitMs === undefined || waitMs === 0 ? [] : [waitMs]),
		...(nextMs === undefined ? [] : [Math.max(1, nextMs - nowMs)]),
		...(blocked ? [blockedRetryMs] : []),
	];
	return delays.length === 0 ? undefined : Math.min(...delays);
}
