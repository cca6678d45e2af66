import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sleep} from '../../../runtime/clock.ts';
import type {KubeClient} from '../../../runtime/kube/client.ts';
import type {ResourceRef} from '../../../runtime/kube/types.ts';
import {below, seededRandom} from '../../../runtime/random.ts';
import {systemClock} from '../../../runtime/system.ts';
import {PersistedLog, type LoggedChange} from './persisted-log.ts';
import {clientOf, startServer, type ServerProcess} from './server.ts';
import {compare, Watcher} from './watcher.ts';
import {marked, settle, Writer, type Account, type WriterOptions} from './writer.ts';

export interface KillRunOptions {
	/** Acknowledged writes to wait for. */
	readonly events: number;
	readonly watchers: number;
	readonly kills: number;
	readonly seed: number;
}

export interface KillRunResult extends Account {
	/** Changes in the log. */
	readonly changes: number;
	/** Events of all watchers together. */
	readonly delivered: number;
	readonly kills: number;
	readonly gaps: number;
	readonly duplicates: number;
	readonly strangers: number;
	readonly outOfOrder: number;
	readonly expired: number;
	readonly resumes: number;
	readonly bookmarks: number;
	/** The farthest that a watcher was behind the log when a server was there again. */
	readonly farthestBehind: number;
	/** Changes that the server had forgotten at the end. */
	readonly forgotten: number;
	readonly seconds: number;
}

const devices: ResourceRef = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices'};
const configMaps: ResourceRef = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'};
const rare = 'test=rare';
const stragglersMs = 60_000;
/** Outside the range from which systems give ports away: nobody takes it while the server is down. */
const firstPort = 20_000;
const ports = 10_000;

/** Writes, watches and kills, and compares in the end what was written, kept and seen. */
export async function runKills(options: KillRunOptions): Promise<KillRunResult> {
	const state = mkdtempSync(join(tmpdir(), 'femto-kill-'));
	const run = new KillRun(options, state);
	try {
		return await run.run();
	} finally {
		await run.end();
		rmSync(state, {recursive: true, force: true});
	}
}

class KillRun {
	readonly #options: KillRunOptions;
	readonly #state: string;
	readonly #random;
	readonly #clients: KubeClient[] = [];
	readonly #abort = new AbortController();
	#server: ServerProcess;
	#up: Promise<void>;
	readonly #port: number;
	#acknowledged = 0;
	#onProgress: () => void = () => {};
	#farthestBehind = 0;

	constructor(options: KillRunOptions, state: string) {
		this.#options = options;
		this.#state = state;
		this.#random = seededRandom(options.seed);
		this.#port = firstPort + (process.pid + below(this.#random, ports)) % ports;
		this.#server = this.#start();
		this.#up = this.#server.listening;
	}

