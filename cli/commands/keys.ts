import type {Command} from 'commander';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {createFleetKeys, createTenantKey} from '../keys/key-file.ts';
import {integerOption} from '../options.ts';

/** `femto keys`: makes key files; nothing is ever overwritten. */
export function addKeysCommand(program: Command): void {
	const keys = program.command('keys').description('Makes key files. None is ever overwritten.').addHelpText('after', `
Examples:
  femto keys fleet .femto/keys
  femto keys tenant .femto/keys plant-a --tenant 7`);
	keys
		.command('fleet')
		.summary('make the fleet root and the fleet secret')
		.description(
			'Makes root.key and root.pub, which sign grants and belong offline, and fleet.secret, from which device keys '
			+ 'come and which the controller holds.',
		)
		.argument('<folder>', 'where the keys go')
		.addHelpText('after', `
Examples:
  femto keys fleet .femto/keys`)
		.action((folder: string) => {
			createFleetKeys(folder, systemRandom);
			console.log(`keys: ${folder}/root.key, root.pub and fleet.secret made; keep root.key offline`);
		});
	keys
		.command('tenant')
		.summary('make the key pair of a tenant')
		.description('Makes tenants/<namespace>.key, which signs statements, and .pub, which its grant names.')
		.argument('<folder>', 'where the keys go')
		.argument('<namespace>', 'Kubernetes namespace of the tenant')
		.requiredOption('--tenant <id>', 'tenant id, unique in the fleet', integerOption('--tenant', 0, 0xffff_ffff))
		.addHelpText('after', `
Examples:
  femto keys tenant .femto/keys plant-a --tenant 7`)
		.action((folder: string, namespace: string, {tenant}: {readonly tenant: number}) => {
			createTenantKey(folder, namespace, tenant, systemRandom);
			console.log(`keys: ${folder}/tenants/${namespace}.key and .pub made`);
		});
	keys
		.command('broker')
		.summary('make certificate and passwords of the MQTT broker')
		.description(
			'Makes what a Mosquitto with TLS needs, and what controller and bridges need to reach it: a folder that becomes the '
			+ 'Secret femto-broker as it is.',
		)
		.argument('<folder>', 'new folder for the files')
		.option('--host <name...>', 'names and addresses of the broker', [
			'femto-broker', 'femto-broker.femtofleet', 'femto-broker.femtofleet.svc',
		])
		.option('--bridge <name...>', 'names of the bridges, each an account', ['main'])
		.addHelpText('after', `
Examples:
  femto keys broker broker-files --bridge main second`)
		.action(async (folder: string, {host, bridge}: {readonly host: string[]; readonly bridge: string[]}) => {
			const {createBrokerFiles} = await import('../keys/broker-files.ts');
			await createBrokerFiles({folder, hosts: host, bridges: bridge, random: systemRandom, nowMs: systemClock.now()});
			console.log(`keys: ${folder} made for controller and ${bridge.join(', ')}`);
		});
}
