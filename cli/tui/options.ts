import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock} from '../../runtime/clock.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {Random} from '../../runtime/random.ts';
import type {Completion} from './completion.ts';
import type {Actions, Logs} from './interfaces.ts';

export interface TuiOptions {
	readonly api: KubeApi;
	/** Without it there is no log screen. */
	readonly logs?: Logs;
	readonly actions: Actions;
	/** What is looked at, for the header: the address of the API server, or a name. */
	readonly title: string;
	/** Of the FemtoContainers that are shown; default all. */
	readonly namespace?: string;
	/** Ends by itself when this is decided. */
	readonly completion?: Completion;
	/** Ends the view with 130. */
	readonly signal: AbortSignal;
	readonly readonly: boolean;
	readonly stdin: ReadStream;
	readonly stdout: WriteStream;
	readonly environment?: Readonly<Record<string, string | undefined>>;
	readonly clock?: Clock;
	readonly random?: Random;
}

/** Exit code of a view that was ended from outside, as a shell tells of ctrl-c. */
export const interrupted = 130;
