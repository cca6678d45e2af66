import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, suite, test} from 'node:test';
import {parseAllDocuments, stringify} from 'yaml';
import {kubectlSkip} from '../../../scripts/kubectl/kubectl.ts';
import {readRoles} from '../../e2e/cluster/granted.ts';
import {person, type Person} from '../../e2e/cluster/person.ts';
import {startOfficial, type ClusterServer} from '../../e2e/cluster/servers.ts';
import type {Outcome} from '../../e2e/kubectl/child.ts';
import {officialSkip} from '../../e2e/kubectl/servers.ts';

const base = 'manifests/install/base';
const skip = officialSkip() ?? kubectlSkip() ?? false;

interface Manifest {
	readonly kind: string;
	readonly metadata: {readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>>};
	readonly spec: {
		readonly template: PodTemplate;
		readonly volumeClaimTemplates?: readonly {readonly metadata: {readonly name: string}}[];
	};
}

interface PodTemplate {
	readonly metadata: {readonly labels: Readonly<Record<string, string>>};
	readonly spec: {
		readonly containers: readonly Container[];
		readonly volumes: readonly {readonly secret?: {readonly secretName: string}}[];
	};
}

interface Container {
	readonly ports: readonly {readonly name: string; readonly protocol?: string}[];
}

suite('manifests/install on the official API server', {skip}, () => {
	let server: ClusterServer;
	let admin: Person;
	let manifests: readonly Manifest[];

	before(async () => {
		server = await startOfficial();
		admin = person(server.folder, server.kubeconfig);
		const text = await admin.ok(`kubectl kustomize ${base}`);
		manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
		await admin.ok(`kubectl apply -f ${base}/namespace.yaml`);
	});
	after(() => server.stop());

	const workloads = (): readonly Manifest[] => manifests.filter(({kind}) => kind === 'Deployment' || kind === 'StatefulSet');

	/** Lets the server judge a pod of a template without making one. */
	function judge(workload: Manifest, change: (container: Container) => object = (same) => same): Promise<Outcome> {
		const {metadata: {name}, spec: {template, volumeClaimTemplates = []}} = workload;
		// As the controller of StatefulSets fills them in.
		const claims = volumeClaimTemplates.map((claim) =>
			({name: claim.metadata.name, persistentVolumeClaim: {claimName: `${claim.metadata.name}-${name}-0`}}));
		const volumes = [...template.spec.volumes, ...claims];
		const spec = {...template.spec, volumes, containers: template.spec.containers.map(change)};
		const metadata = {...template.metadata, name, namespace: 'femtofleet'};
		writeFileSync(join(server.folder, 'pod.yaml'), stringify({apiVersion: 'v1', kind: 'Pod', metadata, spec}));
		return admin.run('kubectl apply -f pod.yaml --dry-run=server');
	}

	test('every object passes a dry run', async () => {
		const {code, stdout, stderr} = await admin.run(`kubectl apply -k ${base} --dry-run=server`);
		assert.deepEqual({code, stderr}, {code: 0, stderr: ''});
		assert.equal(stdout.trim().split('\n').length, manifests.length);
	});

	test('pods meet the restricted standard, which the namespace enforces', async () => {
		assert.equal(workloads().length, 3);
		for (const workload of workloads()) {
			assert.deepEqual((await judge(workload)).stderr, '', workload.metadata.name);
			const lax = await judge(workload, (container) => ({...container, securityContext: {}}));
			assert.match(lax.stderr, /violates PodSecurity "restricted:latest"/);
		}
	});

	test('policies and services name ports that their pods have, and pods mount the Secrets that the document makes', () => {
		const named = (manifest: object): readonly string[] =>
			Array.from(JSON.stringify(manifest).matchAll(/"(?:port|targetPort)":"([a-z-]+)"/g), ([, name = '']) => name);
		const inPods = workloads().flatMap(({spec}) => spec.template.spec.containers.flatMap(({ports}) => ports));
		const ports = new Set(inPods.map(({name}) => name));
		const wanted = manifests.filter(({kind}) => kind === 'NetworkPolicy' || kind === 'Service').flatMap(named);
		assert.ok(wanted.length > 5);
		assert.deepEqual(wanted.filter((name) => !ports.has(name)), []);
		const secrets = workloads().flatMap(({spec}) => spec.template.spec.volumes.flatMap(({secret}) => secret?.secretName ?? []));
		assert.deepEqual([...new Set(secrets)].sort(), ['femto-broker', 'femto-fleet-keys']);
	});

	test('a viewer, an operator and an author may not read Secrets nor write what is the controller\'s', async () => {
		await admin.ok(`kubectl apply -k ${base} && kubectl wait crd --all --for=condition=Established --timeout=30s`);
		for (const role of ['viewer', 'operator', 'author']) {
			await admin.ok(`kubectl create clusterrolebinding ${role} --clusterrole=femto-${role} --user=${role}`);
			const foreign = ['get secrets', 'update femtodevices/status', 'create femtotenants', 'create femtodevices', 'get pods'];
			for (const request of foreign) {
				await admin.fails(`kubectl auth can-i ${request} --as=${role} -A -q`, /^$/);
			}
			await admin.ok(`kubectl auth can-i watch femtocontainers --as=${role} -A -q`);
		}
	});
});

test('no role names a wildcard, and none gives a right twice', () => {
	const roles = readRoles('roles.yaml', 'controller-permissions.yaml');
	assert.equal(roles.length, 7);
	for (const {metadata, rules} of roles) {
		const rights = rules.flatMap(({apiGroups, resources, verbs}) =>
			apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))));
		assert.ok(!rights.some((right) => right.includes('*')), metadata.name);
		assert.equal(new Set(rights).size, rights.length, metadata.name);
	}
});
