import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after} from 'node:test';
import {kubeconfigOf, listenApi, makePki, openStore} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {createKubeClient} from '../../runtime/kube/client.ts';
import {loadKubeConfig} from '../../runtime/kube/config.ts';
import {silentLog} from '../../runtime/log.ts';
import {seededRandom} from '../../runtime/random.ts';
import {systemClock as clock} from '../../runtime/system.ts';
import {kubeApiContract} from './kube-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'femto-contract-'));
after(() => rmSync(folder, {recursive: true}));
const kubeconfig = join(folder, 'kubeconfig');
const pki = await makePki({hosts: [], nowMs: clock.now()});

kubeApiContract('The client at the HTTP API of the store', async () => {
	const random = seededRandom(1);
	const store = openStore({path: ':memory:', clock, random, crds});
	const listener = await listenApi({store, port: 0, pki, log: silentLog, clock, random});
	writeFileSync(kubeconfig, kubeconfigOf({server: listener.url, pki, namespace: 'default'}));
	const connection = loadKubeConfig({kubeconfig, env: {}, home: folder, cwd: folder});
	assert.ok(connection.ok, connection.ok ? '' : connection.error);
	const client = createKubeClient(connection.value, {clock, random});
	return {
		api: client,
		close: async () => {
			client.close();
			await listener.close();
			store.close();
		},
	};
});
