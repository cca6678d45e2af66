import type {DeviceReconciler} from '../device/reconcile.ts';
import {explainDevice, type Explanation, type LiveFacts, type LiveInputs} from '../explain/explain.ts';
import type {Fleet} from '../fleet.ts';
import type {ImageServer} from '../images.ts';
import type {LastHeard} from '../last-heard.ts';
import type {FemtoDevice} from '../../protocol/generated/resources.ts';
import type {Clock} from '../../runtime/clock.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

export interface LiveParts {
	readonly clock: Clock;
	readonly fleet: Fleet;
	readonly devices: DeviceReconciler;
	readonly images: ImageServer;
	readonly heard: LastHeard;
}

/**
 * Why a device is not where it should be, by what it has said last: its status in the API leaves out states that pass.
 * Everything else stands as the controller decides on it. Undefined when there is no such device.
 */
export function explainLive({clock, fleet, devices, images, heard}: LiveParts, name: string): Explanation | undefined {
	const device = devices.live(name);
	if (device === undefined) {
		return undefined;
	}
	const facts: LiveFacts = {
		inputs: liveInputs(device, heard),
		transferOf: ({container: {namespace}, revision: revisionName}) => {
			const revision = fleet.revision(namespace, revisionName);
			if (revision === undefined) {
				return undefined;
			}
			const image = images.progressOf(name, revision.imageBytes);
			const statement = images.progressOf(name, revision.statementBytes);
			return image !== undefined ? {object: 'image', ...image}
				: statement === undefined ? undefined : {object: 'statement', ...statement};
		},
	};
	return explainDevice(fleet.showing(device), name, clock.now(), facts);
}

/** A report is late after 1.5 times its interval (device/liveness.ts). */
function liveInputs({metadata, status}: FemtoDevice, lastHeard: LastHeard): LiveInputs {
	const heard = lastHeard.of(metadata.name);
	const isLate = findCondition(status?.conditions, 'Lost')?.status === 'Unknown' && status?.report !== undefined;
	const [lastMs, nextMs] = [Date.parse(status?.lastReportTime ?? ''), Date.parse(status?.nextReportTime ?? '')];
	return {
		...(heard === undefined ? {} : {lastHeard: {kind: heard.kind, time: new Date(heard.timeMs).toISOString()}}),
		...(isLate ? {lateSinceTime: new Date(nextMs + (nextMs - lastMs) / 2).toISOString()} : {}),
	};
}
