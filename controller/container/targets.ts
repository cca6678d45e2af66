import type {Assigned, Target} from '../device/assign.ts';
import type {Targets} from '../fleet.ts';
import type {DeviceView, Goal} from './gather.ts';
import type {FemtoContainer, FemtoDevice} from '../../protocol/generated/resources.ts';
import {matchesSelector} from '../../runtime/kube/selectors.ts';

/** Who shall run what from now on: devices that match and no others; those not chosen keep the revision they have. */
export function chooseTargets(
	{container, revision, attempt}: Goal, views: readonly DeviceView[], assign: readonly string[],
): Targets {
	const chosen = new Set(assign);
	const goal = makeTarget(container, {revision: revision.name, statementDigest: revision.digest, attempt});
	return new Map(views.flatMap(({device, entry, facts, fit, pending}): [string, Target][] => {
		const {name} = device.metadata;
		if ((pending && fit.fits) || chosen.has(facts.uid)) {
			return [[name, goal]];
		}
		return entry === undefined ? [] : [[name, makeTarget(container, entry)]];
	}));
}

/** While the newest spec can't be run, devices that still match keep what they have. */
export function keepTargets(container: FemtoContainer, devices: readonly FemtoDevice[]): Targets {
	const {deviceSelector} = container.spec;
	return new Map(devices.flatMap(({metadata, status}): [string, Target][] => {
		const entry = status?.assigned?.find(assigned => assigned.container.uid === container.metadata.uid);
		return entry === undefined || !matchesSelector(deviceSelector, metadata.labels)
			? [] : [[metadata.name, makeTarget(container, entry)]];
	}));
}

type Choice = Pick<Assigned, 'revision' | 'statementDigest' | 'attempt'>;

function makeTarget({metadata}: FemtoContainer, {revision, statementDigest, attempt = 0}: Choice): Target {
	const {namespace = '', name, uid = ''} = metadata;
	return {namespace, name, uid, revision, statementDigest, attempt};
}
