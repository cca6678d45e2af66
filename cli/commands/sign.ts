import {writeFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {bytesToHex, sha256} from '../../protocol/crypto.ts';
import {signStatement} from '../../protocol/statement.ts';
import {readUnsigned} from '../build/unsigned-file.ts';
import {messageOf, UsageError} from '../fail.ts';
import {readTenantKey} from '../keys/key-file.ts';

interface SignOptions {
	readonly key: string;
	readonly output: string;
}

/** `femto sign`: signs what `femto build` has described, on the machine that holds the key. */
export function addSignCommand(program: Command): void {
	program
		.command('sign')
		.description('Writes the signed statement (a SUIT envelope) and prints the digest that spec.image names.')
		.argument('<file>', 'statement.json, as femto build writes it')
		.requiredOption('--key <file>', 'secret key of the tenant')
		.requiredOption('-o, --output <file>', 'where the statement goes')
		.addHelpText('after', `
Examples:
  femto sign out/statement.json --key .femto/keys/tenants/plant-a.key -o out/statement`)
		.action(sign);
}

async function sign(file: string, options: SignOptions): Promise<void> {
	const unsigned = readUnsigned(file);
	const {tenant, key} = readTenantKey(options.key, 'secret');
	try {
		const signed = signStatement(key, {...unsigned, tenant});
		await writeFile(options.output, signed);
		console.log(`sha256:${bytesToHex(sha256(signed))}`);
	} catch (cause) {
		throw new UsageError(`Cannot sign ${file}: ${messageOf(cause)}`, {cause});
	}
}
