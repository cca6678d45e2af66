import type {Explanation} from '../explain/explain.ts';
import type {ContainerLogs} from '../logs.ts';
import {json, plain, refusal} from './answer.ts';
import {answerLogs} from './logs.ts';
import type {Clock} from '../../runtime/clock.ts';
import type {HttpHandler, HttpRequest, HttpResponse} from '../../runtime/http.ts';
import {answerMetrics, type Metric} from '../../runtime/metrics.ts';

export interface HandlerParts {
	readonly clock: Clock;
	/** Why this process knows nothing of the fleet now, in one phrase; undefined when it does. */
	readonly idleReason: () => string | undefined;
	/** Whether the broker is connected. */
	readonly isConnected: () => boolean;
	readonly explain: (device: string) => Explanation | undefined;
	readonly knows: {readonly device: (name: string) => boolean; readonly container: (key: string) => boolean};
	readonly logs: ContainerLogs;
	readonly metrics: readonly Metric[];
}

const whyPath = '/v1/why/';

/** Answers for live data, metrics and health (docs/reference/controller.md, "What it serves"). Changes nothing. */
export function createHandler(parts: HandlerParts): HttpHandler {
	return async request => {
		const {method, path} = request;
		const answer = route(parts, request);
		if (answer === undefined) {
			return refusal(404, `${path} does not exist`);
		}
		return method === 'GET' ? answer() : {...refusal(405, `${method} is not possible, only GET`), headers: {allow: 'GET'}};
	};
}

type Answer = () => HttpResponse | Promise<HttpResponse>;

function route(parts: HandlerParts, request: HttpRequest): Answer | undefined {
	const {path} = request;
	switch (path) {
		case '/healthz':
			return () => plain(200, 'ok');
		case '/readyz':
			return () => answerReady(parts);
		case '/metrics':
			return () => answerMetrics(parts.metrics);
		case '/v1/logs':
			return () => whenWorking(parts, () => answerLogs(parts, request));
	}
	const device = path.startsWith(whyPath) ? path.slice(whyPath.length) : '';
	return device === '' || device.includes('/') ? undefined
		: () => whenWorking(parts, () => answerWhy(parts, decode(device), request.query.get('container')));
}

function answerReady({idleReason, isConnected}: HandlerParts): HttpResponse {
	const reason = idleReason() ?? (isConnected() ? undefined : 'the broker is not connected');
	return reason === undefined ? plain(200, 'ok') : plain(503, reason);
}

function whenWorking({idleReason}: HandlerParts, answer: () => HttpResponse): HttpResponse {
	const reason = idleReason();
	return reason === undefined ? answer() : refusal(503, reason);
}

function answerWhy({explain}: HandlerParts, device: string, container: string | null): HttpResponse {
	const explanation = explain(device);
	if (explanation === undefined) {
		return refusal(404, `there is no device ${device}`);
	}
	if (container === null) {
		return json(200, explanation);
	}
	const containers = explanation.containers.filter(entry => entry.container === container);
	const known = explanation.containers.map(entry => entry.container).join(', ') || 'none';
	return containers.length > 0
		? json(200, {...explanation, containers})
		: refusal(404, `container ${container} is not meant for device ${device}, there are ${known}`);
}

/** What is not percent-encoded well names no device as it stands. */
function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
