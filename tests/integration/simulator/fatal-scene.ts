import assert from 'node:assert/strict';
import {rankKey} from '../../../controller/rollout/rank.ts';
import type {FemtoContainer, FemtoDevice} from '../../../protocol/generated/resources.ts';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import {faultName} from '../../../protocol/schema/verifier.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {SimulatedDevice} from '../../../simulator/device.ts';
import {AirtimeMeter, subtract, type Airtime} from '../../../simulator/fatal/airtime.ts';
import {Attachments, infoDigest} from '../../../simulator/fatal/attachments.ts';
import {fatalProgram, type FatalKind} from '../../../simulator/fatal/images.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import type {LinkConditions} from '../../../simulator/lane.ts';
import {sampleName, sampleNamespace, sampleObjects} from '../../../simulator/sample.ts';
import {badLink, createFleet} from './fleet-scene.ts';
import {applyVersion, devices, getContainer, goodBytes, listDevices, publish, settleAndSleep} from './sleepy-scene.ts';

export interface FatalOutcome {
	/** Devices that had the fatal version attached. */
	readonly struck: number;
	/** Virtual seconds from the apply until the last of them ran the good version again, by its firmware. */
	readonly seconds: number;
	/** Of each device that was taken back: bytes on air from when it or the controller gave up. */
	readonly airtimes: readonly Airtime[];
	readonly condition: string;
	readonly event: string;
}

const wakeIntervalSeconds = 300;
const firstWave = Math.ceil(devices / 10);
/** Long enough for the longest way: the link is dead for 10 minutes, and a minute. */
const withinMs = {prompt: 300_000, 'kills the link': 660_000};
const settleMs = 10_000;
/** After which a trial is over. */
const watchdogResets = 3;
const allReady = `${devices} of ${devices} devices Ready`;
const confirmed = containerStates.find(({name}) => name === 'Confirmed')?.id;

const spec = {
	hooks: [{name: 'timer', parameters: {periodMilliseconds: 100}}],
	rollout: {
		waves: [{percent: 10, soakSeconds: 30}, {percent: 100}],
		// Only the wave holds devices back.
		maxUnavailable: '100%', maxFailures: 0, onFailure: 'Rollback',
	},
};

/** What condition and event must name. */
const causes: Readonly<Record<FatalKind, RegExp>> = {
	'faults at run 1': /TooManyFaults/,
	'faults at run 100': /TooManyFaults/,
	'uses up its budget': /TooManyFaults/,
	'freezes the core': /WatchdogResets/,
	'kills the link': /LinkDead|[Ll]ost/,
};

/** A run of its own; tells how it went, or fails with a line that says where. */
export async function runFatal(kind: FatalKind, seed: number, conditions: LinkConditions = badLink): Promise<FatalOutcome> {
	const scene = new FatalScene(kind, seed, conditions);
	try {
		return await scene.run();
	} catch (cause) {
		throw new Error(`${kind}, seed ${seed}: ${String(cause)}`, {cause});
	} finally {
		scene.close();
	}
}

class FatalScene {
	readonly #kind: FatalKind;
	readonly #fleet: SimulatedFleet;
	readonly #meter = new AirtimeMeter();
	/** Of the devices that gave it up, or were about to be taken back. */
	readonly #sinceAir = new Map<string, Airtime>();
	readonly #events: string[] = [];
	#attachments: Attachments | undefined;
	#leftMs = 0;
	#freezes = 0;
	/** Reason and message of Stalled, while that holds. */
	#condition = '';
	#wasFailing = false;

