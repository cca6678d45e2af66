import {isDeepStrictEqual} from 'node:util';
import type {Targets} from '../fleet.ts';
import {printLabels, printSelector} from '../labels.ts';
import {ContainerRemover} from './finalize.ts';
import type {DeviceView} from './gather.ts';
import {finalizer, type ContainerReconcilerOptions} from './options.ts';
import {Patience, type PatientAnswer} from './patience.ts';
import {Preparation, type Prepared} from './prepare.ts';
import {stalled} from './say.ts';
import {blockedStatus, rolloutStatus} from './status.ts';
import {steer, type Newest} from './steer.ts';
import {chooseTargets, keepTargets} from './targets.ts';
import {Teller} from './tell.ts';
import {femtoContainers, type FemtoContainer, type FemtoContainerStatus} from '../../protocol/generated/resources.ts';

/** Between two writes of one status. */
const statusPeriodMs = 1_000;

/** Brings one FemtoContainer from spec to targets for its devices, and says in status how far they are. */
export class ContainerReconciler {
	readonly #options: ContainerReconcilerOptions;
	readonly #preparation: Preparation;
	readonly #patience = new Patience();
	readonly #teller: Teller;
	readonly #remover: ContainerRemover;
	/** metadata.generation of the last pass, by uid: with another one, policies in documents may differ. */
	readonly #generations = new Map<string, number>();
	/** When the status of each FemtoContainer was written last, by key. */
	readonly #writtenMs = new Map<string, number>();

	constructor(options: ContainerReconcilerOptions) {
		this.#options = options;
		this.#preparation = new Preparation(options.api, options.fleet);
		this.#teller = new Teller(options.events, options.count);
		this.#remover = new ContainerRemover(options);
	}

	/** Returns after how many milliseconds to come back at the latest. @throws KubeError of a read or write. */
	async reconcile(key: string): Promise<number | undefined> {
		const container = this.#options.fleet.containers.get(key);
		if (container === undefined) {
			return undefined;
		}
		if (container.metadata.deletionTimestamp !== undefined) {
			return this.#remover.remove(container);
		}
		if (!container.metadata.finalizers?.includes(finalizer)) {
			return this.#addFinalizer(container);
		}
		const prepared = await this.#preparation.prepare(container);
		switch (prepared.kind) {
			case 'ready':
				return this.#rollOut(prepared.newest);
			case 'creating':
				return 1_000;
			case 'blocked':
				return this.#report(container, prepared);
		}
	}

	/** Until when another pass is not worth it: status is written at most once a second. Milliseconds since the epoch. */
	quietUntilMs(key: string): number {
		return (this.#writtenMs.get(key) ?? -Infinity) + statusPeriodMs;
	}

	/** To be called when the container is gone. */
	forget({metadata}: FemtoContainer): void {
		const {uid = '', namespace, name} = metadata;
		this.#writtenMs.delete(`${namespace}/${name}`);
		this.#options.fleet.forgetTargets(uid);
		this.#patience.end(uid);
		this.#teller.forget(uid);
		this.#remover.forget(uid);
		this.#generations.delete(uid);
	}

	async #addFinalizer(container: FemtoContainer): Promise<number> {
		const {api, fleet} = this.#options;
		const {metadata} = container;
		const finalizers = [...(metadata.finalizers ?? []), finalizer];
		const written = await api.replace(refOf(container), {...container, metadata: {...metadata, finalizers}});
		fleet.containers.wrote(written);
		return 1;
	}

	async #rollOut(newest: Newest): Promise<number | undefined> {
		const {clock, fleet} = this.#options;
		const {container} = newest;
		const nowMs = clock.now();
		const course = steer(fleet, newest, nowMs);
		if (!course.justFailed) {
			this.#setTargets(container, chooseTargets(course.goal, course.views, course.decision.assign));
		}
		const waiting = this.#waitForDevices(container, course.newestViews, nowMs);
		const status = rolloutStatus(container, course, nowMs, waiting?.conditions);
		await this.#write(container, status);
		this.#teller.tellRollout(container, status, course);
		if (course.justFailed) {
			// What is done about it must not begin before it is written: after a crash it would look like no failure.
			return 1;
		}
		await this.#preparation.prune(container, status);
		const deadlineMs = course.deadlineMs !== undefined && nowMs < course.deadlineMs ? course.deadlineMs : undefined;
		return earliest(nowMs, [course.decision.nextMs, deadlineMs, waiting && nowMs + waiting.againMs]);
	}

	/** No device matches: perhaps they are only starting. */
	#waitForDevices(container: FemtoContainer, views: readonly DeviceView[], nowMs: number): PatientAnswer | undefined {
		const {uid = '', generation = 0} = container.metadata;
		if (views.length > 0) {
			this.#patience.end(uid);
			return undefined;
		}
		const devices = this.#options.fleet.devices.list();
		const labels = printLabels(devices.map(({metadata}) => metadata.labels), 20);
		const there = devices.length === 0 ? 'there are no devices'
			: labels === '' ? 'no device has labels' : `devices have ${labels}`;
		const message = `no device matches ${printSelector(container.spec.deviceSelector)}; ${there}`;
		return this.#patience.wait(uid, generation, 'NoDevices', message, nowMs);
	}

	async #report(
		container: FemtoContainer, {error, keep}: Extract<Prepared, {kind: 'blocked'}>,
	): Promise<number | undefined> {
		const {clock, fleet} = this.#options;
		const {uid = '', generation = 0} = container.metadata;
		const nowMs = clock.now();
		this.#setTargets(container, keep ? keepTargets(container, fleet.devices.list()) : new Map());
		const answer = error.transient
			? this.#patience.wait(uid, generation, error.reason, error.message, nowMs)
			: {conditions: stalled(error.reason, error.message), againMs: undefined};
		const status = blockedStatus(container, answer.conditions, nowMs);
		await this.#write(container, status);
		this.#teller.tellBlocked(container, status);
		return answer.againMs;
	}

	#setTargets(container: FemtoContainer, targets: Targets): void {
		const {fleet, enqueueDevice} = this.#options;
		const {uid = '', generation = 0} = container.metadata;
		const changed = fleet.setTargets(uid, targets);
		const affected = this.#generations.get(uid) === generation ? changed : this.#assignedTo(uid, targets);
		this.#generations.set(uid, generation);
		affected.forEach(enqueueDevice);
	}

	#assignedTo(uid: string, targets: Targets): readonly string[] {
		const assigned = this.#options.fleet.devices.list()
			.filter(({status}) => status?.assigned?.some(entry => entry.container.uid === uid))
			.map(({metadata}) => metadata.name);
		return [...new Set([...targets.keys(), ...assigned])];
	}

	/** Skipped when nothing changed, so that a pass without news costs no write. */
	async #write(container: FemtoContainer, status: FemtoContainerStatus): Promise<void> {
		if (isDeepStrictEqual(container.status, status)) {
			return;
		}
		const {api, clock, fleet} = this.#options;
		const {namespace, name} = container.metadata;
		this.#writtenMs.set(`${namespace}/${name}`, clock.now());
		fleet.containers.wrote(await api.replace(refOf(container), {...container, status}, {subresource: 'status'}));
	}
}

function refOf({metadata}: FemtoContainer): typeof femtoContainers & {readonly namespace: string} {
	return {...femtoContainers, namespace: metadata.namespace ?? ''};
}

function earliest(nowMs: number, times: readonly (number | undefined)[]): number | undefined {
	const known = times.flatMap(time => (time === undefined ? [] : [time]));
	return known.length === 0 ? undefined : Math.max(1, Math.min(...known) - nowMs);
}
