// npm run oracle: asks the official kube-apiserver and ours the same requests and prints where the answers differ.
//   npm run oracle                          builds the official server once, runs both, compares
//   npm run oracle -- --record              also writes its answers to tests/oracle/answers/, for machines without it
//   npm run oracle -- --start               runs it alone until Ctrl-C, and prints its kubeconfig
//   npm run oracle -- --kubeconfig FILE     compares with a server that runs already; it gets the kinds of crds/
// KUBEBUILDER_ASSETS may name a folder with kube-apiserver and etcd to use instead of building them.
import {once} from 'node:events';
import {parseArgs} from 'node:util';
import {compareServers, formatDifference, type Comparison} from '../../tests/oracle/compare.ts';
import {writeRecorded} from '../../tests/oracle/answers.ts';
import {knownDifferences} from '../../tests/oracle/differences.ts';
import {askAll, connectTo, startOfficial, startOurs} from '../../tests/oracle/servers.ts';
import {provideOracle} from './build.ts';
import {startOracle} from './server.ts';

const say = (text: string): void => console.log(`oracle: ${text}`);

const {values} = parseArgs({
	options: {record: {type: 'boolean'}, start: {type: 'boolean'}, kubeconfig: {type: 'string'}},
});
if (values.kubeconfig === undefined) await provideOracle(say);
process.exitCode = values.start === true ? await runAlone() : await compare();

async function runAlone(): Promise<number> {
	const oracle = await startOracle();
	say(`ready at ${oracle.url}`);
	say(`kubectl --kubeconfig ${oracle.kubeconfig} get namespaces`);
	await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), oracle.ended]);
	await oracle.stop();
	return 0;
}

async function compare(): Promise<number> {
	const official = values.kubeconfig === undefined ? await startOfficial() : await connectTo(values.kubeconfig);
	const ours = await startOurs();
	try {
		say(`asking kube-apiserver ${official.version}`);
		const theirAnswers = await askAll(official);
		const date = new Date().toISOString().slice(0, 10);
		if (values.record === true) writeRecorded(theirAnswers, {kubernetes: official.version, date});
		say('asking ours');
		return print(compareServers(theirAnswers, await askAll(ours), knownDifferences));
	} finally {
		await Promise.all([official.stop(), ours.stop()]);
	}
}

/** The exit code: 1 for a difference that nobody explains, or an explanation of nothing. */
function print({cases, unexplained, explained}: Comparison): number {
	for (const difference of unexplained) console.log(formatDifference(difference));
	for (const [{reason}, covered] of explained) say(`known, ${new Set(covered.map(({at}) => at)).size} cases: ${reason}`);
	const stale = [...explained.values()].filter((covered) => covered.length === 0).length;
	const different = new Set(unexplained.map(({at}) => at)).size;
	say(`${cases} cases, ${different} with a difference that is not explained, ${stale} explanations of nothing`);
	return different + stale === 0 ? 0 : 1;
}
