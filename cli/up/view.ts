import {withSession} from '../session.ts';

/** Whether there is a screen and someone before it. */
export function hasScreen(): boolean {
	return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

/** Shows the fleet until the user leaves it or the signal aborts; resolves with the exit code. */
export async function showFleet(kubeconfig: string, title: string, signal: AbortSignal): Promise<number> {
	const [{runTui}, {tuiOfSession}] = await Promise.all([import('../tui/run.ts'), import('../tui/of-session.ts')]);
	return withSession({kubeconfig}, (session) => runTui({
		...tuiOfSession(session),
		title,
		signal: AbortSignal.any([signal, session.signal]),
		readonly: false,
	}));
}
