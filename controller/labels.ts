import {formatSelector} from '../runtime/kube/selectors.ts';
import type {LabelSelector} from '../runtime/kube/types.ts';

type Labels = Readonly<Record<string, string>>;

/** As kubectl writes it. */
export function printSelector(selector: LabelSelector): string {
	return formatSelector(selector) || '<everything>';
}

/** The labels that `objects` carry, `key=value` each once and sorted, at most `limit` of them. */
export function printLabels(objects: readonly (Labels | undefined)[], limit: number): string {
	const pairs = new Set(objects.flatMap(labels => Object.entries(labels ?? {}).map(([k, v]) => `${k}=${v}`)));
	const sorted = [...pairs].toSorted();
	const shown = sorted.slice(0, limit).join(', ');
	return sorted.length > limit ? `${shown}, …` : shown;
}
