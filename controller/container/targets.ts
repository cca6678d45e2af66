import type {Target} from '../device/assign.ts';
import type {Targets} from '../fleet.ts';
import type {DeviceView} from './gather.ts';
import type {Revision} from './revision.ts';
import type {FemtoContainer, FemtoDevice} from '../../protocol/generated/resources.ts';
import {matchesSelector} from '../../runtime/kube/selectors.ts';

/** Who shall run what from now on: devices that match and no others; those not chosen keep the revision they have. */
export function chooseTargets(
	container: FemtoContainer, revision: Revision, views: readonly DeviceView[], assign: readonly string[],
): Targets {
	const chosen = new Set(assign);
	const goal = makeTarget(container, revision.name, revision.digest);
	return new Map(views.flatMap(({device, entry, facts, fit}): [string, Target][] => {
		const {name} = device.metadata;
		const started = facts.progress.kind !== 'notStarted' && fit.fits;
		if (started || chosen.has(facts.uid)) {
			return [[name, goal]];
		}
		return entry === undefined ? [] : [[name, makeTarget(container, entry.revision, entry.statementDigest)]];
	}));
}

/** While the newest spec can't be run, devices that still match keep what they have. */
export function keepTargets(container: FemtoContainer, devices: readonly FemtoDevice[]): Targets {
	const {deviceSelector} = container.spec;
	return new Map(devices.flatMap(({metadata, status}): [string, Target][] => {
		const entry = status?.assigned?.find(assigned => assigned.container.uid === container.metadata.uid);
		return entry === undefined || !matchesSelector(deviceSelector, metadata.labels)
			? [] : [[metadata.name, makeTarget(container, entry.revision, entry.statementDigest)]];
	}));
}

function makeTarget({metadata}: FemtoContainer, revision: string, statementDigest: string): Target {
	const {namespace = '', name, uid = ''} = metadata;
	return {namespace, name, uid, revision, statementDigest};
}
