import {helpers} from '../protocol/schema/helpers.ts';
import {hooks} from '../protocol/schema/hooks.ts';
import {containersMax, documentBytesMax} from '../protocol/schema/messages.ts';

/**
 * Whether a device can run a container: checked before anything is sent to it. The device checks the same again and
 * does not trust the answer; here it saves a transfer and tells the operator at once. Pure.
 */
export type Fit = {readonly fits: true} | Misfit;

export interface Misfit {
	readonly fits: false;
	readonly reason: FitReason;
	/** One phrase with the numbers compared. */
	readonly message: string;
}

export type FitReason =
	| 'NoInventory' | 'NotInTenant' | 'HookUnavailable' | 'HelperUnavailable' | 'NotGranted' | 'BudgetTooHigh'
	| 'NoRam' | 'NoFlash' | 'BelowFloor' | 'QuotaExceeded' | 'ContainerTaken' | 'TooManyContainers' | 'DocumentFull';

/** What a container asks for: from its statement and image, narrowed by its spec. */
export interface ContainerNeed {
	/** Hook ids it is attached to. */
	readonly hooks: readonly number[];
	/** Bit n stands for helper number n. */
	readonly permissions: number;
	/** Text, data and stack while it runs. */
	readonly ramBytes: number;
	/** Data and stack: what a tenant's quota counts. */
	readonly quotaRamBytes: number;
	/** Statement and image as stored. */
	readonly flashBytes: number;
	readonly instructionsPerRun: number;
	readonly sequence: number;
}

/** What the fleet root allows a tenant, as far as it matters here. */
export interface Allowance {
	readonly tenant: number;
	readonly hooks: readonly number[];
	readonly permissions: number;
	readonly quotas: {
		readonly containers: number;
		readonly ramBytes: number;
		readonly instructionsPerRun: number;
	};
}

/** What a device offers and already has to do. */
export interface DeviceOffer {
	readonly hooks: readonly number[];
	readonly helpers: number;
	/** What is left for this container: free now, without what others assigned still need, with what it gives back. */
	readonly freeRamBytes: number;
	readonly freeFlashBytes: number;
	readonly containersLimit: number;
	readonly documentLimitBytes: number;
	/** Other containers assigned to the device. */
	readonly containers: number;
	/** Other containers of the same tenant on the device, and their data and stack. */
	readonly tenantContainers: number;
	readonly tenantRamBytes: number;
	/** The FemtoContainer, `namespace/name`, that has the statement's container on this device already. */
	readonly takenBy?: string;
	/** Lowest sequence that the device still runs of this container, as far as what it runs now tells. */
	readonly floor: number;
	/** Size of the document with this container in it. */
	readonly documentBytes: number;
}

/** Whether the grant covers what the container asks for; the same on every device. */
export function checkGrant(need: ContainerNeed, grant: Allowance): Fit {
	const hook = need.hooks.find(id => !grant.hooks.includes(id));
	if (hook !== undefined) {
		return misfit('NotGranted', `hook ${hookName(hook)} is not granted to tenant ${grant.tenant}`);
	}
	const helper = firstMissing(need.permissions, grant.permissions);
	if (helper !== undefined) {
		return misfit('NotGranted', `helper ${helperName(helper)} is not granted to tenant ${grant.tenant}`);
	}
	if (need.instructionsPerRun > grant.quotas.instructionsPerRun) {
		return misfit('BudgetTooHigh',
			`${need.instructionsPerRun} instructions a run, ${grant.quotas.instructionsPerRun} granted`);
	}
	if (need.quotaRamBytes > grant.quotas.ramBytes) {
		return misfit('QuotaExceeded', `${need.quotaRamBytes} bytes of RAM, ${grant.quotas.ramBytes} granted`);
	}
	return {fits: true};
}

