import type {FemtoDevice} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {Informer} from '../../runtime/kube/informer.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';

export interface EnrolmentOptions {
	readonly api: KubeApi;
	readonly count: number;
	readonly log: Log;
	readonly signal: AbortSignal;
	/** What a kept store says of devices of an earlier run does not count. Whole seconds since the Unix epoch, in ms. */
	readonly sinceMs: number;
}

/** Resolves when `count` devices have reported what they are since then, or the signal aborts. */
export async function waitForDevices({api, count, log, signal, sinceMs}: EnrolmentOptions): Promise<void> {
	const ref = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices'};
	const informer = new Informer<FemtoDevice>({api, ref, clock: systemClock, random: systemRandom, log});
	const done = new AbortController();
	const both = AbortSignal.any([signal, done.signal]);
	const look = (): void => {
		const enrolled = informer.cache.list().filter(({status}) =>
			status?.firmware !== undefined && Date.parse(status.lastReportTime ?? '') >= sinceMs);
		if (enrolled.length >= count) {
			done.abort();
		}
	};
	informer.addHandlers({onAdd: look, onUpdate: look});
	if (count > 0) {
		await informer.run(both);
	}
}
