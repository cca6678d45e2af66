import type {Command} from 'commander';
import {publicKeyOf} from '../../protocol/crypto.ts';
import {helpers} from '../../protocol/schema/helpers.ts';
import {hooks} from '../../protocol/schema/hooks.ts';
import {UsageError} from '../fail.ts';
import {keysFolder} from '../keys/keys-folder.ts';
import {readFleetKey, readTenantKey, tenantKeyFile} from '../keys/key-file.ts';
import {tenantManifest} from '../keys/tenant-manifest.ts';
import {integerOption, labelsOption} from '../options.ts';
import {writeYaml} from '../yaml.ts';

interface GrantOptions {
	readonly keys?: string;
	readonly sequence: number;
	readonly hooks?: string;
	readonly helpers?: string;
	readonly deviceLabels: Readonly<Record<string, string>>;
	readonly containers: number;
	readonly ramBytes: number;
	readonly instructionsPerRun: number;
	readonly kvKeys: number;
	readonly revoke?: true;
}

/** `femto tenant grant`: the FemtoTenant of a namespace, signed by the fleet root. */
export function addTenantCommand(program: Command): void {
	const tenant = program.command('tenant').description('Grants permissions to a namespace.').addHelpText('after', `
Examples:
  femto tenant grant plant-a | kubectl apply -f -`);
	tenant
		.command('grant')
		.summary('make a FemtoTenant with a signed grant')
		.description('Prints the FemtoTenant of a namespace with a grant signed by the fleet root: apply it.')
		.argument('<namespace>', 'Kubernetes namespace of the tenant')
		.option('--keys <folder>', 'where root.key and the key of the tenant are (default: beside $KUBECONFIG, else .femto/keys)')
		.option('--sequence <n>', 'a newer grant has a greater one', integerOption('--sequence', 1, 0xffff_ffff), 1)
		.option('--hooks <names>', 'hooks, comma-separated (default: all)')
		.option('--helpers <names>', 'helpers, comma-separated (default: all)')
		.option('--device-labels <labels>', 'only devices with these labels', labelsOption('--device-labels'), {})
		.option('--containers <n>', 'containers on one device', integerOption('--containers', 0, 31), 8)
		.option('--ram-bytes <n>', 'data and stacks on one device', integerOption('--ram-bytes', 0, 0xffff_ffff), 8192)
		.option(
			'--instructions-per-run <n>', 'greatest budget of one run', integerOption('--instructions-per-run', 1, 0xffff_ffff), 1_000_000,
		)
		.option('--kv-keys <n>', 'keys in its key-value stores', integerOption('--kv-keys', 0, 0xffff), 32)
		.option('--revoke', 'a grant without keys: nothing of the tenant runs any more')
		.addHelpText('after', `
Examples:
  femto tenant grant plant-a | kubectl apply -f -
  femto tenant grant plant-a --hooks timer --device-labels site=a --sequence 2
  femto tenant grant plant-a --revoke --sequence 3`)
		.action(grant);
}

function grant(namespace: string, options: GrantOptions): void {
	const folder = keysFolder(options.keys);
	const {tenant, key} = readTenantKey(tenantKeyFile(folder, namespace), 'secret');
	const manifest = tenantManifest(readFleetKey(folder, 'root.key'), {
		grant: {
			tenant,
			namespace,
			sequence: options.sequence,
			keys: options.revoke === true ? [] : [publicKeyOf(key)],
			hooks: pick('--hooks', options.hooks, hooks.map(({id, name}) => ({id, name}))),
			permissions: pick('--helpers', options.helpers, helpers.map(({number, name}) => ({id: number, name})))
				.reduce((mask, number) => mask + 2 ** number, 0),
			quotas: {
				containers: options.containers,
				ramBytes: options.ramBytes,
				instructionsPerRun: options.instructionsPerRun,
				keys: options.kvKeys,
			},
		},
		deviceLabels: options.deviceLabels,
	});
	process.stdout.write(writeYaml([manifest]));
}

interface Named {
	readonly id: number;
	readonly name: string;
}

function pick(option: string, text: string | undefined, known: readonly Named[]): number[] {
	const wanted = text === undefined ? known.map(({name}) => name) : text.split(',').filter((name) => name !== '');
	const ids = wanted.map((name) => {
		const found = known.find((candidate) => candidate.name === name);
		if (found === undefined) {
			throw new UsageError(`Cannot grant ${option} ${name}: one of ${known.map((item) => item.name).join(', ')} required`);
		}
		return found.id;
	});
	return [...new Set(ids)].sort((first, second) => first - second);
}
