import type {ContainerExplanation, Explanation} from '../../controller/mod.ts';
import {failure, success, type Result} from '../../protocol/result.ts';

/** What is printed, and whether all is where it should be. */
export interface Answer {
	readonly ready: boolean;
	readonly text: string;
	/** The same for programs, with what was decided on. */
	readonly json: Explanation | ContainerExplanation;
}

/** Answers for the device, or for one of its containers, `name` or `namespace/name`. The error is one phrase. */
export function answerWhy(explanation: Explanation, wanted: string | undefined): Result<Answer, string> {
	if (wanted === undefined) {
		return success({ready: explanation.ready, text: deviceText(explanation), json: explanation});
	}
	const {device, containers} = explanation;
	const found = containers.filter(({container}) => container === wanted || container.endsWith(`/${wanted}`));
	const [container, other] = found;
	if (container === undefined) {
		const known = containers.map(entry => entry.container).join(', ') || 'none';
		return failure(`container ${wanted} is not meant for device ${device}, there are ${known}`);
	}
	return other === undefined
		? success({ready: container.ready, text: containerLine(container), json: container})
		: failure(`container ${wanted} is ${found.map(entry => entry.container).join(' or ')}: name one`);
}

function deviceText({device, ready, reason, message, containers}: Explanation): string {
	const head = `${device} is ${ready ? 'Ready' : `not Ready: ${reason}`}\n  ${message}`;
	return [head, ...containers.map(container => `  ${containerLine(container)}`)].join('\n');
}

function containerLine({container, ready, reason, message}: ContainerExplanation): string {
	return ready ? `${container}: Ready` : `${container}: ${reason}: ${message}`;
}
