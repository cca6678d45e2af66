import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readCrds, type Schema} from '../../../scripts/generate/crd-schema.ts';
import {generate} from '../../../scripts/generate/resources.ts';
import type {
	FemtoContainer,
	FemtoDevice,
	FemtoTenant,
	ObjectMeta as GeneratedMeta,
} from '../../../protocol/generated/resources.ts';
import type {KubeObject, ObjectMeta} from '../../../runtime/kube/types.ts';
import {newStore} from './support.ts';

interface Found {
	readonly path: string;
	readonly schema: Schema;
	/** An item of a list or a value of a map: the list describes it. */
	readonly isPart: boolean;
}

const crds = readCrds();
const fields = crds.flatMap((crd) => {
	const {spec, status} = crd.spec.versions[0].schema.openAPIV3Schema.properties ?? {};
	return [...walk(spec, `${crd.spec.names.kind}.spec`), ...walk(status, `${crd.spec.names.kind}.status`)];
});

function walk(schema: Schema | undefined, path: string, isPart = false): readonly Found[] {
	if (schema === undefined) return [];
	const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => walk(child, `${path}.${name}`));
	const items = walk(schema.items, `${path}[]`, true);
	return [{path, schema, isPart}, ...children, ...items, ...walk(schema.additionalProperties, `${path}.*`, true)];
}

const rules: Readonly<Record<string, (found: Found) => boolean>> = {
	'Every field says what it means': ({schema, isPart}) => isPart || schema.description !== undefined,
	'Every sentence ends with a full stop': ({schema}) => schema.description?.endsWith('.') ?? true,
	'Every number has both bounds, except generations': ({path, schema}) =>
		schema.type !== 'integer' ||
		path.endsWith('observedGeneration') ||
		(schema.minimum !== undefined && schema.maximum !== undefined),
	'Every text has a greatest length or a fixed set of values': ({schema}) =>
		schema.type !== 'string' || schema.maxLength !== undefined || schema.enum !== undefined,
	'Every list has a greatest length and says how it merges': ({schema}) =>
		schema.type !== 'array' || (schema.maxItems !== undefined && schema['x-kubernetes-list-type'] !== undefined),
	'Every map has a greatest size': ({schema}) =>
		schema.additionalProperties === undefined || schema.maxProperties !== undefined,
	'Every key of a list is a required field of its items': ({schema}) =>
		(schema['x-kubernetes-list-map-keys'] ?? []).every((key) => schema.items?.required?.includes(key)),
	'Every required field exists': ({schema}) =>
		(schema.required ?? []).every((name) => schema.properties?.[name] !== undefined),
	'A whole number of 64 bits stays exact in JavaScript': ({schema}) => (schema.maximum ?? 0) <= Number.MAX_SAFE_INTEGER,
};

for (const [rule, holds] of Object.entries(rules)) {
	test(`${rule}`, () => {
		assert(fields.length > 100);
		assert.deepEqual(
			fields.filter((found) => !holds(found)).map(({path}) => path),
			[],
		);
	});
}

test('Every printer column leads to a field', () => {
	for (const crd of crds) {
		const {additionalPrinterColumns = [], schema} = crd.spec.versions[0] as unknown as {
			readonly additionalPrinterColumns?: readonly {readonly name: string; readonly jsonPath: string}[];
			readonly schema: {readonly openAPIV3Schema: Schema};
		};
		assert(additionalPrinterColumns.length > 0);
		for (const {name, jsonPath} of additionalPrinterColumns) {
			assert.match(name, /^[A-Z][A-Za-z]*(-[a-zA-Z]+)*$/);
			if (jsonPath === '.metadata.creationTimestamp') continue;
			const steps = jsonPath
				.replace(/\[\?\(@\.type=="Ready"\)\]/, '.[]')
				.split('.')
				.slice(1);
			const end = steps.reduce<Schema | undefined>(
				(at, step) => (step === '[]' ? at?.items : at?.properties?.[step]),
				schema.openAPIV3Schema,
			);
			assert(end?.type !== undefined, `${name}: ${jsonPath}`);
		}
	}
});

test('Short names and the category are the documented ones', () => {
	const names = crds.map(
		({spec}) => spec.names as unknown as {readonly shortNames: unknown; readonly categories: unknown},
	);
	assert.deepEqual(
		names.map(({shortNames, categories}) => [shortNames, categories]),
		[
			[['fc'], ['femto']],
			[['fd'], ['femto']],
			[['ft'], ['femto']],
		],
	);
});

test('The generator makes types, data and a page per kind', () => {
	const files = new Map(generate().map(({path, content}) => [path, content]));
	assert.deepEqual(
		[...files.keys()],
		[
			'protocol/generated/resources.ts',
			'protocol/generated/crds.ts',
			'docs/reference/femtocontainer.md',
			'docs/reference/femtodevice.md',
			'docs/reference/femtotenant.md',
		],
	);
	const types = files.get('protocol/generated/resources.ts') ?? '';
	assert.match(types, /readonly maxUnavailable: number \| string;/, 'a field with a default is always there');
	assert.match(types, /readonly onFailure: 'Rollback' \| 'Pause';/);
	assert.match(types, /readonly hooks\?: readonly FemtoContainerSpecHook\[\];/);
	assert.match(
		files.get('docs/reference/femtodevice.md') ?? '',
		/\| `wakeIntervalSeconds` \| integer \| `0` \| 0 to 64800 \| /,
	);
});

test('The sample of the documentation is a valid FemtoContainer', async () => {
	const store = newStore();
	const sample = {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name: 'vibration'},
		spec: {
			deviceSelector: {matchLabels: {class: 'pump'}},
			image: {digest: `sha256:${'0'.repeat(64)}`, configMap: {name: 'vibration-1-4'}},
			hooks: [{name: 'timer', parameters: {periodMilliseconds: 1000}, order: 500}],
			parameters: {window: 10},
			limits: {instructionsPerRun: 20000},
			faultPolicy: {maxFaults: 3, action: 'Revert'},
			readiness: {minRuns: 1},
			minReadySeconds: 10,
			rollout: {
				waves: [{count: 1}, {percent: 10, soakSeconds: 60}, {percent: 100}],
				maxUnavailable: '10%',
				maxFailures: 2,
				progressDeadlineSeconds: 600,
				onFailure: 'Rollback',
			},
			paused: false,
		},
	};
	const ref = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtocontainers', namespace: 'default'};
	const made = await store.create<KubeObject & {readonly spec: unknown}>(ref, sample, {fieldValidation: 'Strict'});
	const [first, ...rest] = sample.spec.rollout.waves;
	const waves = [{...first, soakSeconds: 0}, rest[0], {...rest[1], soakSeconds: 0}];
	assert.deepEqual(made.spec, {...sample.spec, rollout: {...sample.spec.rollout, waves}});
});

/** Compiles only while the generated types are objects of the API, and their metadata the runtime's. */
export const asKubeObjects: readonly ((
	object: FemtoContainer & FemtoDevice & FemtoTenant,
	meta: GeneratedMeta,
) => KubeObject | ObjectMeta)[] = [
	(object: FemtoContainer): KubeObject => object,
	(object: FemtoDevice): KubeObject => object,
	(object: FemtoTenant): KubeObject => object,
	(_, meta): ObjectMeta => meta,
];
