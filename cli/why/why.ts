import type {ConnectionOptions} from '../connect.ts';
import {errorLine} from '../fail.ts';
import {toJson} from '../output/objects.ts';
import {oneLine} from '../output/text.ts';
import type {Session} from '../session.ts';
import {answerWhy} from './answer.ts';
import {askWhy} from './ask.ts';

export interface WhyOptions extends ConnectionOptions {
	readonly output?: 'text' | 'json';
}

export const whyExitCodes = {ready: 0, notReady: 1, misuse: 2} as const;

/** Runs `femto why`. Returns the exit code; whatever keeps it from an answer is misuse, never "not Ready". */
export async function why(session: Session, [device = '', container]: readonly string[], options: WhyOptions): Promise<number> {
	const {console} = session;
	const misuse = (line: string): number => {
		console.error(line);
		return whyExitCodes.misuse;
	};
	try {
		const asked = await askWhy(session, device);
		if (!asked.ok) {
			return misuse(`femto: ${oneLine(asked.error)}`);
		}
		const {explanation, note} = asked.value;
		const wanted = container !== undefined && !container.includes('/') && options.namespace !== undefined
			? `${options.namespace}/${container}` : container;
		const answer = answerWhy(explanation, wanted);
		if (!answer.ok) {
			return misuse(`femto: ${oneLine(answer.error)}`);
		}
		const {json, ready, text} = answer.value;
		console.out(options.output === 'json' ? toJson(json) : `${text.split('\n').map(oneLine).join('\n')}\n`);
		if (note !== undefined) {
			console.error(oneLine(note));
		}
		return ready ? whyExitCodes.ready : whyExitCodes.notReady;
	} catch (error) {
		return misuse(errorLine(error));
	}
}
