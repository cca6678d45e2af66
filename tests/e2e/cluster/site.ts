import {EventEmitter, once} from 'node:events';
import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {readFleetKey} from '../../../cli/keys/key-file.ts';
import {systemClock as clock, systemRandom as random} from '../../../runtime/system.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {startRealtimeFleet, type RealtimeFleet} from '../../../simulator/mod.ts';
import {startInstalledBroker, type InstalledBroker} from '../../integration/manifests/mosquitto.ts';
import {Child} from '../loop/child.ts';
import {freePort} from '../../../cli/up/free-port.ts';
import {withToken, type Person} from './person.ts';
import {commandOf} from './programs.ts';
import type {ClusterServer} from './servers.ts';

const patienceMs = 60_000;
const loopback = '127.0.0.1';

/** What the pods of manifests/install would run, as processes with the same arguments and files; and devices. */
export class Site {
	readonly #server: ClusterServer;
	readonly #admin: Person;
	readonly #events = new EventEmitter();
	readonly #children: Child[] = [];
	#broker: InstalledBroker | undefined;
	#bridgePort = 0;
	#devices: RealtimeFleet | undefined;

	constructor(server: ClusterServer, admin: Person) {
		this.#server = server;
		this.#admin = admin;
		mkdirSync(this.#path('mosquitto'));
		mkdirSync(this.#path('logs'));
	}

	/** Broker and bridge; resolves when both listen. */
	async startAir(): Promise<void> {
		this.#broker = await startInstalledBroker(this.#path('mosquitto'), this.#path('broker-files'));
		this.#bridgePort = await freePort();
		const bridge = await this.#start('bridge', 'bridge.yaml', {'--port=10000': `--port=${this.#bridgePort}`});
		await this.line(bridge, /"msg":"bridge listens"/);
	}

	/** Resolves when it runs, be it as leader or not. */
	async startController(name: string): Promise<Child> {
		const options = this.#server.name === 'official' ? ['--kubeconfig', await this.#accountFile(name)]
			: ['--kubeconfig', this.#server.kubeconfig];
		const controller = await this.#start(name, 'controller.yaml', {'0.0.0.0:8080': `${this.#server.serviceHost}:0`}, options);
		await this.line(controller, /"msg":"controller runs"/);
		return controller;
	}

	/** Waits for its subscription: a first report that nobody hears is lost. Leads the Service to it, then. */
	async leads(controller: Child): Promise<void> {
		await this.line(controller, /"msg":"subscribed"/);
		const served = await this.line(controller, /"msg":"controller serves HTTP"/);
		await this.#server.leadService((JSON.parse(served) as {readonly port: number}).port);
	}

	async startDevices(names: readonly string[]): Promise<RealtimeFleet> {
		const keys = this.#path('keys');
		this.#devices = await startRealtimeFleet({
			devices: names,
			bridgeAddress: {host: loopback, port: this.#bridgePort},
			firmware: readFileSync(join(repositoryRoot, 'build', 'femto-sim.wasm')),
			keys: {rootPublicKey: readFleetKey(keys, 'root.pub'), fleetSecret: readFleetKey(keys, 'fleet.secret')},
			clock,
			random,
		});
		return this.#devices;
	}

	/** The first line of a program that matches, so far or to come. Rejects when it ends, after a minute at the latest. */
	async line(child: Child, pattern: RegExp): Promise<string> {
		const signal = AbortSignal.timeout(patienceMs);
		for (;;) {
			const found = child.lines.find((line) => pattern.test(line));
			if (found !== undefined) return found;
			if (child.exit !== undefined) throw new Error(`It ended without ${String(pattern)}:\n${child.lines.slice(-20).join('\n')}`);
			await once(this.#events, 'change', {signal});
		}
	}

	async stop(): Promise<void> {
		await this.#devices?.stop();
		await Promise.all(this.#children.map((child) => child.kill()));
		await this.#broker?.stop();
	}

	async #start(
		name: string, file: string, instead: Readonly<Record<string, string>>, more: readonly string[] = [],
	): Promise<Child> {
		const command = await commandOf({
			file, folder: this.#path(name), client: this.#server.client,
			instead: {'femto-broker:8883': `${loopback}:${this.#broker?.port}`, '0.0.0.0:8080': `${loopback}:0`, ...instead},
		});
		const child = new Child([...command, ...more], {
			log: this.#path('logs', `${name}.log`), onChange: () => this.#events.emit('change'),
		});
		this.#children.push(child);
		return child;
	}

	/** Of the ServiceAccount that the pod would have. */
	async #accountFile(name: string): Promise<string> {
		const token = await this.#admin.ok('kubectl create token femto-controller -n femtofleet');
		return withToken(this.#server.kubeconfig, name, token.trim());
	}

	#path(...names: readonly string[]): string {
		return join(this.#server.folder, ...names);
	}
}