/** Whether one device can take the container; `undefined` = it has not said yet what it offers. */
export function checkDevice(need: ContainerNeed, grant: Allowance, offer: DeviceOffer | undefined): Fit {
	if (offer === undefined) {
		return misfit('NoInventory', 'the device has not reported yet what it offers');
	}
	return checkFirmware(need, offer) ?? checkRoom(need, offer) ?? checkQuota(need, grant, offer)
		?? checkDocument(need, offer) ?? {fits: true};
}

function checkFirmware(need: ContainerNeed, offer: DeviceOffer): Misfit | undefined {
	const hook = need.hooks.find(id => !offer.hooks.includes(id));
	if (hook !== undefined) {
		return misfit('HookUnavailable', `the firmware lacks hook ${hookName(hook)}`);
	}
	const helper = firstMissing(need.permissions, offer.helpers);
	return helper === undefined
		? undefined : misfit('HelperUnavailable', `the firmware lacks helper ${helperName(helper)}`);
}

function checkRoom(need: ContainerNeed, offer: DeviceOffer): Misfit | undefined {
	if (need.ramBytes > offer.freeRamBytes) {
		return misfit('NoRam', `${need.ramBytes} bytes of RAM needed, ${Math.max(0, offer.freeRamBytes)} free`);
	}
	if (need.flashBytes > offer.freeFlashBytes) {
		return misfit('NoFlash', `${need.flashBytes} bytes of flash needed, ${Math.max(0, offer.freeFlashBytes)} free`);
	}
	return undefined;
}

function checkQuota(need: ContainerNeed, grant: Allowance, offer: DeviceOffer): Misfit | undefined {
	const {quotas} = grant;
	if (offer.tenantContainers + 1 > quotas.containers) {
		return misfit('QuotaExceeded', `${quotas.containers} containers granted to the tenant on one device`);
	}
	const ramBytes = offer.tenantRamBytes + need.quotaRamBytes;
	if (ramBytes > quotas.ramBytes) {
		return misfit('QuotaExceeded', `${ramBytes} bytes of RAM with the tenant's others, ${quotas.ramBytes} granted`);
	}
	return undefined;
}

function checkDocument(need: ContainerNeed, offer: DeviceOffer): Misfit | undefined {
	if (need.sequence < offer.floor) {
		return misfit('BelowFloor', `sequence ${need.sequence}, the device runs nothing below ${offer.floor} any more`);
	}
	if (offer.takenBy !== undefined) {
		return misfit('ContainerTaken', `${offer.takenBy} has the same container of the tenant on the device`);
	}
	const limit = Math.min(containersMax, offer.containersLimit);
	if (offer.containers + 1 > limit) {
		return misfit('TooManyContainers', `the device holds ${limit} containers`);
	}
	const limitBytes = Math.min(documentBytesMax, offer.documentLimitBytes);
	return offer.documentBytes > limitBytes
		? misfit('DocumentFull', `the document would have ${offer.documentBytes} bytes, ${limitBytes} fit`) : undefined;
}

function misfit(reason: FitReason, message: string): Misfit {
	return {fits: false, reason, message};
}

/** The lowest bit of `wanted` that `offered` lacks. Masks reach beyond 32 bits, so no bit operators. */
function firstMissing(wanted: number, offered: number): number | undefined {
	for (let bit = 0; 2 ** bit <= wanted; bit++) {
		if (hasBit(wanted, bit) && !hasBit(offered, bit)) {
			return bit;
		}
	}
	return undefined;
}

function hasBit(mask: number, bit: number): boolean {
	return Math.floor(mask / 2 ** bit) % 2 === 1;
}

/** Its name in the schema; a firmware's own hooks have only a number. */
export function hookName(id: number): string {
	return hooks.find(hook => hook.id === id)?.name ?? String(id);
}

export function helperName(number: number): string {
	return helpers.find(helper => helper.number === number)?.name ?? String(number);
}

/** Names of the helpers in a mask, by ascending number. */
export function helperNames(mask: number): readonly string[] {
	const names: string[] = [];
	for (let bit = 0; 2 ** bit <= mask; bit++) {
		if (hasBit(mask, bit)) {
			names.push(helperName(bit));
		}
	}
	return names;
}
