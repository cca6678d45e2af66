import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {findOracle} from '../../scripts/oracle/server.ts';
import {readRecorded, readRecording, type TopicAnswers} from '../oracle/answers.ts';
import {compareServers, formatDifference, type Comparison} from '../oracle/compare.ts';
import {knownDifferences} from '../oracle/differences.ts';
import {topics} from '../oracle/requests/topics.ts';
import type {OracleRequest, Topic} from '../oracle/scenario.ts';
import {askAll, startOfficial, startOurs, type Server} from '../oracle/servers.ts';

type ByTopic = ReadonlyMap<Topic, TopicAnswers>;

const recorded: ByTopic = new Map(topics.map((topic) => [topic, readRecorded(topic)]));
const isLive = findOracle() !== undefined;

/** Of the official server; KUBEBUILDER_ASSETS may name one of another version than the recorded. */
let version = '';
let live: ByTopic | undefined;
let comparison: Comparison;

before(async () => {
	const ours = askAndStop(startOurs());
	const official = isLive ? askAndStop(startOfficial()) : undefined;
	const [{answers: ourAnswers}, theirs] = await Promise.all([ours, official]);
	version = theirs?.version ?? readRecording().kubernetes;
	live = theirs?.answers;
	comparison = compareServers(live ?? recorded, ourAnswers, knownDifferences);
});

after(() => {
	const from = isLive ? 'live answers' : 'recorded answers';
	const {date} = readRecording();
	console.log(`oracle: ${from}, ${comparison.cases} cases (kube-apiserver ${version}${isLive ? '' : `, ${date}`})`);
	for (const [{reason}, covered] of comparison.explained) {
		console.log(`oracle: known in ${new Set(covered.map(({at}) => at)).size} cases: ${reason}`);
	}
});

for (const topic of topics) {
	test(`The embedded API answers as the official server does: ${topic.name}`, () => {
		const differences = comparison.unexplained.filter(({at}) => at.startsWith(`${topic.name} / `));
		assert.equal(differences.map(formatDifference).join('\n'), '');
	});
}

test('Known differences are few, and each still explains something', () => {
	const stale = [...comparison.explained].filter(([, covered]) => covered.length === 0);
	assert.deepEqual(stale.map(([{reason}]) => reason), []);
	assert.ok(knownDifferences.length <= 15, `${knownDifferences.length} known differences, at most 15`);
});

test('The answer to every request of the list is recorded', () => {
	const namesOf = (topic: Topic): readonly (readonly [string, readonly string[]])[] =>
		topic.scenarios.map(({name, requests}) => [name, requests.flatMap(withMeanwhile).map((request) => request.name).toSorted()]);
	for (const topic of topics) {
		const answers = Object.entries(recorded.get(topic) ?? {}).map(([name, byRequest]) => [name, Object.keys(byRequest).toSorted()]);
		assert.deepEqual(answers, namesOf(topic));
	}
});

test('At least 150 requests are compared', () => {
	assert.ok(comparison.cases >= 150, `${comparison.cases} cases`);
});

test('The recorded answers are what the official server says today', {skip: isLive ? false : 'it is not in the cache'}, (t) => {
	assert.ok(live !== undefined);
	if (version !== readRecording().kubernetes) {
		t.skip(`it is ${version}`);
		return;
	}
	const {unexplained} = compareServers(recorded, live, []);
	assert.equal(unexplained.map(formatDifference).join('\n'), '');
});

function withMeanwhile(request: OracleRequest): readonly OracleRequest[] {
	return [request, ...(request.watch?.meanwhile ?? [])];
}

async function askAndStop(starting: Promise<Server>): Promise<{readonly version: string; readonly answers: ByTopic}> {
	const server = await starting;
	try {
		return {version: server.version, answers: await askAll(server)};
	} finally {
		await server.stop();
	}
}
