import {sha256} from '@noble/hashes/sha2.js';
import {bytesToHex, utf8ToBytes} from '@noble/hashes/utils.js';
import type {RolloutDevice} from './facts.ts';

/**
 * Place of a device in the order of one container: fixed for both lives, and another for every container, so that it
 * is not always the same device that goes first. 16 hexadecimal digits.
 */
export function rankKey(containerUid: string, deviceUid: string): string {
	return bytesToHex(sha256(utf8ToBytes(`${containerUid}/${deviceUid}`)).subarray(0, 8));
}

/** The order in which devices move: those always awake first, because they answer at once, then by rank key. */
export function rankDevices(devices: readonly RolloutDevice[]): readonly RolloutDevice[] {
	return devices.toSorted(compareRank);
}

function compareRank(left: RolloutDevice, right: RolloutDevice): number {
	if (left.alwaysAwake !== right.alwaysAwake) {
		return left.alwaysAwake ? -1 : 1;
	}
	return compareText(left.rankKey, right.rankKey) || compareText(left.uid, right.uid);
}

function compareText(left: string, right: string): number {
	if (left === right) {
		return 0;
	}
	return left < right ? -1 : 1;
}
