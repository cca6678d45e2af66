import type {CountOrPercent, RolloutStrategy, Wave} from '../rollout/facts.ts';
import type {DeviceView} from './gather.ts';
import type {FemtoContainer, FemtoContainerSpecRolloutWave} from '../../protocol/generated/resources.ts';
import {matchesSelector} from '../../runtime/kube/selectors.ts';

/** The strategy of a spec as the decision takes it; selectors of waves become the devices that they match now. */
export function strategyOf(
	{spec, status}: FemtoContainer, views: readonly DeviceView[], revision: string, failed: boolean,
): RolloutStrategy {
	const {waves, maxUnavailable, maxFailures} = spec.rollout;
	return {
		waves: waves.map(wave => toWave(wave, views)),
		maxUnavailable: toBound(maxUnavailable),
		maxFailures,
		paused: spec.paused,
		completed: status?.currentRevision === revision,
		failed,
	};
}

function toWave(wave: FemtoContainerSpecRolloutWave, views: readonly DeviceView[]): Wave {
	const {count, percent, selector, soakSeconds} = wave;
	if (count !== undefined) {
		return {count, soakSeconds};
	}
	if (percent !== undefined) {
		return {percent, soakSeconds};
	}
	const selected = views.filter(({device}) => matchesSelector(selector ?? {}, device.metadata.labels));
	return {uids: new Set(selected.map(({facts}) => facts.uid)), soakSeconds};
}

function toBound(value: number | string): CountOrPercent {
	return typeof value === 'number' ? {count: value} : {percent: Number.parseInt(value, 10)};
}