	constructor(kind: FatalKind, seed: number, conditions: LinkConditions) {
		this.#kind = kind;
		this.#fleet = createFleet({
			seed, conditions, devices,
			objects: (keys) => sampleObjects(keys, {imageBytes: goodBytes, version: 1}),
			logSink: (line) => this.#onLine(line),
			onStored: (object) => this.#onStored(object),
			onCall: (device: SimulatedDevice) => this.#attachments?.onCall(device),
		});
	}

	close(): void {
		this.#fleet.close();
	}

	async run(): Promise<FatalOutcome> {
		const fleet = this.#fleet;
		const awake = await settleAndSleep(fleet, wakeIntervalSeconds);
		const [good = 0] = fleet.field.nodes.get([...awake][0] ?? '')?.containers().map(({digest}) => digest) ?? [];
		const wave = await this.#firstWave(awake);
		const version = publish(fleet, 2, fatalProgram(this.#kind));
		const attachments = new Attachments(version.digest, (device) => this.#onDetach(device));
		this.#attachments = attachments;
		if (this.#kind === 'kills the link') fleet.field.link.setDeaf((device) => attachments.has(device));
		const startMs = fleet.scheduler.elapsedMs;
		await applyVersion(fleet, version, spec);
		await this.#passTime();
		assert.ok(attachments.ever.size > 0, 'no device ever ran it');
		for (const id of attachments.ever) assert.ok(wave.has(id), `${id} ran it and is beyond the first wave`);
		this.#checkHarm(attachments);
		await this.#checkBack(good, infoDigest(version.digest));
		const {condition, event} = await this.#checkCause();
		const seconds = (this.#leftMs - startMs) / 1000;
		return {struck: attachments.ever.size, seconds, airtimes: this.#airtimes(), condition, event};
	}

	/** Until the time is up, or the controller says that all went back and nothing is on its way any more. */
	async #passTime(): Promise<void> {
		const fleet = this.#fleet;
		if (this.#kind === 'kills the link') {
			const struck = (): boolean => (this.#attachments?.ever.size ?? 0) === firstWave;
			await fleet.run({until: struck, withinMs: withinMs.prompt});
			await fleet.run({withinMs: withinMs['kills the link']});
			return;
		}
		const end = await fleet.run({until: () => this.#condition.startsWith('RolledBack'), withinMs: withinMs.prompt});
		assert.equal(end, 'reached', `not rolled back: ${this.#condition}`);
		await fleet.run({withinMs: settleMs});
	}

	/** Names of the devices that the first wave consists of, by the rule of the rollout. */
	async #firstWave(awake: ReadonlySet<string>): Promise<ReadonlySet<string>> {
		const {metadata: {uid = ''}} = await getContainer(this.#fleet);
		const ranked = (await listDevices(this.#fleet)).filter(({metadata: {name}}) => awake.has(name))
			.map(({metadata}) => ({name: metadata.name, key: rankKey(uid, metadata.uid ?? '')}))
			.toSorted((left, right) => (left.key < right.key ? -1 : 1));
		return new Set(ranked.slice(0, firstWave).map(({name}) => name));
	}

	/** The version did what its name says. */
	#checkHarm({runs, faultCauses, ever}: Attachments): void {
		const causes = [...faultCauses].map((code) => faultName(code));
		const freezes = this.#freezes;
		switch (this.#kind) {
			case 'faults at run 1':
				assert.deepEqual({runs, causes, freezes}, {runs: 0, causes: ['BadAccess'], freezes: 0});
				return;
			case 'faults at run 100':
				assert.deepEqual({runs, causes, freezes}, {runs: 99, causes: ['BadAccess'], freezes: 0});
				return;
			case 'uses up its budget':
				assert.deepEqual({runs, causes, freezes}, {runs: 0, causes: ['BudgetExhausted'], freezes: 0});
				return;
			case 'freezes the core':
				assert.deepEqual({runs, causes}, {runs: 0, causes: []});
				// Some may be taken back before the last reset.
				assert.ok(freezes >= watchdogResets && freezes <= watchdogResets * ever.size, `${freezes} freezes`);
				return;
			case 'kills the link':
				assert.deepEqual({causes, freezes}, {causes: [], freezes: 0});
				// For ten minutes, every 100 ms.
				assert.ok(runs > 5900, `only ${runs} runs behind a dead link`);
		}
	}

	/** Every device runs the good version, by its own firmware: it is attached, and its runs go on. */
	async #checkBack(good: number, bad: number): Promise<void> {
		assert.notEqual(good, bad);
		const {nodes} = this.#fleet.field;
		const runsOf = (id: string): number => nodes.get(id)?.containers()[0]?.runs ?? 0;
		for (const [id, node] of nodes) {
			const found = node.containers().map(({digest, state}) => ({digest, state}));
			assert.deepEqual(found, [{digest: good, state: confirmed}], `${id} is not back`);
		}
		const before = [...nodes.keys()].map((id) => [id, runsOf(id)] as const);
		await this.#fleet.run({withinMs: 3000});
		for (const [id, runs] of before) assert.ok(runsOf(id) > runs, `${id} is back and does not run: ${runs}, ${runsOf(id)} runs`);
	}

	async #checkCause(): Promise<{condition: string; event: string}> {
		// The reports of those that were back last may still be on their way.
		const isSaid = (): boolean => this.#condition.startsWith('RolledBack') && this.#condition.includes(allReady);
		const end = await this.#fleet.run({until: isSaid, withinMs: 60_000});
		const condition = this.#condition;
		assert.equal(end, 'reached', `the controller does not say that all are back: ${condition}`);
		assert.match(condition, causes[this.#kind]);
		const event = this.#events.find((text) => causes[this.#kind].test(text));
		assert.ok(event, `no event names the cause: ${this.#events.join(' | ')}`);
		return {condition, event};
	}

	#airtimes(): readonly Airtime[] {
		return [...(this.#attachments?.ever ?? [])].map((id) => {
			const since = this.#sinceAir.get(id);
			assert.ok(since, id);
			return subtract(this.#meter.read(id), since);
		});
	}

	#onLine(line: string): void {
		this.#meter.onLine(line);
		if (line.includes(' core frozen')) this.#freezes++;
	}

	#onStored(object: KubeObject): void {
		if (object.kind === 'FemtoDevice') {
			const {documentDigest} = (object as FemtoDevice).status ?? {};
			if (documentDigest !== undefined) this.#meter.addDocument(documentDigest);
		}
		if (object.kind === 'Event') this.#onEvent(object as KubeObject & StoredEvent);
		if (object.kind === 'FemtoContainer') this.#onContainer(object as FemtoContainer);
	}

	#onEvent({regarding, involvedObject, type, reason, note, message}: KubeObject & StoredEvent): void {
		if ((regarding ?? involvedObject)?.kind !== 'FemtoContainer' || type !== 'Warning') return;
		this.#events.push(`${reason}: ${note ?? message ?? ''}`);
	}

	#onContainer({metadata: {name, namespace}, status}: FemtoContainer): void {
		assert.deepEqual([namespace, name], [sampleNamespace, sampleName]);
		const stalled = status?.conditions?.find((condition) => condition.type === 'Stalled');
		this.#condition = stalled === undefined ? '' : `${stalled.reason}: ${stalled.message}`;
		const failing = status?.failure !== undefined;
		// From here on the controller takes back who has not given up by itself; behind a dead link it reaches nobody.
		if (failing && !this.#wasFailing && this.#kind !== 'kills the link') {
			for (const id of this.#attachments?.ever ?? []) this.#markAir(id, false);
		}
		this.#wasFailing = failing;
	}

	/** A reset detaches, too: only the last time counts. */
	#onDetach(id: string): void {
		this.#leftMs = this.#fleet.scheduler.elapsedMs;
		this.#markAir(id, !this.#wasFailing || this.#kind === 'kills the link');
	}

	#markAir(id: string, again: boolean): void {
		if (again || !this.#sinceAir.has(id)) this.#sinceAir.set(id, this.#meter.read(id));
	}
}

interface StoredEvent {
	readonly regarding?: {readonly kind: string};
	readonly involvedObject?: {readonly kind: string};
	readonly type: string;
	readonly reason: string;
	readonly note?: string;
	readonly message?: string;
}
