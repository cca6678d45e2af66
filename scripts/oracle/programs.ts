import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';

export interface Programs {
	/** Resolves when the server has ended. */
	readonly ended: Promise<void>;
	/** The end of what they said, for a message. */
	readonly lastLines: () => string;
	/** SIGTERM, and SIGKILL to what is still there after ten seconds. */
	readonly stop: () => Promise<void>;
}

interface ProgramsOptions {
	readonly binary: string;
	/** A separate etcd; without one the binary is ours and holds its own. */
	readonly etcd: string | undefined;
	/** Of etcd's data; absolute. */
	readonly folder: string;
	/** Flags of kube-apiserver besides those that name etcd. */
	readonly args: readonly string[];
}

const graceMs = 10_000;
const keptBytes = 4000;

/** Starts the server, and etcd before it where it is a program of its own. Neither outlives this process. */
export function startPrograms({binary, etcd, folder, args}: ProgramsOptions): Programs {
	let text = '';
	const started: ChildProcess[] = [];
	const start = (program: string, flags: readonly string[]): ChildProcess => {
		// Our main ends when this pipe closes, which the system does for a process that was killed.
		const child = spawn(program, flags, {stdio: ['pipe', 'ignore', 'pipe']});
		child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-keptBytes)));
		child.on('error', (error) => (text += `${error.message}\n`));
		started.push(child);
		return child;
	};
	const socket = join(folder, 'etcd.sock');
	if (etcd !== undefined) start(etcd, etcdFlags(folder, socket));
	const storage = etcd === undefined ? [`--data=${folder}`, '--end-with-stdin'] : [`--etcd-servers=unix://${socket}`];
	const server = start(binary, [...storage, ...args]);
	const killAll = (): void => started.forEach((child) => child.kill('SIGKILL'));
	process.on('exit', killAll);
	return {
		ended: once(server, 'close').then(() => undefined, () => undefined),
		lastLines: () => text.trimEnd(),
		stop: async () => {
			for (const child of started.toReversed()) await end(child);
			process.off('exit', killAll);
		},
	};
}

function etcdFlags(folder: string, socket: string): readonly string[] {
	// It insists on host and port to advertise; a single member never dials them.
	const never = 'http://127.0.0.1:1';
	return [
		`--data-dir=${join(folder, 'etcd')}`,
		`--listen-client-urls=unix://${socket}`,
		`--advertise-client-urls=${never}`,
		`--listen-peer-urls=unix://${socket}.peer`,
		`--initial-advertise-peer-urls=${never}`,
		`--initial-cluster=default=${never}`,
		'--log-level=error',
		'--unsafe-no-fsync',
	];
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
	const closed = once(child, 'close');
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
	await closed;
	clearTimeout(timer);
}
