import type {Explanation} from '../../controller/mod.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import {askController, parse, text} from '../live/controller.ts';
import type {Session} from '../session.ts';
import {loadObjects} from './load.ts';

/** An explanation, and what to know of where it comes from; undefined when it comes from the controller itself. */
export interface Asked {
	readonly explanation: Explanation;
	readonly note: string | undefined;
}

/**
 * Asks the controller why, and decides on the stored objects when it does not answer: by the same decision, without
 * states that pass. The error is one phrase.
 * @throws when the API server can't be reached or refuses
 */
export async function askWhy(session: Session, device: string): Promise<Result<Asked>> {
	const live = await askController(session, `/v1/why/${encodeURIComponent(device)}`);
	switch (live.kind) {
		case 'answer': {
			const explanation = parse(await text(live.response));
			return isExplanation(explanation)
				? success({explanation, note: undefined}) : failure('the controller answers with what is no explanation');
		}
		case 'refused':
			return failure(live.error);
		case 'absent':
			return explainStored(session, device, live.why);
	}
}

async function explainStored(session: Session, device: string, why: string): Promise<Result<Asked>> {
	// The controller is much to load, and seldom needed here.
	const [{explain}, objects] = await Promise.all([import('../../controller/mod.ts'), loadObjects(session.api)]);
	const explanation = explain(objects, device, session.clock.now());
	return explanation === undefined
		? failure(`there is no device ${device}`)
		: success({explanation, note: `(from the stored status; the controller does not answer: ${why})`});
}

/** As far as it is printed. */
function isExplanation(value: unknown): value is Explanation {
	const {device, ready, reason, message, containers} = (value ?? {}) as Partial<Record<keyof Explanation, unknown>>;
	return typeof device === 'string' && typeof ready === 'boolean' && typeof reason === 'string'
		&& typeof message === 'string' && Array.isArray(containers);
}
