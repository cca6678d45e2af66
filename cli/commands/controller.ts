import type {Command} from 'commander';
import {openStore} from '../../apiserver/mod.ts';
import {createController, createMqttLink} from '../../controller/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {addBrokerOptions, readBrokerOptions, type BrokerOptions} from '../broker-options.ts';
import {readFleetKey, readTenantKey, tenantKeyFile} from '../keys/key-file.ts';
import {jsonLog} from '../log.ts';
import {integerOption, labelsOption} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';
import {reportProgress} from '../up/report-progress.ts';
import {openStateFolder} from '../up/state-folder.ts';

interface ControllerOptions extends BrokerOptions {
	readonly keys: string;
	readonly state?: string;
	readonly apply?: string;
	readonly deviceLabels: Readonly<Record<string, string>>;
	readonly reportPeriod: number;
}

/** `femto controller`: the controller alone, with the embedded API. */
export function addControllerCommand(program: Command): void {
	const command = program
		.command('controller')
		.summary('run the controller')
		.description('Runs the controller on the embedded API, against an MQTT broker.')
		.option('--keys <folder>', 'where root.pub and fleet.secret are', '.femto/keys')
		.option('--state <folder>', 'where the store is kept (default: a temporary folder, deleted at the end)')
		.option('--apply <path>', 'container folders and YAML to apply, now and whenever they change')
		.option('--device-labels <labels>', 'labels of devices that enrol', labelsOption('--device-labels'), {})
		.option(
			'--report-period <seconds>', 'between two reports of a device when nothing changes',
			integerOption('--report-period', 1, 86_400), 60,
		);
	addBrokerOptions(command).action(runController);
}

async function runController(command: ControllerOptions): Promise<void> {
	const {keys, broker, state, apply, deviceLabels, reportPeriod} = command;
	const log = jsonLog('controller', 'info');
	const signal = shutdownSignal();
	const address = readBrokerOptions(command);
	const [rootPublicKey, fleetSecret] = [readFleetKey(keys, 'root.pub'), readFleetKey(keys, 'fleet.secret')];
	const folder = await openStateFolder(state);
	const store = openStore({path: folder.store, clock: systemClock, random: systemRandom, crds});
	const link = createMqttLink({
		url: broker, clientId: '_controller-main', log,
		...address.tls,
		...(address.credentials === undefined ? {} : {credentials: address.credentials}),
	});
	// No election: the store belongs to one process at a time, so no other controller can work on it.
	const controller = createController({
		api: store, link, clock: systemClock, random: systemRandom, log, fleetSecret, rootPublicKey,
		options: {deviceLabels, reportPeriodSeconds: reportPeriod},
	});
	try {
		await controller.start();
		log.info('controller runs', {broker, state: folder.path});
		if (apply !== undefined) {
			const keyOf = (namespace: string) => readTenantKey(tenantKeyFile(keys, namespace), 'secret');
			const say = (line: string): void => log.info(line);
			await (await prepareApplyLoop({api: store, path: apply, keyOf, say, signal})).start();
		}
		reportProgress({api: store, log, signal, say: (line, {metadata}) => log.info(line, {generation: metadata.generation})});
		await Promise.race([aborted(signal), controller.ended]);
	} finally {
		await controller.stop();
		store.close();
		await folder.release();
	}
}
