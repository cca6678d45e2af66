import assert from 'node:assert/strict';
import {openStore, type Store} from '../../../apiserver/mod.ts';
import {createController, type Controller, type ControllerOptions} from '../../../controller/mod.ts';
import {bytesToHex, publicKeyOf, sha256} from '../../../protocol/crypto.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import type {Grant} from '../../../protocol/generated/messages.ts';
import {
	femtoContainers, femtoDevices, femtoTenants, type FemtoContainer, type FemtoDevice, type FemtoTenant,
} from '../../../protocol/generated/resources.ts';
import {signGrant} from '../../../protocol/grant.ts';
import {packImage} from '../../../protocol/image/pack.ts';
import type {Program} from '../../../protocol/image/program.ts';
import {signStatement, type Statement} from '../../../protocol/statement.ts';
import type {KubeApi} from '../../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';
import {silentLog} from '../../../runtime/log.ts';
import type {MqttLink} from '../../../runtime/mqtt.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';
import {MemoryBroker} from './memory-link.ts';
import {ScriptedDevice, type ScriptedDeviceOptions} from './scripted-device.ts';

export const namespace = 'plant-a';
const fleetSecret = new Uint8Array(32).fill(1);
const rootSecret = new Uint8Array(32).fill(2);
export const tenantSecret = new Uint8Array(32).fill(3);
export const strangerSecret = new Uint8Array(32).fill(4);

export const events: ResourceRef = {group: '', version: 'v1', plural: 'events', namespace};

/** `mov r0, 0; exit`, with one parameter. */
const program: Program = {
	hooks: [{id: 1, offset: 0}],
	text: Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0),
	rodata: new Uint8Array(0), data: new Uint8Array(0), bssSize: 16, stackSize: 64,
	parameters: [{name: 'window', default: 10, min: 1, max: 100}],
};

export const fullGrant: Grant = {
	tenant: 7, namespace, sequence: 1, keys: [publicKeyOf(tenantSecret)], hooks: [1, 2, 3], permissions: 0b1111_1110,
	quotas: {containers: 4, ramBytes: 4096, instructionsPerRun: 100_000, keys: 8},
};

export interface Signed {
	readonly statement: Uint8Array;
	readonly image: Uint8Array;
	readonly digest: string;
}

/** Image and statement of a container, signed by the tenant unless `secret` says otherwise. */
export function sign(changes: Partial<Statement> & {readonly program?: Partial<Program>} = {}, secret = tenantSecret): Signed {
	const {program: programChanges, ...statementChanges} = changes;
	const packed = packImage({...program, ...programChanges});
	assert.ok(packed.ok);
	const image = packed.value;
	const statement = signStatement(secret, {
		tenant: 7, container: 'vibration', sequence: 1, imageDigest: sha256(image), imageBytes: image.length, hooks: [1],
		permissions: 0b10, resources: {stackBytes: 64, dataBytes: 16, instructionsPerRun: 20_000}, ...statementChanges,
	});
	return {statement, image, digest: `sha256:${bytesToHex(sha256(statement))}`};
}

export interface ContainerChanges {
	readonly name?: string;
	readonly spec?: Partial<Omit<FemtoContainer['spec'], 'rollout'>> & {
		readonly rollout?: Partial<FemtoContainer['spec']['rollout']>;
	};
}

/** The embedded store, a broker, a controller, and virtual time for all of them. */
export class Fixture {
	readonly scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	readonly broker = new MemoryBroker(this.scheduler.clock);
	readonly store: Store = openStore({
		path: ':memory:', clock: this.scheduler.clock, random: this.scheduler.random('store'), crds,
	});
	readonly writes: {readonly plural: string; readonly name: string}[] = [];
	readonly api: KubeApi = countWrites(this.store, this.writes);
	link = this.broker.link();
	controller: Controller;
	readonly #options: ControllerOptions;

	constructor(options: ControllerOptions = {}) {
		this.#options = {deviceLabels: {class: 'pump'}, ...options};
		this.controller = this.#makeController();
	}

	/** Namespace, tenant, running controller. */
	async start({grant = fullGrant}: {readonly grant?: Grant | 'none'} = {}): Promise<void> {
		await this.#createNamespace(namespace);
		if (grant !== 'none') {
			await this.createTenant(grant);
		}
		await this.#begin();
	}

	/** Another controller process over the same store and broker. */
	async restart(): Promise<void> {
		await this.controller.stop();
		this.link = this.broker.link();
		this.controller = this.#makeController();
		await this.#begin();
	}

	async stop(): Promise<void> {
		const stopping = this.controller.stop();
		await this.run(100);
		await stopping;
		this.store.close();
	}

	run(milliseconds: number): Promise<unknown> {
		return this.scheduler.run({withinMs: milliseconds});
	}

	device(id: string, options: Partial<ScriptedDeviceOptions> = {}): ScriptedDevice {
		const {broker, scheduler: {clock}} = this;
		const device = new ScriptedDevice({id, broker, clock, fleetSecret, keyNumber: 0, ...options});
		device.start();
		return device;
	}

