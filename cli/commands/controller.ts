import {hostname} from 'node:os';
import type {Command} from 'commander';
import {openStore} from '../../apiserver/mod.ts';
import {createController, createMqttLink} from '../../controller/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {parseBrokerUrl} from '../broker-url.ts';
import {readFleetKey, readTenantKey, tenantKeyFile} from '../keys/key-file.ts';
import {jsonLog} from '../log.ts';
import {labelsOption} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';
import {openStateFolder} from '../up/state-folder.ts';

interface ControllerOptions {
	readonly keys: string;
	readonly broker: string;
	readonly state?: string;
	readonly apply?: string;
	readonly deviceLabels: Readonly<Record<string, string>>;
}

/** `femto controller`: the controller alone, with the embedded API. */
export function addControllerCommand(program: Command): void {
	program
		.command('controller')
		.summary('run the controller')
		.description('Runs the controller on the embedded API, against an MQTT broker.')
		.option('--keys <folder>', 'where root.pub and fleet.secret are', '.femto/keys')
		.option('--broker <url>', 'MQTT broker', 'mqtt://127.0.0.1:1883')
		.option('--state <folder>', 'where the store is kept (default: a temporary folder, deleted at the end)')
		.option('--apply <path>', 'container folders and YAML to apply, now and whenever they change')
		.option('--device-labels <labels>', 'labels of devices that enrol', labelsOption('--device-labels'), {})
		.action(runController);
}

async function runController({keys, broker, state, apply, deviceLabels}: ControllerOptions): Promise<void> {
	const log = jsonLog('controller', 'info');
	const signal = shutdownSignal();
	parseBrokerUrl(broker);
	const [rootPublicKey, fleetSecret] = [readFleetKey(keys, 'root.pub'), readFleetKey(keys, 'fleet.secret')];
	const folder = await openStateFolder(state);
	const store = openStore({path: folder.store, clock: systemClock, random: systemRandom, crds});
	const link = createMqttLink({url: broker, clientId: '_controller-main', log});
	const options = {deviceLabels, election: {identity: `${hostname()}-${process.pid}`}};
	const controller = createController({
		api: store, link, clock: systemClock, random: systemRandom, log, fleetSecret, rootPublicKey, options,
	});
	await controller.start();
	log.info('controller runs', {broker, state: folder.path});
	if (apply !== undefined) {
		const keyOf = (namespace: string) => readTenantKey(tenantKeyFile(keys, namespace), 'secret');
		const say = (line: string): void => log.info(line);
		await (await prepareApplyLoop({api: store, path: apply, keyOf, say, signal})).start();
	}
	await Promise.race([aborted(signal), controller.ended]);
	await controller.stop();
	store.close();
	await folder.release();
}
