import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assetsOf} from '../../../scripts/oracle/cache.ts';
import {officialSkip} from '../kubectl/servers.ts';
import {granted} from './granted.ts';
import {startOfficial} from './servers.ts';
import {clusterSuite, type Cluster} from './suite.ts';

const title = 'The whole loop on the official API, with RBAC and only the permissions of manifests/install';
const bare = assetsOf('etcd') === undefined ? undefined : 'the server of KUBEBUILDER_ASSETS ends no namespace';
const skip = officialSkip() ?? bare;
if (skip === undefined) clusterSuite(title, startOfficial, {more: whileItRuns, last: usedPermissions});
else test(title, {skip}, () => {});

function whileItRuns(cluster: () => Cluster): void {
	const inPlant = '-n plant-a';
	const forbidden = (user: string, verb: string, what: string): RegExp =>
		new RegExp(`^Error from server \\(Forbidden\\).*User "${user}@example.com" cannot ${verb} resource ".*${what}"`, 's');

	test('the document upgrades it and adds a controller', () => cluster().follow('Upgrade', 'Two controllers'));

	test('a viewer looks at everything and writes nothing', async () => {
		const {viewer} = cluster();
		await viewer.ok(`kubectl get femto -A; kubectl describe fc/heartbeat ${inPlant}; femto describe fd/sim-1`);
		await viewer.fails(`kubectl delete fc/heartbeat ${inPlant}`, forbidden('viewer', 'delete', 'femtocontainers'));
		await viewer.fails(`femto rollout pause fc/heartbeat ${inPlant}`, forbidden('viewer', 'patch', 'femtocontainers'));
		await viewer.fails('kubectl label fd/sim-1 class=pump', forbidden('viewer', 'patch', 'femtodevices'));
		await viewer.fails('kubectl get secrets -n femtofleet', forbidden('viewer', 'list', 'secrets'));
	});

	test('an operator labels devices, and makes neither containers nor tenants', async () => {
		const {operator} = cluster();
		await operator.ok('kubectl label fd/sim-1 class=pump && kubectl label fd/sim-1 class-');
		await operator.fails(`kubectl delete fc/heartbeat ${inPlant}`, forbidden('operator', 'delete', 'femtocontainers'));
		await operator.fails('kubectl delete ft/plant-a', forbidden('operator', 'delete', 'femtotenants'));
	});

	test('an author writes in the own namespace only, and speaks for no device', async () => {
		const {author} = cluster();
		await author.fails('sed s/plant-a/default/ heartbeat.yaml | kubectl apply -f -', forbidden('author', 'get', 'configmaps'));
		await author.fails('kubectl label fd/sim-1 class=pump', forbidden('author', 'patch', 'femtodevices'));
		const status = `--subresource=status --type=merge -p '{"status":{}}'`;
		await author.fails(`kubectl patch fc/heartbeat ${inPlant} ${status}`, forbidden('author', 'get', 'femtocontainers/status'));
	});
}

function usedPermissions(cluster: () => Cluster): void {
	test('the controller needs each permission that its roles give', () => {
		const used = new Set(cluster().server.audited().filter(({code}) => code < 400 || code === 404)
			.map(({verb, resource}) => `${verb} ${resource}`));
		// Not asked for by name: the server wants it of whoever makes an owner reference that blocks a deletion.
		const silent = 'update femtofleet.dev/femtocontainers/finalizers';
		assert.deepEqual(granted().filter((permission) => permission !== silent && !used.has(permission)), []);
	});
}
