import assert from 'node:assert/strict';
import {spawn, spawnSync, type ChildProcessByStdio} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import type {TestContext} from 'node:test';
import {createBridge, createTcpChannelOpener, joinDatagramPorts, openUdpPort, serialAddressPrefix} from '../../bridge/mod.ts';
import {startBroker} from '../../cli/commands/broker.ts';
import {DeviceSessions} from '../../controller/device/sessions.ts';
import {ImageServer} from '../../controller/images.ts';
import {createMqttLink} from '../../controller/link.ts';
import {sealMac0} from '../../protocol/cose.ts';
import {bytesToHex, deviceKey, digest16, publicKeyOf, sha256} from '../../protocol/crypto.ts';
import {encodeDocument, encodeHead, type Report} from '../../protocol/generated/messages.ts';
import {signGrant} from '../../protocol/grant.ts';
import {packImage} from '../../protocol/image/pack.ts';
import {signStatement} from '../../protocol/statement.ts';
import type {DatagramPort} from '../../runtime/datagram.ts';
import {silentLog} from '../../runtime/log.ts';
import type {MqttLink, MqttMessage} from '../../runtime/mqtt.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {assemble} from '../../scripts/bpf-assembler.ts';
import {repositoryRoot} from '../../scripts/repository.ts';

export const deviceId = 'host-1';
export const rootSecretKey = new Uint8Array(32).fill(1);
export const fleetSecret = new Uint8Array(32).fill(2);
const tenantSecretKey = new Uint8Array(32).fill(3);
const tenant = 7;
const everything = 0b1111_1110;

/** The binary; FEMTO_DEVICE names another one, as that with sanitizers. */
const program = process.env['FEMTO_DEVICE'] ?? join(repositoryRoot, 'build', 'femto-device');

/** Builds the binary unless it is current. */
export function buildDevice(): void {
	const script = join(repositoryRoot, 'scripts', 'build-firmware.mjs');
	const {status, stderr} = spawnSync(process.execPath, [script, 'host'], {encoding: 'utf8'});
	assert.equal(status, 0, stderr);
}

/** What one container is made of. */
export interface Container {
	readonly hook: number;
	readonly statement: Uint8Array;
	readonly image: Uint8Array;
	/** First 16 bytes of the statement's SHA-256, as the device prints it. */
	readonly digest: string;
}

/** A signed container that runs `lines` on one hook. */
export function container(hook: number, sequence: number, lines: readonly string[]): Container {
	const packed = packImage({
		hooks: [{id: hook, offset: 0}], text: assemble(lines), rodata: new Uint8Array(0), data: new Uint8Array(0), bssSize: 0,
		stackSize: 16, parameters: [],
	});
	assert.ok(packed.ok);
	const image = packed.value;
	const statement = signStatement(tenantSecretKey, {
		tenant, container: 'probe', sequence, imageDigest: sha256(image), imageBytes: image.length, hooks: [hook],
		permissions: everything, resources: {stackBytes: 16, dataBytes: 0, instructionsPerRun: 10_000},
	});
	return {hook, statement, image, digest: bytesToHex(digest16(statement))};
}

const grant = signGrant(rootSecretKey, {
	tenant, namespace: 'test', sequence: 1, keys: [publicKeyOf(tenantSecretKey)], hooks: [1, 2, 3], permissions: everything,
	quotas: {containers: 8, ramBytes: 8192, instructionsPerRun: 100_000, keys: 8},
});

/** Broker, bridge, and a controller that does as the test says. */
export class TestFleet {
	readonly bridgePort: number;
	/** In order of arrival: authentic, and each newer than the one before. */
	readonly reports: Report[] = [];
	/** Block requests, in order, whether answered or not. */
	requests = 0;
	/** `report`, `request`, and one event for each other topic with its payload. */
	readonly events = new EventEmitter();
	readonly #link: MqttLink;
	readonly #images = new ImageServer(systemClock);
	readonly #sessions = new DeviceSessions(systemClock, fleetSecret);

	private constructor(bridgePort: number, link: MqttLink) {
		this.bridgePort = bridgePort;
		this.#link = link;
	}

	/** With `serial`, its bridge serves those links beside UDP. */
	static async start(context: TestContext, serial?: DatagramPort): Promise<TestFleet> {
		const broker = await startBroker('127.0.0.1', 0);
		const udp = await openUdpPort({host: '127.0.0.1', port: 0, log: silentLog});
		const openChannel = createTcpChannelOpener({host: '127.0.0.1', port: broker.port});
		const bridge = createBridge({
			name: 'test', datagrams: serial === undefined ? udp : joinDatagramPorts(udp, serial, serialAddressPrefix), openChannel,
			clock: systemClock, random: systemRandom, log: silentLog,
		});
		const link = createMqttLink({url: `mqtt://127.0.0.1:${broker.port}`, clientId: '_test', log: silentLog});
		context.after(async () => {
			await link.stop();
			await bridge.close();
			await broker.close();
		});
		const fleet = new TestFleet(udp.port, link);
		await new Promise<void>((resolve) => {
			const onMessage = (message: MqttMessage): void => fleet.#onMessage(message);
			link.start({onConnect: () => resolve(), onMessage, onDisconnect: () => {}});
		});
		await link.subscribe([`f/${deviceId}/r`, `f/${deviceId}/g`, `f/${deviceId}/m/+`], 1);
		return fleet;
	}

