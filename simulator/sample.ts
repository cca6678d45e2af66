import {bytesToHex, publicKeyOf, sha256} from '../protocol/crypto.ts';
import {signGrant} from '../protocol/grant.ts';
import {packImage} from '../protocol/image/pack.ts';
import {regions} from '../protocol/schema/image.ts';
import {signStatement} from '../protocol/statement.ts';
import type {KubeObject} from '../runtime/kube/types.ts';
import type {Random} from '../runtime/random.ts';

/** The keys of one fleet; from a seeded source fit for simulations only. */
export interface FleetKeys {
	/** Ed25519: signs grants. */
	readonly rootSecretKey: Uint8Array;
	readonly rootPublicKey: Uint8Array;
	/** Device keys come from it. */
	readonly fleetSecret: Uint8Array;
	/** Ed25519: signs statements of the sample's tenant. */
	readonly tenantSecretKey: Uint8Array;
}

export interface SampleOptions {
	/** Bytes of the packed image; at least 100. */
	readonly imageBytes: number;
	/** Another value is another image. */
	readonly version: number;
	/** Of the container, `sampleName` by default. */
	readonly name?: string;
}

export const sampleNamespace = 'sample';
export const sampleName = 'checksum';

const apiVersion = 'femtofleet.dev/v1alpha1';
const tenant = 1;
const kvPut = 4;
const timerHook = 1;
const instructionsPerRun = 20_000;

export function createFleetKeys(random: Random): FleetKeys {
	const rootSecretKey = random.bytes(32);
	const [fleetSecret, tenantSecretKey] = [random.bytes(32), random.bytes(32)];
	return {rootSecretKey, rootPublicKey: publicKeyOf(rootSecretKey), fleetSecret, tenantSecretKey};
}

/**
 * What an operator applies to run one container on every device: Namespace, FemtoTenant, ConfigMap, FemtoContainer.
 * The container sums a table of constants up and keeps the sum in its key-value store, once a second. It is assembled
 * by hand, so that a simulation needs no compiler; the table brings the image to the size asked for.
 */
export function sampleObjects(keys: FleetKeys, options: SampleOptions): readonly KubeObject[] {
	return [
		{apiVersion: 'v1', kind: 'Namespace', metadata: {name: sampleNamespace}},
		tenantObject(keys),
		...containerObjects(keys, options),
	];
}

/** ConfigMap and FemtoContainer alone: what a new version changes. */
export function containerObjects(keys: FleetKeys, options: SampleOptions): readonly KubeObject[] {
	const {name = sampleName} = options;
	const image = sampleImage(options);
	const statement = signStatement(keys.tenantSecretKey, {
		tenant,
		container: name,
		sequence: options.version,
		imageDigest: sha256(image),
		imageBytes: image.length,
		hooks: [timerHook],
		permissions: 2 ** kvPut,
		resources: {stackBytes: 0, dataBytes: 0, instructionsPerRun},
	});
	const digest = bytesToHex(sha256(statement));
	const configMap = {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: {name: `${name}-${digest.slice(0, 8)}`, namespace: sampleNamespace},
		immutable: true,
		binaryData: {statement: base64(statement), image: base64(image)},
	};
	const container = {
		apiVersion,
		kind: 'FemtoContainer',
		metadata: {name, namespace: sampleNamespace},
		spec: {
			deviceSelector: {},
			image: {digest: `sha256:${digest}`, configMap: {name: configMap.metadata.name}},
			minReadySeconds: 1,
			rollout: {waves: [{count: 1}, {percent: 100}], maxUnavailable: '100%'},
		},
	};
	return [configMap, container];
}

function tenantObject(keys: FleetKeys): KubeObject {
	const grant = signGrant(keys.rootSecretKey, {
		tenant,
		namespace: sampleNamespace,
		sequence: 1,
		keys: [publicKeyOf(keys.tenantSecretKey)],
		hooks: [timerHook],
		permissions: 2 ** kvPut,
		quotas: {containers: 4, ramBytes: 4096, instructionsPerRun, keys: 16},
	});
	const spec = {namespace: sampleNamespace, deviceSelector: {}, grant: base64(grant)};
	const object = {apiVersion, kind: 'FemtoTenant', metadata: {name: sampleNamespace}, spec};
	return object;
}

function sampleImage({imageBytes, version}: SampleOptions): Uint8Array {
	const withTable = (tableBytes: number): Uint8Array => {
		const table = Uint8Array.from({length: tableBytes}, (_, index) => (index * 37 + version) & 0xff);
		const packed = packImage({
			hooks: [{id: timerHook, offset: 0}],
			text: checksumText(tableBytes),
			rodata: table,
			data: new Uint8Array(0),
			bssSize: 0,
			stackSize: 0,
			parameters: [],
		});
		if (!packed.ok) throw new RangeError(`Cannot pack sample: ${packed.error}`);
		return packed.value;
	};
	// The table's length stands in the text, too: once more for an immediate that needs another byte.
	const first = withTable(1);
	const second = withTable(imageBytes - first.length + 1);
	return second.length === imageBytes ? second : withTable(imageBytes - first.length + 1 - (second.length - imageBytes));
}

/** `for (index = 0; index < length; index++) sum = sum * 31 + table[index]; kv_put(local, 1, sum)` */
function checksumText(tableBytes: number): Uint8Array {
	const [sum, table, index] = [6, 7, 8];
	return Uint8Array.from([
		instruction(0xb7, {destination: sum, immediate: 0}),
		instruction(0xb7, {destination: table, immediate: regions.rodata * 2 ** 28}),
		instruction(0xb7, {destination: index, immediate: 0}),
		instruction(0xbf, {destination: 2, source: table}),
		instruction(0x0f, {destination: 2, source: index}),
		instruction(0x71, {destination: 3, source: 2}),
		instruction(0x27, {destination: sum, immediate: 31}),
		instruction(0x0f, {destination: sum, source: 3}),
		instruction(0x07, {destination: index, immediate: 1}),
		instruction(0xa5, {destination: index, offset: -7, immediate: tableBytes}),
		instruction(0xb7, {destination: 1, immediate: 0}),
		instruction(0xb7, {destination: 2, immediate: 1}),
		instruction(0xbf, {destination: 3, source: sum}),
		instruction(0x85, {immediate: kvPut}),
		instruction(0xb7, {destination: 0, immediate: 0}),
		instruction(0x95, {}),
	].flat());
}

interface Operands {
	readonly destination?: number;
	readonly source?: number;
	readonly offset?: number;
	readonly immediate?: number;
}

/** RFC 9669, 3: opcode, registers, offset, immediate; little endian. */
function instruction(opcode: number, operands: Operands): readonly number[] {
	const {destination = 0, source = 0, offset = 0, immediate = 0} = operands;
	const bytes = new DataView(new ArrayBuffer(8));
	bytes.setUint8(0, opcode);
	bytes.setUint8(1, (source << 4) | destination);
	bytes.setInt16(2, offset, true);
	bytes.setInt32(4, immediate, true);
	return [...new Uint8Array(bytes.buffer)];
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString('base64');
}
