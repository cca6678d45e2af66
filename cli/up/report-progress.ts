import type {FemtoContainer} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {Informer} from '../../runtime/kube/informer.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {isReady, progressLine} from './progress.ts';

export interface ProgressReporter {
	/** Resolves when there are FemtoContainers and each is Ready as of its newest spec. */
	readonly allReady: () => Promise<void>;
	/** The last line of each FemtoContainer. */
	readonly lines: () => readonly string[];
}

export interface ProgressOptions {
	readonly api: KubeApi;
	readonly log: Log;
	readonly signal: AbortSignal;
	readonly say: (line: string, container: FemtoContainer) => void;
}

/** Says one line whenever something worth telling happens to a FemtoContainer, until the signal aborts. */
export function reportProgress({api, log, signal, say}: ProgressOptions): ProgressReporter {
	const ref = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtocontainers'};
	const informer = new Informer<FemtoContainer>({api, ref, clock: systemClock, random: systemRandom, log});
	const lines = new Map<string, string>();
	const waiting = new Set<() => void>();
	const see = (container: FemtoContainer): void => {
		const label = `${container.metadata.namespace}/${container.metadata.name}`;
		const line = progressLine(container);
		if (lines.get(label) !== line) {
			lines.set(label, line);
			say(line, container);
		}
		const containers = informer.cache.list();
		if (containers.length > 0 && containers.every(isReady)) {
			waiting.forEach((resolve) => resolve());
			waiting.clear();
		}
	};
	informer.addHandlers({
		onAdd: see,
		onUpdate: (_old, container) => see(container),
		onDelete: (container) => {
			const {namespace, name} = container.metadata;
			lines.delete(`${namespace}/${name}`);
			say(`${namespace}/${name} deleted`, container);
		},
	});
	void informer.run(signal);
	return {
		allReady: () => new Promise((resolve) => {
			waiting.add(resolve);
		}),
		lines: () => [...lines.values()],
	};
}
