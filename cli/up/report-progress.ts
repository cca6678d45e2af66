import {
	femtoContainers, femtoDevices, type FemtoContainer, type FemtoDevice,
} from '../../protocol/generated/resources.ts';
import type {Clock, Timer} from '../../runtime/clock.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {Informer} from '../../runtime/kube/informer.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {LostDevices} from './lost-devices.ts';
import {describeProgress, describeTrouble, isReady, isStalled} from './progress.ts';
import {Removals} from './removals.ts';

/** `None`: there is no FemtoContainer. */
export type Outcome = 'Ready' | 'Stalled' | 'None';

export interface ProgressReporter {
	/** Resolves when each FemtoContainer is Ready as of its newest spec, or one is Stalled for good. */
	readonly outcome: () => Promise<Outcome>;
	/** Each FemtoContainer that is not Ready, by name: `<namespace>/<name>`, and a line about it as it is now. */
	readonly open: () => readonly {readonly label: string; readonly line: string}[];
}

export interface ProgressOptions {
	readonly api: KubeApi;
	readonly log: Log;
	readonly signal: AbortSignal;
	/** `container`: the one that the line is about, when it is about one. */
	readonly say: (line: string, container: Pick<FemtoContainer, 'metadata'>) => void;
	readonly clock?: Clock;
}

/** What was applied together may arrive in any order: Stalled counts when it lasts this long. */
const stalledMs = 1_000;
const remindMs = 10_000;

/**
 * Says one line whenever something worth telling happens to FemtoContainers and their devices, until the signal aborts.
 * Called after the first apply, it never takes an older spec for the newest.
 */
export function reportProgress({api, log, signal, say, clock = systemClock}: ProgressOptions): ProgressReporter {
	const common = {api, clock, random: systemRandom, log};
	const containers = new Informer<FemtoContainer>({...common, ref: femtoContainers});
	const devices = new Informer<FemtoDevice>({...common, ref: femtoDevices});
	const voice = new Voice(say);
	const lost = new LostDevices(clock, (line) => say(line, {metadata: {name: ''}}));
	const removals = new Removals(say);
	const changed = new Set<() => void>();
	const reminders = new Set<Timer>();
	const see = (container: FemtoContainer): void => {
		if (container.metadata.deletionTimestamp !== undefined) {
			removals.seeDeleted(container);
		}
		voice.tell(container);
		changed.forEach((look) => look());
	};
	containers.addHandlers({
		onAdd: see,
		onUpdate: (_old, container) => see(container),
		onDelete: (container) => {
			voice.forget(container);
			removals.seeDeleted(container);
			reminders.add(clock.setTimer(remindMs, () => removals.tellRemaining()));
			changed.forEach((look) => look());
		},
	});
	const seeDevice = (device: FemtoDevice): void => {
		removals.seeDevice(device);
		lost.see(device);
	};
	devices.addHandlers({
		onAdd: seeDevice,
		onUpdate: (_old, device) => seeDevice(device),
		onDelete: ({metadata}) => removals.forgetDevice(metadata.name),
	});
	void containers.run(signal);
	void devices.run(signal);
	signal.addEventListener('abort', () => {
		lost.stop();
		reminders.forEach((timer) => timer.cancel());
	}, {once: true});
	return {
		outcome: async () => {
			await containers.synced;
			return waitForOutcome(() => containers.cache.list(), changed, clock);
		},
		open: () => containers.cache.list().filter((container) => !isReady(container)).map((container) => {
			const label = `${container.metadata.namespace}/${container.metadata.name}`;
			return {label, line: describeProgress(container)?.line ?? `${label} not looked at yet`};
		}).sort((first, second) => (first.label < second.label ? -1 : 1)),
	};
}

function waitForOutcome(
	list: () => readonly FemtoContainer[], changed: Set<() => void>, clock: Clock,
): Promise<Outcome> {
	return new Promise((resolve) => {
		let isWaiting = false;
		const settle = (outcome: Outcome): void => {
			changed.delete(look);
			resolve(outcome);
		};
		const look = (): void => {
			const all = list();
			if (all.length === 0) {
				settle('None');
			} else if (all.every(isReady)) {
				settle('Ready');
			} else if (all.some(isStalled) && !isWaiting) {
				isWaiting = true;
				clock.setTimer(stalledMs, () => {
					isWaiting = false;
					if (list().some(isStalled)) {
						settle('Stalled');
					} else {
						look();
					}
				});
			}
		};
		changed.add(look);
		look();
	});
}

/** Says of each FemtoContainer what has not been said yet. */
class Voice {
	readonly #say: ProgressOptions['say'];
	/** Key of what was said last, by uid. */
	readonly #last = new Map<string, string>();
	/** Keys of the troubles that were told, by uid. */
	readonly #troubles = new Map<string, Set<string>>();

	constructor(say: ProgressOptions['say']) {
		this.#say = say;
	}

	tell(container: FemtoContainer): void {
		const {uid = ''} = container.metadata;
		const progress = describeProgress(container);
		const told = this.#troubles.get(uid) ?? new Set();
		this.#troubles.set(uid, told);
		for (const {line, key} of describeTrouble(container).filter((trouble) => !told.has(trouble.key))) {
			told.add(key);
			this.#say(line, container);
		}
		if (progress !== undefined && this.#last.get(uid) !== progress.key) {
			this.#last.set(uid, progress.key);
			this.#say(progress.line, container);
		}
	}

	forget({metadata: {uid = ''}}: FemtoContainer): void {
		this.#last.delete(uid);
		this.#troubles.delete(uid);
	}
}
