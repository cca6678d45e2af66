import {BridgeLeases} from './bridges.ts';
import {ContainerReconciler} from './container/reconcile.ts';
import {InputTally} from './counts.ts';
import {openHead} from './device/document.ts';
import {DeviceReconciler} from './device/reconcile.ts';
import {DeviceSessions} from './device/sessions.ts';
import {Fleet} from './fleet.ts';
import {HeadPublisher} from './heads.ts';
import {ImageServer} from './images.ts';
import {LastHeard} from './last-heard.ts';
import {ContainerLogs} from './logs.ts';
import {KeyedWork} from './queues.ts';
import {Receiver} from './receive.ts';
import {changeHandlers} from './route.ts';
import {reconcileTenant} from './tenant/reconcile.ts';
import {judgeByKey} from './tenant/registry.ts';
import {Watches} from './watch.ts';
import type {Clock} from '../runtime/clock.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {EventRecorder} from '../runtime/kube/event-recorder.ts';
import type {Log} from '../runtime/log.ts';
import type {MqttLink} from '../runtime/mqtt.ts';
import type {Random} from '../runtime/random.ts';

export interface ControllerParts {
	readonly api: KubeApi;
	readonly link: MqttLink;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Device keys are derived from it; 32 bytes. */
	readonly fleetSecret: Uint8Array;
	/** Ed25519 public key of the fleet root, which signs grants; 32 bytes. */
	readonly rootPublicKey: Uint8Array;
	readonly options?: ControllerOptions;
}

export interface ControllerOptions {
	/** Time between two reports of a device when nothing changes; 60 by default, at most 86,400. */
	readonly reportPeriodSeconds?: number;
	/** Labels of a device that enrols; none by default. */
	readonly deviceLabels?: Readonly<Record<string, string>>;
	/** Namespace of Leases; `femtofleet` by default. */
	readonly namespace?: string;
	/** Stand for election first, and stop when leadership is lost. Without it there must be one controller only. */
	readonly election?: {readonly identity: string};
}

export const defaultNamespace = 'femtofleet';
const deviceWorkers = 8;
const containerWorkers = 2;

export type Machine = ReturnType<typeof buildMachine>;

/** Makes every part and joins them; starts nothing. */
export function buildMachine({api, link, clock, random, log, fleetSecret, rootPublicKey, options = {}}: ControllerParts) {
	const {reportPeriodSeconds = 60, deviceLabels = {}, namespace = defaultNamespace} = options;
	const watches = new Watches({api, clock, random, log});
	const fleet = new Fleet(watches.caches, judgeByKey(rootPublicKey), reportPeriodSeconds);
	const sessions = new DeviceSessions(clock, fleetSecret);
	const tally = new InputTally();
	const count = tally.add;
	const heads = new HeadPublisher(link, clock, log, count, (name, head) => {
		const device = fleet.devices.get(name);
		return device && openHead(sessions.keyOf(name, device.spec.keyNumber), head)?.desiredGeneration;
	});
	const images = new ImageServer(clock);
	const logs = new ContainerLogs({clock, fleet, count});
	const heard = new LastHeard(clock, name => fleet.devices.get(name) !== undefined);
	const bridges = new BridgeLeases({api, clock, namespace, log, count});
	const events = new EventRecorder({api, component: 'femto-controller', clock, random, log});
	const enqueueDevice = (name: string): void => deviceWork.add(name);
	const enqueueContainer = (key: string): void => containerWork.add(key);
	const containers = new ContainerReconciler({
		api, clock, fleet, heads, events, count, enqueueDevice, enqueueContainer,
		isBeingAssigned: uid => devices.isAssigning(uid),
	});
	const devices = new DeviceReconciler({api, clock, fleet, sessions, heads, images, events, reportPeriodSeconds});
	const deviceWork: KeyedWork = new KeyedWork({
		name: 'devices', clock, log, workers: deviceWorkers,
		reconcile: name => {
			if (fleet.devices.get(name) === undefined) {
				logs.forget(name);
				heard.forget(name);
			}
			return devices.reconcile(name);
		},
	});
	const containerWork: KeyedWork = new KeyedWork({
		name: 'containers', clock, log, workers: containerWorkers, quietUntilMs: key => containers.quietUntilMs(key),
		reconcile: key => containers.reconcile(key),
	});
	const tenantWork = new KeyedWork({
		name: 'tenants', clock, log, workers: 1,
		reconcile: async name => {
			await reconcileTenant({api, clock, tenants: watches.tenants, registry: fleet.tenants, events, count}, name);
			return undefined;
		},
	});
	const receiver = new Receiver({
		api, link, log, fleet, sessions, heads, images, bridges, logs, heard, count, deviceLabels, enqueueDevice,
		challengeDevice: name => {
			devices.challenge(name);
			deviceWork.add(name);
		},
	});
	const handlers = changeHandlers({
		fleet, addContainer: enqueueContainer, addDevice: enqueueDevice, addTenant: name => tenantWork.add(name),
		forgetContainer: container => containers.forget(container),
	});
	return {
		watches, tally, fleet, heads, images, bridges, logs, heard, devices, events, receiver, handlers,
		works: [tenantWork, containerWork, deviceWork],
	};
}
