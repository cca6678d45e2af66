import type {Kubectl} from './kubectl.ts';

/** What a user does and must see, the same on every server and with every kubectl. */
export interface Case {
	/** A sentence. */
	readonly name: string;
	readonly run: (kubectl: Kubectl) => Promise<void>;
}

export const testCase = (name: string, run: Case['run']): Case => ({name, run});