	/** Publishes a document with these containers; local ids from 1 on. */
	async assign(desiredGeneration: number, containers: readonly Container[]): Promise<void> {
		const document = encodeDocument({
			reportPeriodSeconds: 60,
			wakeIntervalSeconds: 0,
			grants: [{tenant, digest: digest16(grant)}],
			containers: containers.map(({hook, statement}, index) => ({
				localId: index + 1,
				statementDigest: digest16(statement),
				hooks: [{hook, order: 500, parameters: hook === 1 ? [10] : []}],
				parameters: [],
				limits: {instructionsPerRun: 0},
				faultPolicy: {maxFaults: 3, action: 1},
				minRuns: 1,
				minReadySeconds: 0,
			})),
		});
		this.#images.set(deviceId, [document, grant, ...containers.flatMap(({statement, image}) => [statement, image])], 255);
		const head = encodeHead({desiredGeneration, documentDigest: digest16(document), documentBytes: document.length});
		const payload = sealMac0(deviceKey(fleetSecret, deviceId, 0), 'head', head);
		await this.#link.publish(`f/${deviceId}/d`, payload, {qos: 1, retain: true});
	}

	/** The first report, of those so far or later ones, that is as wanted. */
	async report(isWanted: (report: Report) => boolean): Promise<Report> {
		for (;;) {
			const found = this.reports.find(isWanted);
			if (found !== undefined) return found;
			await once(this.events, 'report');
		}
	}

	#onMessage({topic, payload}: MqttMessage): void {
		if (topic.endsWith('/r')) {
			const outcome = this.#sessions.receive(deviceId, 0, payload);
			if (outcome.kind !== 'report') return;
			this.reports.push(outcome.observation.report);
			this.events.emit('report');
		} else if (topic.endsWith('/g')) {
			this.requests++;
			this.events.emit('request');
			const answer = this.#images.answer(deviceId, payload);
			if (answer.kind === 'block') void this.#link.publish(`f/${deviceId}/b`, answer.payload, {qos: 0});
		} else {
			this.events.emit(topic, payload);
		}
	}
}

/** A folder with the keys of the fleet, as `femto keys` writes them; gone after the test. */
export function makeFolder(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-host-device-'));
	context.after(() => rmSync(folder, {recursive: true}));
	mkdirSync(join(folder, 'keys'));
	const rootKey = publicKeyOf(rootSecretKey);
	writeFileSync(join(folder, 'keys', 'root.pub'), `femto-root-public-key ${bytesToHex(rootKey)}\n`);
	writeFileSync(join(folder, 'keys', 'fleet.secret'), `femto-fleet-secret ${bytesToHex(fleetSecret)}\n`);
	writeFileSync(join(folder, 'root'), bytesToHex(rootKey));
	writeFileSync(join(folder, 'key'), bytesToHex(deviceKey(fleetSecret, deviceId, 0)));
	return folder;
}

/** Command line of a device whose state is in `folder`. */
export function deviceCommand(folder: string, bridgePort: number, options: readonly string[] = []): readonly string[] {
	return [
		program, '--id', deviceId, '--bridge', `127.0.0.1:${bridgePort}`, '--key-file', join(folder, 'key'),
		'--root-key-file', join(folder, 'root'), '--flash', join(folder, 'flash'), ...options,
	];
}

/** A process that prints lines. */
export class RunningDevice {
	readonly #child: ChildProcessByStdio<null, Readable, null>;
	readonly #lines: string[] = [];
	readonly #events = new EventEmitter();
	readonly #exit: Promise<unknown[]>;
	/** Lines before are not looked at by `line`. */
	#next = 0;

	constructor(context: TestContext, [command = '', ...args]: readonly string[]) {
		this.#child = spawn(command, args, {stdio: ['ignore', 'pipe', 'inherit']});
		this.#exit = once(this.#child, 'exit');
		const lines = createInterface({input: this.#child.stdout});
		lines.on('line', (line) => {
			this.#lines.push(line);
			this.#events.emit('change');
		});
		lines.on('close', () => this.#events.emit('change'));
		context.after(() => this.#child.kill('SIGKILL'));
	}

	/** The next line that matches; those before it are passed over. Rejects when the output ends without one. */
	async line(pattern: RegExp): Promise<RegExpExecArray> {
		for (;;) {
			while (this.#next < this.#lines.length) {
				const match = pattern.exec(this.#lines[this.#next++] ?? '');
				if (match !== null) return match;
			}
			assert.ok(!this.#child.stdout.readableEnded, `no line ${pattern} in:\n${this.#lines.join('\n')}`);
			await once(this.#events, 'change');
		}
	}

	/** What it says it is assigned, asked for by a signal. */
	async assignment(): Promise<unknown> {
		this.#child.kill('SIGUSR1');
		return JSON.parse((await this.line(/^\{.*/))[0]);
	}

	/** Sends the signal; resolves with exit code and signal when the process has ended. */
	async end(signal: NodeJS.Signals): Promise<unknown[]> {
		this.#child.kill(signal);
		return this.exit();
	}

	exit(): Promise<unknown[]> {
		return this.#exit;
	}
}
