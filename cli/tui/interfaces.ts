/** A FemtoContainer by its names. */
export interface ContainerName {
	readonly namespace: string;
	readonly name: string;
}

/** What the view can do to a rollout. Each resolves with what happened, in one phrase; rejects when the API refuses. */
export interface Actions {
	pause(container: ContainerName): Promise<string>;
	resume(container: ContainerName): Promise<string>;
	undo(container: ContainerName): Promise<string>;
}

export type Verb = keyof Actions;

/** Which log lines are wanted; what is absent does not restrict. */
export interface LogQuery {
	readonly device?: string;
	/** `namespace/name` of a FemtoContainer. */
	readonly container?: string;
	/** Lines that exist already, the newest ones. */
	readonly tail: number;
	readonly follow: boolean;
}

/** One line of a container, as the controller's log service writes it. */
export interface LogLine {
	/** RFC 3339. */
	readonly time: string;
	readonly device: string;
	readonly container: string;
	readonly text: string;
}

/** Log lines until `signal` aborts or the service ends them; throws when it can't be asked. */
export type Logs = (signal: AbortSignal, query: LogQuery) => AsyncIterable<LogLine>;
