import {setTimeout as pause} from 'node:timers/promises';
import type {RawAnswer, RawClient} from '../../scripts/oracle/http.ts';
import type {OracleRequest, Scenario} from './scenario.ts';
import {fillIn, type Saved} from './fill-in.ts';
import {Normaliser, type Answer} from './normalise.ts';

/** Answers of one scenario by the request's name. */
export type Answers = Readonly<Record<string, Answer>>;

const patienceMs = 20_000;
const pollMs = 50;

/** Plays a scenario against one server, in a namespace that is made for it, and normalises what came back. */
export async function runScenario(client: RawClient, scenario: Scenario, namespace: string): Promise<Answers> {
	await makeNamespace(client, namespace);
	const player = new Player(client, namespace);
	for (const request of scenario.requests) {
		try {
			await player.play(request);
		} catch (cause) {
			throw new Error(`Cannot play "${scenario.name}", "${request.name}"`, {cause});
		}
	}
	return player.answers;
}

async function makeNamespace(client: RawClient, name: string): Promise<void> {
	const body = JSON.stringify({apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	const headers = {'content-type': 'application/json'};
	const answer = await client.ask({method: 'POST', path: '/api/v1/namespaces', headers, body});
	if (answer.status !== 201) throw new Error(`Cannot make namespace ${name}: ${answer.status} ${answer.body}`);
}

class Player {
	readonly answers: Record<string, Answer> = {};
	readonly #client: RawClient;
	readonly #saved: Map<string, Saved>;
	readonly #normaliser: Normaliser;

	constructor(client: RawClient, namespace: string) {
		this.#client = client;
		this.#saved = new Map([['ns', namespace]]);
		this.#normaliser = new Normaliser(namespace);
	}

	async play(request: OracleRequest): Promise<void> {
		if (this.answers[request.name] !== undefined) throw new Error(`Two requests are called ${request.name}`);
		const answer = request.until === undefined ? await this.#ask(request) : await this.#askUntil(request, request.until);
		if (request.save !== undefined) this.#saved.set(request.save, successOf(answer));
		this.answers[request.name] = this.#normaliser.answer(answer, request);
	}

	async #askUntil(request: OracleRequest, status: number): Promise<RawAnswer> {
		const deadline = performance.now() + patienceMs;
		let answer = await this.#ask(request);
		while (answer.status !== status && performance.now() < deadline) {
			await pause(pollMs);
			answer = await this.#ask(request);
		}
		return answer;
	}

	#ask(request: OracleRequest): Promise<RawAnswer> {
		const {method = 'GET', watch} = request;
		const path = encodeURI(fillIn(request.path, this.#saved)).replaceAll('%25', '%');
		const query = Object.entries(request.query ?? {}).map(([name, value]) => [name, fillIn(String(value), this.#saved)]);
		const search = query.length === 0 ? '' : `?${new URLSearchParams(query as [string, string][]).toString()}`;
		const body = bodyOf(request, this.#saved);
		const type = body === undefined ? {} : {'content-type': 'application/json'};
		const given = Object.entries({...type, ...request.headers}).filter(([, value]) => value !== '');
		const asked = {method, path: path + search, headers: Object.fromEntries(given), ...(body === undefined ? {} : {body})};
		if (watch === undefined) return this.#client.ask(asked);
		const {events, meanwhile = []} = watch;
		const onOpen = async (): Promise<void> => {
			for (const next of meanwhile) await this.play(next);
		};
		return this.#client.ask(asked, {lines: events, onOpen});
	}
}

function successOf({status, body}: RawAnswer): Saved {
	if (status >= 300) throw new Error(`The answer that later requests rely on is ${status}: ${body}`);
	return JSON.parse(body) as Saved;
}

function bodyOf({json, text, bytes}: OracleRequest, saved: ReadonlyMap<string, Saved>): string | Uint8Array | undefined {
	if (json !== undefined) return fillIn(JSON.stringify(json), saved);
	return text === undefined ? bytes : fillIn(text, saved);
}
