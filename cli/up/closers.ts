import {messageOf} from '../fail.ts';

/** Closes what was opened, newest first, whatever happens. */
export type Closers = (() => Promise<void> | void)[];

export async function closeAll(closers: Closers): Promise<void> {
	for (const close of closers.reverse()) {
		// One that fails neither keeps the rest from closing nor hides why all of it ends.
		try {
			await close();
		} catch (error) {
			console.error(`femto: ${messageOf(error)}`);
		}
	}
}
