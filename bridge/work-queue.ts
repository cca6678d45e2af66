/** Runs jobs one after the other, also those that a job adds: so no step begins inside another. */
export class WorkQueue {
	readonly #jobs: (() => void)[] = [];
	#isRunning = false;

	run(job: () => void): void {
		this.#jobs.push(job);
		if (this.#isRunning) {
			return;
		}
		this.#isRunning = true;
		try {
			for (let next = this.#jobs.shift(); next !== undefined; next = this.#jobs.shift()) {
				next();
			}
		} finally {
			this.#isRunning = false;
		}
	}
}
