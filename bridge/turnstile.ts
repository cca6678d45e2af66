/** Lets so many in at a time; the others wait in the order they came. */
export class Turnstile {
	readonly #places: number;
	readonly #inside = new Set<Ticket>();
	readonly #waiting = new Set<Ticket>();

	constructor(places: number) {
		this.#places = places;
	}

	/** Calls `enter` now or later; never after `leave`. */
	queue(enter: () => void): Ticket {
		const ticket: Ticket = {enter, leave: () => this.#leave(ticket)};
		this.#waiting.add(ticket);
		this.#admit();
		return ticket;
	}

	#leave(ticket: Ticket): void {
		this.#waiting.delete(ticket);
		if (this.#inside.delete(ticket)) {
			this.#admit();
		}
	}

	#admit(): void {
		for (const ticket of this.#waiting) {
			if (this.#inside.size >= this.#places) {
				return;
			}
			this.#waiting.delete(ticket);
			this.#inside.add(ticket);
			ticket.enter();
		}
	}
}

export interface Ticket {
	readonly enter: () => void;
	/** Gives the place back, or stops waiting; again does nothing. */
	readonly leave: () => void;
}
