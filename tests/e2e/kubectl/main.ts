// npm run e2e:kubectl: every case with each kubectl on each server, as a table; ends with 1 when one fails.
//   node tests/e2e/kubectl/main.ts [PART OF A CASE'S NAME]
import {kubectlSkip, kubectlVersions} from '../../../scripts/kubectl/kubectl.ts';
import {cases} from './cases/all.ts';
import {runEverywhere} from './everywhere.ts';
import {textDifferences} from './differences.ts';

const skip = kubectlSkip();
if (skip !== undefined) {
	console.log(`skipped: ${skip}`);
	process.exit(0);
}
const [part = ''] = process.argv.slice(2);
const chosen = cases.filter(({name}) => name.includes(part));
const {rows, comparisons, skipped} = await runEverywhere(kubectlVersions, chosen);
for (const {kubectl, server, results} of rows) {
	for (const {name, error} of results) if (error !== undefined) console.log(`FAILED kubectl ${kubectl}, ${server}: ${name}\n${error.message}\n`);
}
const unexplained = comparisons.flatMap((comparison) => comparison.unexplained);
if (unexplained.length > 0) console.log(`Texts that differ between the servers:\n\n${unexplained.join('\n\n')}\n`);
console.log('| kubectl | server | version | cases passed | seconds |\n| --- | --- | --- | --- | --- |');
for (const {kubectl, server, version, passed, results, seconds} of rows) {
	console.log(`| ${kubectl} | ${server} | ${version} | ${passed} of ${results.length} | ${seconds} |`);
}
if (skipped !== undefined) console.log(`the official server was left out: ${skipped}`);
else console.log(['texts may differ only where:', ...textDifferences.map(({reason}) => `- ${reason}`)].join('\n'));
process.exitCode = unexplained.length > 0 || rows.some(({passed, results}) => passed < results.length) ? 1 : 0;
