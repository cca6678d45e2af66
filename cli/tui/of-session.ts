import type {Session} from '../session.ts';
import type {TuiOptions} from './options.ts';
import {rolloutActions} from './rollout-actions.ts';
import {serviceLogs} from './service-logs.ts';

/** What a view takes of a session, on the terminal of this process. */
export function tuiOfSession(session: Session): Pick<TuiOptions, 'api' | 'logs' | 'actions' | 'stdin' | 'stdout'> {
	return {
		api: session.api, logs: serviceLogs(session), actions: rolloutActions(session), stdin: process.stdin, stdout: process.stdout,
	};
}
