import assert from 'node:assert/strict';
import test from 'node:test';
import {
	checkDevice, checkGrant, helperNames, type Allowance, type ContainerNeed, type DeviceOffer, type Fit,
} from '../../../controller/fit.ts';

const need: ContainerNeed = {
	hooks: [1, 2], permissions: 0b110, ramBytes: 1000, quotaRamBytes: 300, flashBytes: 900, instructionsPerRun: 5000,
	sequence: 4,
};
const grant: Allowance = {
	tenant: 7, hooks: [1, 2, 3], permissions: 0b1110, quotas: {containers: 3, ramBytes: 1000, instructionsPerRun: 10_000},
};
const offer: DeviceOffer = {
	hooks: [1, 2], helpers: 0b11111110, freeRamBytes: 1000, freeFlashBytes: 900, containersLimit: 4,
	documentLimitBytes: 1024, containers: 1, tenantContainers: 1, tenantRamBytes: 100, documentBytes: 400, floor: 4,
};

interface GrantRow {
	readonly need?: Partial<ContainerNeed>;
	readonly grant?: Partial<Allowance>;
	readonly expect: string;
}

const grantRows: Record<string, GrantRow> = {
	'what is granted fits': {expect: ''},
	'a hook outside the grant': {
		grant: {hooks: [1]}, expect: 'NotGranted: hook message is not granted to tenant 7',
	},
	'a helper outside the grant': {
		need: {permissions: 0b10_0000}, expect: 'NotGranted: helper publish is not granted to tenant 7',
	},
	'a helper beyond 32 bits': {
		need: {permissions: 2 ** 40}, expect: 'NotGranted: helper 40 is not granted to tenant 7',
	},
	'a budget above the grant': {
		need: {instructionsPerRun: 10_001}, expect: 'BudgetTooHigh: 10001 instructions a run, 10000 granted',
	},
	'more data and stack than granted': {
		need: {quotaRamBytes: 1001}, expect: 'QuotaExceeded: 1001 bytes of RAM, 1000 granted',
	},
};

for (const [sentence, row] of Object.entries(grantRows)) {
	test(`checkGrant(): ${sentence}`, () => {
		assert.equal(print(checkGrant({...need, ...row.need}, {...grant, ...row.grant})), row.expect);
	});
}

interface DeviceRow {
	readonly need?: Partial<ContainerNeed>;
	readonly offer?: Partial<DeviceOffer>;
	readonly expect: string;
}

const deviceRows: Record<string, DeviceRow> = {
	'what is offered exactly fits': {expect: ''},
	'a hook the firmware lacks is named': {
		offer: {hooks: [1, 3]}, expect: 'HookUnavailable: the firmware lacks hook message',
	},
	'a hook of another firmware is named by its number': {
		need: {hooks: [0x8001]}, expect: 'HookUnavailable: the firmware lacks hook 32769',
	},
	'a helper the firmware lacks is named': {
		offer: {helpers: 0b010}, expect: 'HelperUnavailable: the firmware lacks helper now',
	},
	'one byte of RAM short': {
		offer: {freeRamBytes: 999}, expect: 'NoRam: 1000 bytes of RAM needed, 999 free',
	},
	'RAM that is promised to others does not read as negative': {
		offer: {freeRamBytes: -5}, expect: 'NoRam: 1000 bytes of RAM needed, 0 free',
	},
	'one byte of flash short': {
		offer: {freeFlashBytes: 899}, expect: 'NoFlash: 900 bytes of flash needed, 899 free',
	},
	'one container more than the tenant may have on a device': {
		offer: {tenantContainers: 3}, expect: 'QuotaExceeded: 3 containers granted to the tenant on one device',
	},
	'more RAM than the tenant may have on a device': {
		offer: {tenantRamBytes: 701}, expect: 'QuotaExceeded: 1001 bytes of RAM with the tenant\'s others, 1000 granted',
	},
	'a container of the tenant that is there already': {
		offer: {takenBy: 'plant-a/other'},
		expect: 'ContainerTaken: plant-a/other has the same container of the tenant on the device',
	},
	'a sequence below the floor of what the device runs': {
		offer: {floor: 5}, expect: 'BelowFloor: sequence 4, the device runs nothing below 5 any more',
	},
	'one container more than the device holds': {
		offer: {containers: 4}, expect: 'TooManyContainers: the device holds 4 containers',
	},
	'one container more than any document names': {
		offer: {containers: 31, containersLimit: 200}, expect: 'TooManyContainers: the device holds 31 containers',
	},
	'a document longer than the device takes': {
		offer: {documentBytes: 1025}, expect: 'DocumentFull: the document would have 1025 bytes, 1024 fit',
	},
	'a document longer than any may be': {
		offer: {documentBytes: 2049, documentLimitBytes: 4096},
		expect: 'DocumentFull: the document would have 2049 bytes, 2048 fit',
	},
};

for (const [sentence, row] of Object.entries(deviceRows)) {
	test(`checkDevice(): ${sentence}`, () => {
		assert.equal(print(checkDevice({...need, ...row.need}, grant, {...offer, ...row.offer})), row.expect);
	});
}

test('checkDevice(): a device without inventory takes nothing', () => {
	const fit = checkDevice(need, grant, undefined);
	assert.equal(print(fit), 'NoInventory: the device has not reported yet what it offers');
});

test('helperNames() lists the helpers of a mask', () => {
	assert.deepEqual(helperNames(0b1000_0110), ['log', 'now', 'parameter']);
});

function print(fit: Fit): string {
	return fit.fits ? '' : `${fit.reason}: ${fit.message}`;
}
