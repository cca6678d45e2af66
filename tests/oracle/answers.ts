import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {RawClient} from '../../scripts/oracle/http.ts';
import {runScenario, type Answers} from './run.ts';
import type {Topic} from './scenario.ts';

/** Answers of one topic by the scenario's name. */
export type TopicAnswers = Readonly<Record<string, Answers>>;

/** Whose answers are recorded, and when. */
export interface Recording {
	readonly kubernetes: string;
	readonly date: string;
}

const folder = join(import.meta.dirname, 'answers');
const about = 'recording';

/** Plays the scenarios of a topic; namespaces are `<prefix>-<number>`. Without controllers some are left out. */
export async function runTopic(client: RawClient, topic: Topic, prefix: string, controllers: boolean): Promise<TopicAnswers> {
	const answers: Record<string, Answers> = {};
	for (const [index, scenario] of topic.scenarios.entries()) {
		if (scenario.needsControllers === true && !controllers) continue;
		answers[scenario.name] = await runScenario(client, scenario, `${prefix}-${index}`);
	}
	return answers;
}

/** @throws Error when nothing is recorded for the topic. */
export function readRecorded(topic: Topic): TopicAnswers {
	return read(topic.name) as TopicAnswers;
}

export function readRecording(): Recording {
	return read(about) as Recording;
}

export function writeRecorded(answers: ReadonlyMap<Topic, TopicAnswers>, recording: Recording): void {
	mkdirSync(folder, {recursive: true});
	write(about, recording);
	for (const [topic, recorded] of answers) write(topic.name, recorded);
}

function read(name: string): unknown {
	return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

function write(name: string, value: unknown): void {
	writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(value, undefined, '\t')}\n`);
}
