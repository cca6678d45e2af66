import {EventEmitter, once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {readFleetKey} from '../../../cli/keys/key-file.ts';
import {Child} from './child.ts';
import {canonicalDump, readStore, type OwnAssignment} from './dump.ts';
import type {Cut, Plan, Victim} from './plan.ts';
import {watchHeads} from './heads.ts';
import {freePort} from '../../../cli/up/free-port.ts';
import {
	bridgeCommand, brokerCommand, controllerCommand, deviceCommand, deviceName, runsLine, type BrokerKind, type Site,
} from './programs.ts';
import {
	containers, firstSettings, makeKeys, makeSources, ownerOf, writeContainer, type ContainerName, type Settings,
} from './sources.ts';
import {acceptedGeneration, hasConfirmedAll, isAllReady} from './views.ts';

/** Longest wait for anything: several times what a loaded machine needs. */
const patienceMs = 120_000;

/** Broker, bridge, controller and devices, each a process; seen through what they print. */
export class LoopFleet {
	readonly #site: Site;
	readonly #devices: number;
	readonly #children = new Map<string, Child>();
	/** `change` after each line and each end of a child. */
	readonly #events = new EventEmitter();
	/** Of all children, ends included. */
	#lines = 0;
	/** Children that are meant to be dead. */
	readonly #down = new Set<string>();
	#settings = firstSettings;
	readonly #generations: Record<ContainerName, number> = {counter: 1, 'moving-average': 1, responder: 1};

	private constructor(site: Site, devices: number) {
		this.#site = site;
		this.#devices = devices;
		this.#events.setMaxListeners(0);
	}

	/** Starts everything in the order of the plan; resolves when all samples are Ready on all devices. */
	static async start({seed, devices, startOrder}: Plan, folder: string, broker: BrokerKind): Promise<LoopFleet> {
		await mkdir(join(folder, 'logs'), {recursive: true});
		makeKeys(join(folder, 'keys'), seed);
		await makeSources(join(folder, 'apply'), join(folder, 'keys'));
		const [brokerPort, bridgePort] = [await freePort(), await freePort()];
		const fleet = new LoopFleet({folder, broker, brokerPort, bridgePort}, devices);
		try {
			for (const kind of startOrder) {
				await fleet.#run(kind, 0);
			}
			// Until its first document a device reports once a minute: the first report must not be lost.
			const {lines} = fleet.#child('controller');
			await fleet.#until(() => lines.some((line) => line.includes('"msg":"subscribed"')), 'the subscription');
			await Promise.all(Array.from({length: devices}, async (_, index) => fleet.#run('device', index)));
			await fleet.settled();
			return fleet;
		} catch (error) {
			await fleet.kill();
			throw error;
		}
	}

	/** Changes the applied folder; the controller sees it by itself. */
	async change(settings: Partial<Settings>): Promise<void> {
		this.#settings = {...this.#settings, ...settings};
		const owners = new Set(Object.keys(settings).map((key) => ownerOf[key as keyof Settings]));
		for (const name of owners) {
			this.#generations[name]++;
			await writeContainer(join(this.#site.folder, 'apply'), name, this.#settings);
		}
	}

	/** Kills a program at the moment that `cut` says, and starts it again; at the latest when all is settled. */
	async strike({victim, device, afterLine, afterMs, pauseMs}: Cut): Promise<void> {
		const first = this.#lines;
		await this.#until(() => this.#lines >= first + afterLine || this.#isSettled(), `line ${afterLine}`);
		await pause(afterMs);
		const name = nameOf(victim, device);
		this.#down.add(name);
		await this.#child(name).kill();
		await pause(pauseMs);
		await this.#run(victim, device);
	}

	/**
	 * Resolves when the controller says Ready of the newest spec, each device has confirmed what it holds, and the broker
	 * retains the head that the device has accepted: one that was off meanwhile would find its way.
	 */
	async settled(): Promise<void> {
		await this.#until(() => this.#isSettled(), 'Ready on all devices');
		const secret = readFleetKey(join(this.#site.folder, 'keys'), 'fleet.secret');
		const heads = await watchHeads(this.#site.brokerPort, secret, () => this.#events.emit('change'));
		const isRetained = (name: string): boolean => heads.generationOf(name) === acceptedGeneration(this.#child(name).lines);
		try {
			await this.#until(() => this.#names().every(isRetained) && this.#isSettled(), 'the heads on the broker');
		} finally {
			await heads.close();
		}
	}

	/** Ends everything, the controller first, and says what is left, in the canonical form. */
	async finish(): Promise<string> {
		try {
			const controller = this.#child('controller');
			this.#down.add('controller');
			controller.signal('SIGTERM');
			await this.#until(() => controller.exit !== undefined, 'the end of the controller');
			if (controller.exit?.code !== 0) throw new Error(`The controller ended with ${JSON.stringify(controller.exit)}`);
			const contents = await readStore(join(this.#site.folder, 'state', 'store.db'));
			const own = await Promise.all(contents.devices.map(async ({metadata: {name}, status}) => {
				// A head that says nothing new may still be on its way from the broker.
				const {lines} = this.#child(name);
				const desired = status?.desiredGeneration;
				await this.#until(() => acceptedGeneration(lines) === desired, `generation ${desired} on ${name}`);
				return this.#askDevice(name);
			}));
			return canonicalDump(contents, own);
		} finally {
			await this.kill();
		}
	}

	/** Kills what still lives. */
	async kill(): Promise<void> {
		[...this.#children.keys()].forEach((name) => this.#down.add(name));
		await Promise.all([...this.#children.values()].map(async (child) => child.kill()));
	}

	#isSettled(): boolean {
		return this.#down.size === 0 && isAllReady(this.#child('controller').lines, this.#generations, this.#devices)
			&& this.#names().every((name) => hasConfirmedAll(this.#child(name).lines));
	}

	#names(): string[] {
		return Array.from({length: this.#devices}, (_, index) => deviceName(index));
	}

	async #askDevice(name: string): Promise<OwnAssignment> {
		const child = this.#child(name);
		child.signal('SIGUSR1');
		const answer = (): string | undefined => child.lines.find((line) => line.startsWith('{'));
		await this.#until(() => answer() !== undefined, `the assignment of ${name}`);
		return JSON.parse(answer() ?? '') as OwnAssignment;
	}

	/** Starts a program, and waits until it says that it runs. */
	async #run(kind: Victim, index: number): Promise<void> {
		const name = nameOf(kind, index);
		const child = new Child(this.#command(kind, index), {
			log: join(this.#site.folder, 'logs', `${name}.log`),
			onChange: () => {
				this.#lines++;
				this.#events.emit('change');
			},
		});
		this.#children.set(name, child);
		this.#down.delete(name);
		await this.#until(() => child.lines.some((line) => runsLine[kind].test(line)), `${name} to run`);
	}

	#command(kind: Victim, index: number): readonly string[] {
		switch (kind) {
			case 'controller':
				return controllerCommand(this.#site);
			case 'bridge':
				return bridgeCommand(this.#site);
			case 'broker':
				return brokerCommand(this.#site);
			case 'device':
				return deviceCommand(this.#site, index);
		}
	}

	#child(name: string): Child {
		const child = this.#children.get(name);
		if (child === undefined) throw new Error(`Cannot find ${name}: it was not started`);
		return child;
	}

	/** Resolves when `holds` does, looked at after each line; rejects after a while, and when a child ends by itself. */
	async #until(holds: () => boolean, what: string): Promise<void> {
		const signal = AbortSignal.timeout(patienceMs);
		while (!holds()) {
			const fallen = [...this.#children].find(([name, {exit}]) => exit !== undefined && !this.#down.has(name));
			if (fallen !== undefined) throw new Error(`${fallen[0]} ended by itself: ${JSON.stringify(fallen[1].exit)}`);
			try {
				await once(this.#events, 'change', {signal});
			} catch (cause) {
				throw new Error(`Waited ${patienceMs} ms for ${what}; ${this.#describe()}`, {cause});
			}
		}
	}

	/** Who is not where it should be. */
	#describe(): string {
		const controller = this.#children.get('controller')?.lines ?? [];
		const ready = isAllReady(controller, this.#generations, this.#devices);
		const open = this.#names().filter((name) => !hasConfirmedAll(this.#children.get(name)?.lines ?? []));
		return `controller ${ready ? 'says Ready' : 'does not say Ready'} of ${containers.join(', ')}`
			+ `, devices not confirmed: ${open.join(', ') || 'none'}`;
	}
}

function nameOf(kind: Victim, index: number): string {
	return kind === 'device' ? deviceName(index) : kind;
}

/** The moments of a cut are times, not events: nothing else may decide them. */
function pause(ms: number): Promise<void> {
	return new Promise((resolve) => {
		setTimeout(resolve, ms);
	});
}
