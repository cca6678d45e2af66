import type {FemtoDevice} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {Informer} from '../../runtime/kube/informer.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import type {RealtimeFleet} from '../../simulator/mod.ts';

export interface EnrolmentOptions {
	readonly api: KubeApi;
	readonly nodes: RealtimeFleet['nodes'];
	readonly log: Log;
	readonly signal: AbortSignal;
}

/** No device tells this process that it has connected: it is looked at. */
const lookMs = 50;

/** Resolves when each device is connected and the API knows what it is, or the signal aborts. */
export async function waitForDevices({api, nodes, log, signal}: EnrolmentOptions): Promise<void> {
	const ref = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices'};
	const informer = new Informer<FemtoDevice>({api, ref, clock: systemClock, random: systemRandom, log});
	const done = new AbortController();
	const both = AbortSignal.any([signal, done.signal]);
	const isThere = (name: string): boolean =>
		nodes.get(name)?.device.isConnected() === true && informer.cache.get(name)?.status?.firmware !== undefined;
	const look = (): void => {
		if (both.aborted) {
			return;
		}
		if ([...nodes.keys()].every(isThere)) {
			done.abort();
		} else {
			systemClock.setTimer(lookMs, look);
		}
	};
	look();
	await informer.run(both);
}
