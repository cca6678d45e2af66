import {suite, test} from 'node:test';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {deletion, namespaceRules} from './kube-api/deletion.ts';
import {lists} from './kube-api/lists.ts';
import {objects} from './kube-api/objects.ts';
import type {KubeApiUnderTest} from './kube-api/support.ts';
import {owners} from './kube-api/owners.ts';
import {rules} from './kube-api/rules.ts';
import {secrets} from './kube-api/secrets.ts';
import {patches, updates} from './kube-api/updates.ts';
import {validation} from './kube-api/validation.ts';
import {watches} from './kube-api/watches.ts';

export type {KubeApiUnderTest} from './kube-api/support.ts';

/** What every implementation of KubeApi does; `open` makes one that holds nothing but the namespace `default`. */
export function kubeApiContract(name: string, open: () => Promise<KubeApiUnderTest>): void {
	const check = (title: string, body: (api: KubeApi) => Promise<void>): void => {
		test(title, {timeout: 20_000}, async () => {
			const server = await open();
			try {
				await body(server.api);
			} finally {
				await server.close();
			}
		});
	};
	suite(`${name} keeps the contract of KubeApi:`, () => {
		objects(check);
		updates(check);
		patches(check);
		deletion(check);
		owners(check);
		namespaceRules(check);
		secrets(check);
		lists(check);
		watches(check);
		validation(check);
		rules(check);
	});
}