	async run(): Promise<KillRunResult> {
		await this.#up;
		const {resourceVersion: from} = await this.#client().list(configMaps);
		const log = new PersistedLog(join(this.#state, 'store.db'), Number(from));
		const watchers = Array.from({length: this.#options.watchers}, (_, index) => this.#watcher(index, from));
		const watching = Promise.all(watchers.map((watcher) => watcher.run()));
		const writers = Array.from({length: 4}, (_, index) => this.#writer(index));
		const began = performance.now();
		const killing = this.#kill(log, watchers);
		const writing = Promise.all(writers.map((writer) => writer.run(() => this.#acknowledged >= this.#options.events)));
		await Promise.race([Promise.all([writing, killing]), watching.then(() => Promise.all([writing, killing]))]);
		await Promise.all(writers.map((writer) => writer.last()));
		log.read();
		await this.#stragglers(watchers, log.changes);
		const seconds = (performance.now() - began) / 1000;
		this.#abort.abort();
		await watching;
		return {...this.#judge(watchers, log), ...settle(writers, log.changes), seconds, forgotten: log.oldest - Number(from) - 1};
	}

	async end(): Promise<void> {
		this.#abort.abort();
		this.#clients.forEach((client) => client.close());
		await this.#server.end('SIGKILL');
	}

	#start(): ServerProcess {
		return startServer(this.#state, '--port', String(this.#port));
	}

	#client(): KubeClient {
		const client = clientOf(this.#state);
		this.#clients.push(client);
		return client;
	}

	readonly #isUp = (): Promise<void> => this.#up;

	/** Most watch everything of a kind, every fifth only what has a rare label. */
	#watcher(index: number, from: string): Watcher {
		const ref = index % 2 === 0 ? devices : configMaps;
		const selector = index % 5 === 4 ? {selector: rare} : {};
		return new Watcher({client: this.#client(), ref, ...selector, from, up: this.#isUp, signal: this.#abort.signal});
	}

	#writer(index: number): Writer {
		const [name, isDevice] = [`w${index}`, index % 2 === 0];
		return new Writer({
			...(isDevice ? deviceWriter : configMapWriter),
			name, client: this.#client(), random: seededRandom(this.#options.seed * 100 + index), up: this.#isUp,
			onAcknowledged: () => {
				this.#acknowledged++;
				this.#onProgress();
			},
		});
	}

	async #progressed(count: number): Promise<void> {
		while (this.#acknowledged < count) {
			await new Promise<void>((resolve) => {
				this.#onProgress = resolve;
			});
		}
	}

	/** At random moments of the middle, and between them reads the log often enough to miss nothing. */
	async #kill(log: PersistedLog, watchers: readonly Watcher[]): Promise<void> {
		const {events, kills} = this.#options;
		const moments = Array.from({length: kills}, () => Math.floor(events * (0.05 + 0.9 * below(this.#random, 1000) / 1000)));
		const looks = Array.from({length: Math.floor(events / 2_000)}, (_, index) => ({at: index * 2_000, isKill: false}));
		const steps = [...moments.map((at) => ({at, isKill: true})), ...looks].toSorted((a, b) => a.at - b.at);
		for (const {at, isKill} of steps) {
			await this.#progressed(at);
			if (isKill) await this.#restart();
			log.read();
			const behind = watchers.map(({version}) => (log.changes.at(-1)?.version ?? version) - version);
			if (isKill) this.#farthestBehind = Math.max(this.#farthestBehind, ...behind);
		}
	}

	async #restart(): Promise<void> {
		await sleep(systemClock, below(this.#random, 30));
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		promise.catch(() => {});
		this.#up = promise;
		await this.#server.end('SIGKILL');
		const kubeconfig = readFileSync(join(this.#state, 'kubeconfig'), 'utf8');
		this.#server = this.#start();
		await this.#server.listening.catch((error: unknown) => {
			reject(error);
			throw error;
		});
		if (readFileSync(join(this.#state, 'kubeconfig'), 'utf8') !== kubeconfig) throw new Error('The kubeconfig has changed');
		resolve();
	}

	/** Who does not come to the end in a minute has a gap. */
	async #stragglers(watchers: readonly Watcher[], changes: readonly LoggedChange[]): Promise<void> {
		const enough = new AbortController();
		const late = sleep(systemClock, stragglersMs, enough.signal).catch(() => {});
		const all = watchers.map((watcher) => watcher.reached(changes.filter((change) => watcher.expects(change)).length));
		await Promise.race([Promise.all(all), late]);
		enough.abort();
	}

	#judge(watchers: readonly Watcher[], log: PersistedLog): Omit<KillRunResult, keyof Account | 'seconds' | 'forgotten'> {
		const found = watchers.map((watcher) => compare(watcher.seen, log.changes.filter((change) => watcher.expects(change))));
		const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
		return {
			changes: log.changes.length,
			delivered: sum(watchers.map(({seen}) => seen.length)),
			kills: this.#options.kills,
			gaps: sum(found.map(({gaps}) => gaps)),
			duplicates: sum(found.map(({duplicates}) => duplicates)),
			strangers: sum(found.map(({strangers}) => strangers)),
			outOfOrder: found.filter(({inOrder}) => !inOrder).length,
			expired: sum(watchers.map(({expired}) => expired)),
			resumes: sum(watchers.map(({resumes}) => resumes)),
			bookmarks: sum(watchers.map(({bookmarks}) => bookmarks)),
			farthestBehind: this.#farthestBehind,
		};
	}
}

type Kind = Pick<WriterOptions, 'ref' | 'make' | 'patchOf'>;

const labels = (name: string): Readonly<Record<string, string>> => ({test: name.endsWith('-0') ? 'rare' : 'common'});

const deviceWriter: Kind = {
	ref: devices,
	make: (name, mark) => ({
		apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name, labels: labels(name), ...marked(mark)},
	}),
	patchOf: (mark, count) => ({metadata: marked(mark), spec: {wakeIntervalSeconds: count % 60_000}}),
};

const configMapWriter: Kind = {
	ref: configMaps,
	make: (name, mark) => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, labels: labels(name), ...marked(mark)}}),
	patchOf: (mark, count) => ({metadata: marked(mark), data: {count: String(count)}}),
};
