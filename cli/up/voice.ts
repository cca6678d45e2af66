import {appendFileSync} from 'node:fs';

/** Where lines for the user go: to the terminal, or to a file while a view has the screen. */
export class Voice {
	#file: string | undefined;

	readonly say = (line: string): void => {
		if (this.#file === undefined) {
			console.log(line);
		} else {
			appendFileSync(this.#file, `${line}\n`, {mode: 0o600});
		}
	};

	/** `undefined`: to the terminal again. */
	redirect(file: string | undefined): void {
		this.#file = file;
	}
}
