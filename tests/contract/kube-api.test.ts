import {openStore} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {seededRandom} from '../../runtime/random.ts';
import {systemClock} from '../../runtime/system.ts';
import {kubeApiContract} from './kube-api.ts';

kubeApiContract('The store', async () => {
	const api = openStore({path: ':memory:', clock: systemClock, random: seededRandom(1), crds});
	return {api, close: async () => api.close()};
});
