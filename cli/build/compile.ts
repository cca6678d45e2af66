import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {findCompilers} from '../../runtime/compilers.mjs';
import {hooks} from '../../protocol/schema/hooks.ts';
import {UsageError} from '../fail.ts';
import {containerIncludeFolder} from '../install-folder.ts';

/**
 * Compiles one C source to an eBPF object.
 * @throws UsageError with the compiler's own words.
 */
export async function compileContainer(source: string): Promise<Uint8Array> {
	const compilers = findCompilers();
	if (!compilers.ok) {
		throw new UsageError(compilers.error);
	}
	const folder = await mkdtemp(join(tmpdir(), 'femto-build-'));
	try {
		const object = join(folder, `${basename(source)}.o`);
		await run([
			...compilers.value.bpf, '-mcpu=v3', '-O2', '-ffreestanding', '-fno-builtin', '-Wall', '-Wextra',
			`-I${containerIncludeFolder()}`, '-c', source, '-o', object,
		], source);
		return new Uint8Array(await readFile(object));
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

function run(command: readonly string[], source: string): Promise<void> {
	const [program = '', ...args] = command;
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {stdio: ['ignore', 'ignore', 'pipe']});
		const said: Buffer[] = [];
		child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
		child.on('error', (cause) => reject(new UsageError(`Cannot run ${program}: ${cause.message}`, {cause})));
		child.on('close', (status) => {
			const text = Buffer.concat(said).toString('utf8').trimEnd();
			if (status === 0) {
				resolve();
			} else {
				reject(new UsageError(explain(source, text)));
			}
		});
	});
}

/** FEMTO_HOOK of a hook that is not there meets a context type that is not there: say what was meant. */
function explain(source: string, text: string): string {
	const found = /:(\d+):\d+: error: unknown type name 'FEMTO_CONTEXT_(\w+)'/.exec(text);
	if (found === null) {
		return `Cannot compile ${source}:\n${text}`;
	}
	const [, line, hook] = found;
	const known = hooks.map(({name}) => name).join(', ');
	return `Cannot compile ${source}: line ${line}: hook ${hook} does not exist, there are ${known}`;
}
