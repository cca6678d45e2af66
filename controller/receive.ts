import type {BridgeLeases} from './bridges.ts';
import type {CountInput} from './counts.ts';
import type {DeviceSessions, ReportNumber} from './device/sessions.ts';
import type {Fleet} from './fleet.ts';
import type {HeadPublisher} from './heads.ts';
import type {ImageServer} from './images.ts';
import type {LastHeard} from './last-heard.ts';
import type {ContainerLogs} from './logs.ts';
import {femtoDevices, type FemtoDevice} from '../protocol/generated/resources.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {isKubeError} from '../runtime/kube/errors.ts';
import type {Log} from '../runtime/log.ts';
import type {MqttLink, MqttMessage} from '../runtime/mqtt.ts';

export interface ReceiverOptions {
	readonly api: KubeApi;
	readonly link: MqttLink;
	readonly log: Log;
	readonly fleet: Fleet;
	readonly sessions: DeviceSessions;
	readonly heads: HeadPublisher;
	readonly images: ImageServer;
	readonly bridges: BridgeLeases;
	readonly logs: ContainerLogs;
	readonly heard: LastHeard;
	/** Labels of a device that enrols. */
	readonly deviceLabels: Readonly<Record<string, string>>;
	readonly enqueueDevice: (name: string) => void;
	readonly count: CountInput;
	/** Asks a device to prove that an old report was its own. */
	readonly challengeDevice: (name: string) => void;
}

/** What the controller subscribes to. */
export const filters = ['f/+/r', 'f/+/g', 'f/+/d', 'f/+/l', 'f/bridge/+'] as const;

const deviceId = /^[a-z0-9-]{1,23}$/;
/** Key number of a device that has no FemtoDevice yet: the default of its spec. */
const firstKeyNumber = 0;

/** Brings what arrives from the broker to where it belongs. */
export class Receiver {
	readonly #options: ReceiverOptions;
	/** Devices whose FemtoDevice is being created. */
	readonly #enrolling = new Map<string, Promise<void>>();

	constructor(options: ReceiverOptions) {
		this.#options = options;
	}

	receive({topic, payload}: MqttMessage): void {
		const [root, id = '', suffix = ''] = topic.split('/');
		if (root === 'f' && id === 'bridge') {
			this.#options.bridges.seen(suffix, payload);
			return;
		}
		if (root !== 'f' || !deviceId.test(id)) {
			this.#options.count('unroutable');
			return;
		}
		switch (suffix) {
			case 'r':
				return this.#onSlice(id, payload);
			case 'g':
				return this.#onRequest(id, payload);
			case 'l':
				this.#options.heard.note(id, 'log');
				return this.#options.logs.receive(id, payload);
			case 'd':
				return this.#options.heads.seen(id, payload);
			default:
				this.#options.count('unroutable');
		}
	}

	/** Resolves when nothing is being created any more. */
	async stop(): Promise<void> {
		await Promise.all(this.#enrolling.values());
	}

	#onSlice(id: string, payload: Uint8Array): void {
		const {fleet, sessions, enqueueDevice, log, count, heard} = this.#options;
		const device = fleet.devices.get(id);
		const outcome = sessions.receive(id, device?.spec.keyNumber ?? firstKeyNumber, payload, lastReportOf(device));
		heard.note(id, outcome.kind === 'report' ? 'report' : 'slice');
		switch (outcome.kind) {
			case 'incomplete':
				return;
			case 'duplicate':
				count(outcome.kind);
				return;
			case 'report':
				return device === undefined ? this.#enrol(id) : enqueueDevice(id);
			default:
				count(outcome.kind);
				log.warn('report not used', {device: id, reason: outcome.kind});
		}
		if (outcome.kind === 'replay') {
			this.#options.challengeDevice(id);
		}
	}

	#onRequest(id: string, payload: Uint8Array): void {
		const {images, link, log, count, heard} = this.#options;
		heard.note(id, 'blockRequest');
		const answer = images.answer(id, payload);
		if (answer.kind !== 'block') {
			count(answer.kind);
			return;
		}
		if (!answer.available) {
			count('unavailable');
		}
		// QoS 0: a block that is lost is asked for again.
		link.publish(`f/${id}/b`, answer.payload, {qos: 0}).catch((error: unknown) => {
			log.debug('block not sent', {device: id, error: String(error)});
		});
	}

	/** The first authentic report of an unknown device makes its FemtoDevice; a failure is made good by the next one. */
	#enrol(id: string): void {
		if (this.#enrolling.has(id)) {
			return;
		}
		const enrolment = this.#create(id)
			.catch((error: unknown) => this.#options.log.error('device not enrolled', {device: id, error: String(error)}))
			.finally(() => this.#enrolling.delete(id));
		this.#enrolling.set(id, enrolment);
	}

	async #create(id: string): Promise<void> {
		const {api, deviceLabels, log} = this.#options;
		const device = {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: id, labels: deviceLabels}, spec: {},
		} as const;
		try {
			// Defaults of the schema fill the spec.
			await api.create<FemtoDevice>(femtoDevices, device as unknown as FemtoDevice);
			log.info('device enrolled', {device: id});
		} catch (error) {
			if (!isKubeError(error, 'AlreadyExists')) {
				throw error;
			}
		}
	}
}

function lastReportOf(device: FemtoDevice | undefined): ReportNumber | undefined {
	const {report, acceptedGeneration = 0} = device?.status ?? {};
	return report === undefined ? undefined : {...report, acceptedGeneration};
}
