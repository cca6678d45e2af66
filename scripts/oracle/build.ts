import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {buildFlags, findOracle, oracleBinary, oracleVersion, serverFolder} from './cache.ts';
import {provideGo, type Go} from './go.ts';

/** Packages that a build from nothing compiles, measured; only the line of progress depends on it. */
const packageCount = 2180;
const progressMs = 5000;
const lockPollMs = 2000;

/**
 * The official server's binary, built when it is not in the cache: about ten minutes on two cores, 90 MB of modules from
 * the Go module proxy, 3 GB in Go's own caches. Two builds at once: the second waits for the first.
 * @throws Error when Go is missing or the build fails, with its last lines.
 */
export async function provideOracle(say: (text: string) => void): Promise<string> {
	const found = findOracle();
	if (found !== undefined) return found;
	const binary = oracleBinary();
	const lock = join(dirname(binary), 'building');
	mkdirSync(dirname(binary), {recursive: true});
	while (findOracle() === undefined) {
		if (!takeLock(lock)) {
			say('another process builds it; waiting');
			await pause(lockPollMs);
			continue;
		}
		try {
			await build(binary, say);
		} finally {
			rmSync(lock, {force: true});
		}
	}
	return binary;
}

/** The lock holds its owner's process id; one whose owner has gone is taken over. */
function takeLock(lock: string): boolean {
	try {
		writeFileSync(lock, String(process.pid), {flag: 'wx'});
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	if (isAlive(Number(readOwner(lock)))) return false;
	rmSync(lock, {force: true});
	return takeLock(lock);
}

function readOwner(lock: string): string {
	return existsSync(lock) ? readFileSync(lock, 'utf8') : '';
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return pid > 0;
	} catch {
		// No such process: whoever held the lock was killed.
		return false;
	}
}

async function build(binary: string, say: (text: string) => void): Promise<void> {
	const go = provideGo(say);
	if (typeof go === 'string') throw new Error(go);
	say(`building kube-apiserver ${oracleVersion} once (about ten minutes on two cores)`);
	const unfinished = `${binary}.${process.pid}`;
	await compile(go, unfinished, say);
	renameSync(unfinished, binary);
}

async function compile(go: Go, output: string, say: (text: string) => void): Promise<void> {
	const env = {...go.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly'};
	const args = ['build', '-p', '2', '-v', ...buildFlags, '-o', output, '.'];
	const child = spawn(go.program, args, {cwd: serverFolder, env, stdio: ['ignore', 'ignore', 'pipe']});
	const startMs = performance.now();
	const lines: string[] = [];
	let packages = 0;
	createInterface({input: child.stderr}).on('line', (line) => {
		lines.push(line);
		packages += /^[^\s:]+$/.test(line) ? 1 : 0;
	});
	const timer = setInterval(() => say(progressLine(packages, performance.now() - startMs)), progressMs);
	const failure = await new Promise<string | undefined>((resolve) => {
		child.on('error', (error) => resolve(error.message));
		child.on('close', (code, signal) => resolve(code === 0 ? undefined : `go ended with ${code ?? signal}`));
	});
	clearInterval(timer);
	if (failure === undefined) return;
	rmSync(output, {force: true});
	throw new Error(`Cannot build the official server: ${failure}\n${lines.slice(-20).join('\n')}`);
}

function progressLine(packages: number, elapsedMs: number): string {
	const percent = Math.min(99, Math.floor((100 * packages) / packageCount));
	return `… ${percent} % (${packages} packages), ${Math.round(elapsedMs / 1000)} s`;
}
