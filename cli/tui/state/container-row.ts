import type {FemtoContainer} from '../../../protocol/generated/resources.ts';
import {findCondition} from '../../../runtime/kube/conditions.ts';
import type {Mark} from './mark.ts';
import {memoOf} from './memo.ts';

/** A FemtoContainer as a list shows it. */
export interface ContainerRow {
	/** `namespace/name`. */
	readonly key: string;
	readonly mark: Mark;
	/** One CamelCase word. */
	readonly word: string;
	/** One phrase. */
	readonly reason: string;
	/** `2/3`, or empty. */
	readonly wave: string;
	readonly counts: Counts;
	readonly labels: Readonly<Record<string, string>>;
	/** What a filter looks at. */
	readonly text: string;
}

export interface Counts {
	readonly matched: number;
	readonly ready: number;
	readonly failed: number;
	readonly asleep: number;
	readonly late: number;
	readonly lost: number;
	readonly notFit: number;
}

interface Verdict {
	readonly mark: Mark;
	readonly word: string;
	readonly reason: string;
}

const noCounts: Counts = {matched: 0, ready: 0, failed: 0, asleep: 0, late: 0, lost: 0, notFit: 0};

/** Reasons of Reconciling that are a wait for time, devices or bytes, not work under way. */
const waits: ReadonlySet<string> = new Set([
	'Soaking', 'NoInventory', 'Cordoned', 'NoDevices', 'ConfigMapNotFound', 'BytesMissing', 'DigestMismatch',
]);

export const containerRow: (container: FemtoContainer) => ContainerRow = memoOf((container) => {
	const {metadata: {namespace = '', name, labels = {}}, status} = container;
	const verdict = judge(container);
	const key = `${namespace}/${name}`;
	const wave = status?.wave;
	return {
		key,
		...verdict,
		wave: wave === undefined ? '' : `${wave.index}/${wave.of}`,
		counts: status?.counts ?? noCounts,
		labels,
		text: `${key} ${verdict.word} ${verdict.reason}`,
	};
});

/** In the order of kstatus: deletion, a change not seen yet, the abnormal conditions, Ready. */
function judge({metadata, spec, status}: FemtoContainer): Verdict {
	const condition = (type: string) => {
		const found = findCondition(status?.conditions, type);
		return found?.status === 'True' ? found : undefined;
	};
	if (metadata.deletionTimestamp !== undefined) {
		return {mark: 'busy', word: 'Terminating', reason: 'being deleted'};
	}
	const ready = findCondition(status?.conditions, 'Ready');
	if (ready === undefined || status?.observedGeneration === undefined) {
		return {mark: 'unknown', word: 'Unknown', reason: 'no controller has looked at it yet'};
	}
	if (status.observedGeneration < (metadata.generation ?? 0)) {
		return {mark: 'busy', word: 'Changed', reason: 'the controller has not seen the newest change yet'};
	}
	const stalled = condition('Stalled');
	if (stalled !== undefined) return {mark: 'bad', word: stalled.reason, reason: stalled.message};
	const degraded = condition('Degraded');
	if (degraded !== undefined) return {mark: 'warning', word: 'Degraded', reason: degraded.message};
	const {reason, message} = ready;
	if (spec.paused && reason === 'Paused') return {mark: 'paused', word: 'Paused', reason: message};
	const outlook = spec.paused ? `${message}, paused: a change would wait` : message;
	if (ready.status === 'True') return {mark: 'good', word: 'Ready', reason: outlook};
	return {mark: waits.has(reason) ? 'waiting' : 'busy', word: reason, reason: message};
}

/** Whether waiting any longer is in vain: `ready` as it should be, `failed` for good, else undefined. */
export function verdictOf(container: FemtoContainer): 'ready' | 'failed' | undefined {
	const {mark, word} = containerRow(container);
	if (mark === 'bad') return 'failed';
	const ready = findCondition(container.status?.conditions, 'Ready');
	return (mark === 'good' || word === 'Degraded') && ready?.status === 'True' ? 'ready' : undefined;
}