	async createTenant(grant: Grant, changes: Partial<FemtoTenant['spec']> = {}, secret = rootSecret): Promise<void> {
		const signed = Buffer.from(signGrant(secret, grant)).toString('base64');
		await this.store.create(femtoTenants, {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoTenant', metadata: {name: `tenant-${grant.tenant}`},
			spec: {namespace: grant.namespace, deviceSelector: {}, grant: signed, ...changes},
		} satisfies FemtoTenant);
	}

	async createConfigMap(name: string, binaryData: Readonly<Record<string, Uint8Array>>): Promise<void> {
		const encoded = Object.entries(binaryData).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]);
		await this.store.create<KubeObject>({group: '', version: 'v1', plural: 'configmaps', namespace}, {
			apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace},
			binaryData: Object.fromEntries(encoded) as unknown,
		} as KubeObject);
	}

	/** ConfigMap and FemtoContainer, as an apply would bring them. */
	async apply(signed: Signed, changes: ContainerChanges = {}): Promise<void> {
		const {name = 'vibration'} = changes;
		const configMap = `${name}-${signed.digest.slice(7, 15)}`;
		await this.createConfigMap(configMap, {statement: signed.statement, image: signed.image});
		await this.applyContainer(configMap, signed.digest, changes);
	}

	async applyContainer(configMap: string, digest: string, {name = 'vibration', spec = {}}: ContainerChanges = {}): Promise<void> {
		const {rollout, ...others} = spec;
		const wanted = {
			deviceSelector: {matchLabels: {class: 'pump'}}, image: {digest, configMap: {name: configMap}}, minReadySeconds: 1,
			...others, rollout: {maxUnavailable: '100%', ...rollout},
		};
		const ref = {...femtoContainers, namespace};
		const known = (await this.store.list<FemtoContainer>(ref)).items.some(({metadata}) => metadata.name === name);
		if (known) {
			await this.store.patch<FemtoContainer>(ref, name, {spec: wanted});
			return;
		}
		await this.store.create(ref, {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', metadata: {name, namespace}, spec: wanted,
		} as unknown as FemtoContainer);
	}

	async deleteContainer(name = 'vibration'): Promise<void> {
		await this.store.delete({...femtoContainers, namespace}, name);
	}

	container(name = 'vibration'): Promise<FemtoContainer> {
		return this.store.get<FemtoContainer>({...femtoContainers, namespace}, name);
	}

	fleetDevice(name: string): Promise<FemtoDevice> {
		return this.store.get<FemtoDevice>(femtoDevices, name);
	}

	tenant(name: string): Promise<FemtoTenant> {
		return this.store.get<FemtoTenant>(femtoTenants, name);
	}

	/** `type/reason` of the conditions that are True, and of Ready whatever it is. */
	async conditions(name = 'vibration'): Promise<readonly string[]> {
		const {status} = await this.container(name);
		return (status?.conditions ?? []).filter(({type, status: value}) => type === 'Ready' || value === 'True')
			.map(({type, status: value, reason}) => `${type}=${value}/${reason}`);
	}

	async message(name = 'vibration'): Promise<string> {
		const {status} = await this.container(name);
		return status?.conditions?.find(({type}) => type === 'Ready')?.message ?? '';
	}

	/** `reason: message` of the events in the namespace. */
	async told(): Promise<readonly string[]> {
		const list = await this.store.list<KubeObject & {readonly reason: string; readonly message: string}>(events);
		return list.items.map(({reason, message}) => `${reason}: ${message}`);
	}

	/** One more controller over the same store and broker, not started. */
	addController(options: ControllerOptions): Controller {
		return this.#createController(this.broker.link(), options);
	}

	#makeController(): Controller {
		return this.#createController(this.link, this.#options);
	}

	#createController(link: MqttLink, options: ControllerOptions): Controller {
		const {api, scheduler} = this;
		return createController({
			api, link, clock: scheduler.clock, random: scheduler.random('controller'), log: silentLog, fleetSecret,
			rootPublicKey: publicKeyOf(rootSecret), options,
		});
	}

	async #begin(): Promise<void> {
		const starting = this.controller.start();
		await this.run(100);
		await starting;
	}

	async #createNamespace(name: string): Promise<void> {
		await this.store.create<KubeObject>(
			{group: '', version: 'v1', plural: 'namespaces'}, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	}
}

/** The API as the controller sees it, with a list of what it writes. */
function countWrites(store: Store, writes: {readonly plural: string; readonly name: string}[]): KubeApi {
	const note = (ref: ResourceRef, name: string): void => {
		writes.push({plural: ref.plural, name});
	};
	return {
		get: (ref, name) => store.get(ref, name),
		list: (ref, options) => store.list(ref, options),
		watch: (ref, options) => store.watch(ref, options),
		create: (ref, object, options) => {
			note(ref, object.metadata.name);
			return store.create(ref, object, options);
		},
		replace: (ref, object, options) => {
			note(ref, object.metadata.name);
			return store.replace(ref, object, options);
		},
		patch: (ref, name, patch, options) => {
			note(ref, name);
			return store.patch(ref, name, patch, options);
		},
		delete: (ref, name, options) => {
			note(ref, name);
			return store.delete(ref, name, options);
		},
	};
}
