// A sample fleet behind the embedded API over HTTPS, for measurements: prints the path of a kubeconfig when it answers.
//   node tests/support/fleet-server.ts DEVICES KUBECONFIG
import {writeFileSync} from 'node:fs';
import {kubeconfigOf, listenApi, makePki} from '../../apiserver/mod.ts';
import {silentLog} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {sampleFleet} from './sample-fleet.ts';
import {storeOf} from './sample-store.ts';

const [devices = '200', path = 'kubeconfig'] = process.argv.slice(2);
const store = await storeOf(sampleFleet(Number(devices), systemClock.now()));
const host = '127.0.0.1';
const pki = await makePki({hosts: [host], nowMs: systemClock.now()});
const {url} = await listenApi({store, host, port: 0, pki, log: silentLog, clock: systemClock, random: systemRandom});
writeFileSync(path, kubeconfigOf({server: url, pki, namespace: 'default'}), {mode: 0o600});
console.log(path);
