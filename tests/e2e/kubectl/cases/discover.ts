import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';

export const discoverCases: readonly Case[] = [
	testCase('api-resources lists the kinds with short names and scope', async (k) => {
		await k.says('api-resources --api-group=femtofleet.dev', [
			'NAME              SHORTNAMES   APIVERSION                NAMESPACED   KIND',
			'femtocontainers   fc           femtofleet.dev/v1alpha1   true         FemtoContainer',
			'femtodevices      fd           femtofleet.dev/v1alpha1   false        FemtoDevice',
			'femtotenants      ft           femtofleet.dev/v1alpha1   false        FemtoTenant',
		].join('\n'));
		await k.says('api-resources --categories=femto -o name', 'femtocontainers.femtofleet.dev\nfemtodevices.femtofleet.dev\nfemtotenants.femtofleet.dev');
		await k.says('api-resources --api-group=femtofleet.dev -o wide', /VERBS +CATEGORIES\n.*,patch,.*update,watch +femto\n/);
		const all = await k.ok('api-resources --no-headers');
		for (const line of [/^configmaps +cm +v1 +true +ConfigMap$/m, /^events +ev +v1 +true +Event$/m, /^namespaces +ns +v1 +false +Namespace$/m, /^secrets +v1 +true +Secret$/m, /^leases +coordination\.k8s\.io\/v1 +true +Lease$/m, /^controllerrevisions +apps\/v1 +true +ControllerRevision$/m]) {
			assert.match(all, line);
		}
	}),
	testCase('api-versions lists what is served', async (k) => {
		const versions = (await k.ok('api-versions')).split('\n');
		for (const version of ['v1', 'apps/v1', 'coordination.k8s.io/v1', 'femtofleet.dev/v1alpha1']) assert.ok(versions.includes(version), version);
	}),
	testCase('explain tells of kinds and fields', async (k) => {
		await k.says('explain fc', /^GROUP: +femtofleet\.dev\nKIND: +FemtoContainer\nVERSION: +v1alpha1\n\nDESCRIPTION:\n +FemtoContainer declares one container/);
		await k.says('explain fc.spec.rollout', /FIELD: rollout <Object>[^]*maxFailures\t<integer>\n +Devices that may fail/);
		await k.says('explain fc.spec.rollout.onFailure', /ENUM:\n +Rollback\n +Pause\n/);
		await k.says('explain fc --recursive', /rollout\t<Object>\n +maxFailures\t<integer>/);
		await k.says('explain fd.status.containers', /FIELD: containers <\[\]Object>/);
		await k.says('explain femtotenants.spec.grant', /FIELD: grant <string>/);
		await k.says('explain fc --api-version=femtofleet.dev/v1alpha1', /KIND: +FemtoContainer/);
		await k.says('explain configmaps.data', /FIELD: data <map\[string\]string>/);
		await k.fails('explain fc.spec.nothing', 'error: field "nothing" does not exist');
		await k.fails('explain nothing', 'the server doesn\'t have a resource type "nothing"');
	}),
	testCase('version and the raw path of it name the server', async (k) => {
		const {stdout, stderr} = await k.run('version');
		assert.match(stdout, /^Client Version: v1\.\d+\.\d+\nKustomize Version: v\S+\nServer Version: v1\.36\.\S+\n$/);
		if (k.version === '1.32') assert.equal(stderr, 'WARNING: version difference between client (1.32) and server (1.36) exceeds the supported minor version skew of +/-1\n');
		else assert.equal(stderr, '');
		const version = JSON.parse(await k.ok('get --raw /version')) as {readonly major: string; readonly minor: string};
		assert.deepEqual([version.major, version.minor], ['1', '36']);
	}),
	testCase('cluster-info and get all need kinds that only a cluster has', async (k) => {
		if (k.server === 'official') {
			await k.says('cluster-info', /control plane.* is running at/);
			await k.says('get all', '');
			return;
		}
		await k.fails('cluster-info', /error: the server doesn't have a resource type "services"/);
		await k.fails('get all', 'error: the server doesn\'t have a resource type "all"');
	}),
	testCase('an administrator may do everything', async (k) => {
		await k.says('auth can-i get fc', 'yes');
	}),
	testCase('get --raw of documents that tools read', async (k) => {
		const index = JSON.parse(await k.ok('get --raw /openapi/v3')) as {readonly paths: Readonly<Record<string, {readonly serverRelativeURL: string}>>};
		const path = index.paths['apis/femtofleet.dev/v1alpha1']?.serverRelativeURL ?? '';
		assert.match(await k.ok(`get --raw ${path}`), /FemtoContainer/);
		await k.ok('get --raw /apis/femtofleet.dev/v1alpha1');
	}),
];
