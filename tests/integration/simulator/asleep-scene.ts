import assert from 'node:assert/strict';
import type {FemtoContainer, FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import type {LinkConditions} from '../../../simulator/lane.ts';
import {sampleObjects, sampleProgram} from '../../../simulator/sample.ts';
import {badLink, createFleet} from './fleet-scene.ts';
import {applyVersion, devices, goodBytes, publish, settleAndSleep, sleepers} from './sleepy-scene.ts';

/** Virtual seconds of one wave. */
export interface WaveTimes {
	/** Awake devices that moved in it. */
	readonly awake: number;
	/** From its first assignment until the next wave's, or until the rollout is complete. */
	readonly seconds: number;
	/** From assigned to Ready, of the awake devices that moved in it, by nearest rank. */
	readonly p99: number;
}

/** The longest interval there is: who sleeps now does not wake in the run. */
const wakeIntervalSeconds = 64_800;
export const soakSeconds = 30;
const withinMs = 600_000;
const waves = [10, 50, 100].map((percent) => ({percent, soakSeconds}));
const spec = {rollout: {waves, maxUnavailable: '100%', maxFailures: 0, onFailure: 'Rollback'}};

/** Releases a good version while 30 % of the devices sleep through the whole run. */
export async function runAsleep(seed: number, conditions: LinkConditions = badLink): Promise<readonly WaveTimes[]> {
	let clock: Clock | undefined;
	const fleet = createFleet({
		seed, conditions, devices,
		objects: (keys) => sampleObjects(keys, {imageBytes: goodBytes, version: 1}),
		onStored: (object) => clock?.onStored(object),
	});
	try {
		const awake = await settleAndSleep(fleet, wakeIntervalSeconds);
		const version = publish(fleet, 2, sampleProgram({imageBytes: goodBytes, version: 2}));
		clock = new Clock(fleet, version.digest);
		await applyVersion(fleet, version, spec);
		assert.equal(await fleet.run({until: () => clock?.complete === true, withinMs}), 'reached', `seed ${seed}: not complete`);
		for (const [id, node] of fleet.field.nodes) {
			if (!awake.has(id)) assert.ok(!node.device.isConnected(), `seed ${seed}: ${id} did not sleep on`);
		}
		return clock.waveTimes(awake);
	} finally {
		fleet.close();
	}
}

/** No wave may take longer than its soak and twice what the slow ones of its awake devices take. */
export async function testAsleep(seed: number, conditions?: LinkConditions): Promise<void> {
	const times = await runAsleep(seed, conditions);
	assert.equal(times.length, waves.length, `seed ${seed}: waves`);
	assert.equal(times.reduce((sum, {awake}) => sum + awake, 0), devices - sleepers, `seed ${seed}: not all awake devices moved`);
	for (const [index, {seconds, p99}] of times.entries()) {
		assert.ok(p99 > 0 && seconds >= soakSeconds, `seed ${seed}, wave ${index + 1}: ${seconds} s, p99 ${p99} s`);
		assert.ok(seconds <= soakSeconds + 2 * p99, `seed ${seed}, wave ${index + 1}: ${seconds} s, p99 ${p99} s`);
	}
}

/** Follows a rollout by what the controller writes. */
class Clock {
	readonly #fleet: SimulatedFleet;
	readonly #digest: string;
	/** When a device was assigned the version, and in which wave; when it was Ready with it. */
	readonly #assigned = new Map<string, {readonly seconds: number; readonly wave: number}>();
	readonly #ready = new Map<string, number>();
	readonly #waveStarts: number[] = [];
	#wave = 0;
	#completeSeconds: number | undefined;

	constructor(fleet: SimulatedFleet, digest: string) {
		this.#fleet = fleet;
		this.#digest = digest;
	}

	get complete(): boolean {
		return this.#completeSeconds !== undefined;
	}

	onStored(object: KubeObject): void {
		if (object.kind === 'FemtoDevice') this.#onDevice(object as FemtoDevice);
		if (object.kind === 'FemtoContainer') this.#onContainer(object as FemtoContainer);
	}

	waveTimes(awake: ReadonlySet<string>): readonly WaveTimes[] {
		const ends = [...this.#waveStarts.slice(1), this.#completeSeconds ?? Infinity];
		return this.#waveStarts.map((start, wave) => {
			const took = [...this.#assigned].filter(([id, assigned]) => assigned.wave === wave && awake.has(id))
				.map(([id, {seconds}]) => (this.#ready.get(id) ?? Infinity) - seconds);
			return {awake: took.length, seconds: (ends[wave] ?? Infinity) - start, p99: percentile(took, 99)};
		});
	}

	get #seconds(): number {
		return this.#fleet.scheduler.elapsedMs / 1000;
	}

	#onDevice({metadata: {name}, status = {}}: FemtoDevice): void {
		const {assigned = [], containers = []} = status;
		const isAssigned = assigned.some(({statementDigest}) => statementDigest === `sha256:${this.#digest}`);
		if (isAssigned && !this.#assigned.has(name)) this.#onAssigned(name);
		const isReady = containers.some(({statementDigest, state}) =>
			state === 'Confirmed' && this.#digest.startsWith(statementDigest));
		if (isReady && !this.#ready.has(name)) this.#ready.set(name, this.#seconds);
	}

	/** A wave begins with its first assignment after the one before was seen to soak. */
	#onAssigned(name: string): void {
		const begins = this.#waveStarts.length === 0 || this.#hasSoaked;
		if (begins) {
			this.#waveStarts.push(this.#seconds);
			this.#wave = this.#waveStarts.length - 1;
			this.#hasSoaked = false;
		}
		this.#assigned.set(name, {seconds: this.#seconds, wave: this.#wave});
	}

	#hasSoaked = false;

	#onContainer({status}: FemtoContainer): void {
		const reason = status?.conditions?.find(({type}) => type === 'Ready')?.reason;
		if (reason === 'Soaking') this.#hasSoaked = true;
		const {currentRevision, updatedRevision} = status ?? {};
		const moved = this.#waveStarts.length > 0 && currentRevision === updatedRevision;
		if (moved) this.#completeSeconds ??= this.#seconds;
	}
}

function percentile(values: readonly number[], percent: number): number {
	const sorted = values.toSorted((left, right) => left - right);
	return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? Number.NaN;
}
