import {bytesToHex, publicKeyOf, sha256} from '../protocol/crypto.ts';
import {signGrant} from '../protocol/grant.ts';
import {packImage} from '../protocol/image/pack.ts';
import type {Program} from '../protocol/image/program.ts';
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
const log = 1;
const kvPut = 4;
const sensorRead = 6;
const timerHook = 1;
const instructionsPerRun = 20_000;
const permissions = 2 ** log + 2 ** kvPut + 2 ** sensorRead;

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
	const {name = sampleName, version} = options;
	const {configMap, image} = publishVersion(keys, {name, sequence: version, program: sampleProgram(options)});
	const container = {
		apiVersion,
		kind: 'FemtoContainer',
		metadata: {name, namespace: sampleNamespace},
		spec: {
			deviceSelector: {},
			image,
			minReadySeconds: 1,
			rollout: {waves: [{count: 1}, {percent: 100}], maxUnavailable: '100%'},
		},
	};
	return [configMap, container];
}

/** What a version is made of; every program may log, write numbers, and read the sensor. */
export interface SampleVersion {
	readonly name: string;
	/** Of its statement. */
	readonly sequence: number;
	readonly program: Program;
}

/** A version, signed: what holds its bytes, and the `spec.image` that names it. */
export interface PublishedVersion {
	/** Of the statement, in hexadecimal. */
	readonly digest: string;
	readonly configMap: KubeObject;
	readonly image: {readonly digest: string; readonly configMap: {readonly name: string}};
}

/** RangeError for a program that can't be packed. */
export function publishVersion(keys: FleetKeys, {name, sequence, program}: SampleVersion): PublishedVersion {
	const image = packProgram(program);
	const statement = signStatement(keys.tenantSecretKey, {
		tenant,
		container: name,
		sequence,
		imageDigest: sha256(image),
		imageBytes: image.length,
		hooks: [timerHook],
		permissions,
		resources: {stackBytes: 0, dataBytes: program.data.length + program.bssSize, instructionsPerRun},
	});
	const digest = bytesToHex(sha256(statement));
	const configMap = {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: {name: `${name}-${digest.slice(0, 8)}`, namespace: sampleNamespace},
		immutable: true,
		binaryData: {statement: base64(statement), image: base64(image)},
	};
	return {digest, configMap, image: {digest: `sha256:${digest}`, configMap: {name: configMap.metadata.name}}};
}

function tenantObject(keys: FleetKeys): KubeObject {
	const grant = signGrant(keys.rootSecretKey, {
		tenant,
		namespace: sampleNamespace,
		sequence: 1,
		keys: [publicKeyOf(keys.tenantSecretKey)],
		hooks: [timerHook],
		permissions,
		quotas: {containers: 4, ramBytes: 4096, instructionsPerRun, keys: 16},
	});
	const spec = {namespace: sampleNamespace, deviceSelector: {}, grant: base64(grant)};
	const object = {apiVersion, kind: 'FemtoTenant', metadata: {name: sampleNamespace}, spec};
	return object;
}

/** A program that the timer runs from its first instruction. */
export function timerProgram(text: Uint8Array, rodata = new Uint8Array(0), bssSize = 0): Program {
	const hooks = [{id: timerHook, offset: 0}];
	return {hooks, text, rodata, data: new Uint8Array(0), bssSize, stackSize: 0, parameters: []};
}

function packProgram(program: Program): Uint8Array {
	const packed = packImage(program);
	if (!packed.ok) throw new RangeError(`Cannot pack sample: ${packed.error}`);
	return packed.value;
}

export function sampleProgram({imageBytes, version}: SampleOptions): Program {
	const withTable = (tableBytes: number): Program =>
		timerProgram(
			checksumText(tableBytes),
			Uint8Array.from({length: tableBytes}, (_, index) => (index * 37 + version) & 0xff),
		);
	const sizeOf = (program: Program): number => packProgram(program).length;
	// The table's length stands in the text, too: once more for an immediate that needs another byte.
	const first = imageBytes - sizeOf(withTable(1)) + 1;
	const second = withTable(first);
	return sizeOf(second) === imageBytes ? second : withTable(first - (sizeOf(second) - imageBytes));
}

/** `for (index = 0; index < length; index++) sum = sum * 31 + table[index]; kv_put(local, 1, sum)` */
function checksumText(tableBytes: number): Uint8Array {
	const [sum, table, index] = [6, 7, 8];
	return assemble(
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
	);
}

export function assemble(...instructions: readonly (readonly number[])[]): Uint8Array {
	return Uint8Array.from(instructions.flat());
}

interface Operands {
	readonly destination?: number;
	readonly source?: number;
	readonly offset?: number;
	readonly immediate?: number;
}

/** RFC 9669, 3: opcode, registers, offset, immediate; little endian. */
export function instruction(opcode: number, operands: Operands): readonly number[] {
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
