import {setPaused, undo} from '../rollout/change.ts';
import type {Session} from '../session.ts';
import type {Actions, ContainerName} from './interfaces.ts';

const wish = {dryRun: false, verbose: false};

/** What `femto rollout pause`, `resume` and `undo` do; what they would print is the phrase. */
export function rolloutActions(session: Omit<Session, 'namespace' | 'console'>): Actions {
	const act = async ({namespace}: ContainerName, run: (own: Session) => Promise<void>): Promise<string> => {
		const said: string[] = [];
		const console = {out: (text: string) => said.push(text.trim()), error: (line: string) => said.push(line)};
		await run({...session, namespace, console});
		return said.join('; ');
	};
	return {
		pause: (container) => act(container, (own) => setPaused(own, container.name, true, wish)),
		resume: (container) => act(container, (own) => setPaused(own, container.name, false, wish)),
		undo: (container) => act(container, (own) => undo(own, container.name, undefined, wish)),
	};
}
