import type {FemtoContainer, FemtoContainerStatusCounts} from '../../protocol/generated/resources.ts';

/** One line about a FemtoContainer for the user; the same line again means that nothing to tell has happened. */
export function progressLine(container: FemtoContainer): string {
	const {metadata: {namespace, name, generation, deletionTimestamp}, status} = container;
	const label = `${namespace}/${name}`;
	if (deletionTimestamp !== undefined) {
		return `${label} Terminating`;
	}
	const counts = status?.counts;
	if (isReady(container) && counts !== undefined) {
		return `${label} Ready ${counts.ready}/${counts.matched}`;
	}
	if (status?.observedGeneration !== generation) {
		return `${label} Pending`;
	}
	const conditions = status?.conditions ?? [];
	const active = conditions.find(({type, status: value}) => value === 'True' && (type === 'Stalled' || type === 'Reconciling'));
	const ready = active ?? conditions.find(({type}) => type === 'Ready');
	const wave = status?.wave === undefined ? '' : ` wave ${status.wave.index}/${status.wave.of}`;
	return `${label} ${active?.type ?? 'Waiting'}${wave}${countsText(counts)}: ${ready?.message ?? 'no status yet'}`;
}

/** Ready as of the newest spec. */
export function isReady({metadata, status}: FemtoContainer): boolean {
	const condition = status?.conditions?.find(({type}) => type === 'Ready');
	return status?.observedGeneration === metadata.generation && condition?.status === 'True';
}

/** Cannot become Ready without the user. */
export function isStalled({metadata, status}: FemtoContainer): boolean {
	return status?.observedGeneration === metadata.generation
		&& status?.conditions?.some(({type, status: value}) => type === 'Stalled' && value === 'True') === true;
}

function countsText(counts: FemtoContainerStatusCounts | undefined): string {
	return counts === undefined ? '' : ` ${counts.ready}/${counts.matched} ready`;
}
