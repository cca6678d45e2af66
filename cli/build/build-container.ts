import {readFile} from 'node:fs/promises';
import {bytesToHex, sha256} from '../../protocol/crypto.ts';
import {packImage} from '../../protocol/image/pack.ts';
import type {Program} from '../../protocol/image/program.ts';
import {imageReasons} from '../../protocol/schema/image.ts';
import {signStatement, type Statement} from '../../protocol/statement.ts';
import {UsageError} from '../fail.ts';
import type {TenantKey} from '../keys/key-file.ts';
import {compileContainer} from './compile.ts';
import {readObject} from './elf.ts';
import type {Project, SourceManifest} from './project.ts';

/** What the author states beside the code stands in annotations of the source manifest. */
const annotations = {
	instructionsPerRun: {name: 'femtofleet.dev/instructions-per-run', default: 10_000},
	sequence: {name: 'femtofleet.dev/sequence', default: 1},
	floor: {name: 'femtofleet.dev/floor', default: undefined},
} as const;

/** A revision keeps statement and image in 32 KiB; a statement takes at most 352 bytes. */
const imageBytesMax = 32 * 1024 - 352;

/** An image and all of its statement but the signature. */
export interface UnsignedContainer {
	readonly manifest: SourceManifest;
	readonly image: Uint8Array;
	/** Without the tenant, which the key brings. */
	readonly statement: Omit<Statement, 'tenant'>;
}

export interface SignedContainer extends UnsignedContainer {
	/** SUIT envelope. */
	readonly signed: Uint8Array;
	/** SHA-256 of the envelope in hexadecimal: what `spec.image.digest` names. */
	readonly digest: string;
}

/** Compiles and packs a project. @throws UsageError naming the source and what is wrong with it. */
export async function buildContainer(project: Project): Promise<UnsignedContainer> {
	const object = project.source.endsWith('.c')
		? await compileContainer(project.source)
		: new Uint8Array(await readFile(project.source));
	const program = readObject(object);
	if (!program.ok) {
		throw new UsageError(`Cannot build ${project.source}: ${program.error}`);
	}
	const image = packImage(program.value);
	if (!image.ok) {
		const phrase = imageReasons.find(({name}) => name === image.error)?.summary ?? image.error;
		throw new UsageError(`Cannot build ${project.source}: ${phrase}`);
	}
	if (image.value.length > imageBytesMax) {
		const problem = `its image has ${image.value.length} bytes, at most ${imageBytesMax} required`;
		throw new UsageError(`Cannot build ${project.source}: ${problem}`);
	}
	return {manifest: project.manifest, image: image.value, statement: describe(project, program.value, image.value)};
}

export function signContainer(container: UnsignedContainer, {tenant, key}: TenantKey): SignedContainer {
	const signed = signStatement(key, {...container.statement, tenant});
	return {...container, signed, digest: bytesToHex(sha256(signed))};
}

function describe({manifest}: Project, program: Program, image: Uint8Array): Omit<Statement, 'tenant'> {
	const floor = annotated(manifest, 'floor');
	return {
		container: manifest.metadata.name,
		sequence: annotated(manifest, 'sequence') ?? annotations.sequence.default,
		imageDigest: sha256(image),
		imageBytes: image.length,
		hooks: program.hooks.map(({id}) => id),
		permissions: calledHelpers(program.text),
		resources: {
			stackBytes: program.stackSize,
			dataBytes: program.data.length + program.bssSize,
			instructionsPerRun: annotated(manifest, 'instructionsPerRun') ?? annotations.instructionsPerRun.default,
		},
		...(floor === undefined ? {} : {floor}),
	};
}

function annotated({metadata}: SourceManifest, key: keyof typeof annotations): number | undefined {
	const {name} = annotations[key];
	const text = metadata.annotations?.[name];
	if (text === undefined) {
		return undefined;
	}
	if (!/^[0-9]{1,10}$/.test(String(text)) || Number(text) > 0xffff_ffff) {
		throw new UsageError(`Cannot build ${metadata.name}: annotation ${name} is "${text}", 0 to 4294967295 required`);
	}
	return Number(text);
}

/** The permissions a container needs are exactly the helpers its code calls. */
function calledHelpers(text: Uint8Array): number {
	const view = new DataView(text.buffer, text.byteOffset, text.length);
	const called = new Set<number>();
	for (let offset = 0; offset < text.length; offset += 8) {
		// RFC 9669, 4.3.1: a call with source register 0 names a helper by number.
		if (text[offset] === 0x85 && (text[offset + 1] ?? 0) >> 4 === 0) {
			called.add(view.getInt32(offset + 4, true));
		}
	}
	return [...called].filter((number) => number > 0 && number < 53).reduce((mask, number) => mask + 2 ** number, 0);
}
