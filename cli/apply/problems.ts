import type {DesiredSource} from './desired.ts';

/** Says each problem of a source once for each state of its files, and says when there is none any more. */
export class Problems {
	readonly #say: (line: string) => void;
	readonly #told = new Map<string, string>();

	constructor(say: (line: string) => void) {
		this.#say = say;
	}

	/** `problems`: those of each source, by its name. Sources with the same problem share a line. */
	tell(sources: readonly DesiredSource[], problems: ReadonlyMap<string, readonly string[]>): void {
		const lines = new Map<string, string[]>();
		for (const {source, fingerprint = ''} of sources) {
			const found = problems.get(source) ?? [];
			const state = `${fingerprint}\n${found.join('\n')}`;
			const before = this.#told.get(source);
			if (found.length === 0) {
				if (this.#told.delete(source)) {
					this.#say(`apply: ${source}: good again`);
				}
			} else if (before !== state) {
				this.#told.set(source, state);
				found.forEach((problem) => lines.set(problem, [...(lines.get(problem) ?? []), source]));
			}
		}
		lines.forEach((names, problem) => this.#say(`apply: ${names.join(', ')}: ${problem}`));
		const present = new Set(sources.map(({source}) => source));
		[...this.#told.keys()].filter((source) => !present.has(source)).forEach((source) => this.#told.delete(source));
	}
}
