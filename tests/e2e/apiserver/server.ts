import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {createKubeClient, type KubeClient} from '../../../runtime/kube/client.ts';
import {loadKubeConfig} from '../../../runtime/kube/config.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';

const program = join(import.meta.dirname, '../../../cli/main.ts');
const patienceMs = 60_000;

/** A `femto apiserver` as a child process. */
export interface ServerProcess {
	readonly pid: number;
	/** Resolves when it listens; rejects with what it said when it ends before. */
	readonly listening: Promise<void>;
	/** Resolves with the exit code, null after SIGKILL. */
	readonly exited: Promise<number | null>;
	/** Standard output and standard error so far. */
	text(): string;
	/** Sends a signal and waits for the end. */
	end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Whoever starts one ends it; one that neither listens nor ends within a minute is killed. */
export function startServer(state: string, ...options: readonly string[]): ServerProcess {
	const args = [program, 'apiserver', '--state', state, ...options];
	const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']});
	let text = '';
	const exited = once(child, 'close').then(([code]) => code as number | null);
	const listening = new Promise<void>((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr]) {
			createInterface({input: stream}).on('line', (line) => {
				text += `${line}\n`;
				if (line.includes('"msg":"API server listens"')) resolve();
			});
		}
		void exited.then(() => reject(new Error(`The server ended: ${text}`)));
	});
	const late = systemClock.setTimer(patienceMs, () => child.kill('SIGKILL'));
	void listening.finally(() => late.cancel()).catch(() => {});
	return {
		pid: child.pid ?? 0,
		listening,
		exited,
		text: () => text,
		end: async (signal) => {
			child.kill(signal);
			const stuck = systemClock.setTimer(patienceMs, () => child.kill('SIGKILL'));
			return exited.finally(() => stuck.cancel());
		},
	};
}

/** A client of the administrator, by the kubeconfig in the state folder. */
export function clientOf(state: string): KubeClient {
	const found = loadKubeConfig({kubeconfig: join(state, 'kubeconfig'), env: {}, home: '/', cwd: '/'});
	if (!found.ok) throw new Error(found.error);
	return createKubeClient(found.value, {clock: systemClock, random: systemRandom});
}
