import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {test} from 'node:test';
import '../../../bridge/mod.ts';
import '../../../controller/mod.ts';
import {answerMetrics, byLabel, single} from '../../../runtime/metrics.ts';

const {cache} = createRequire(import.meta.url);
const isLoaded = (): boolean => Object.keys(cache).some(path => path.includes('/prom-client/'));

test('the library of metrics is loaded by the first scrape, and not by the programs', async () => {
	assert.equal(isLoaded(), false);
	await answerMetrics([]);
	assert.equal(isLoaded(), true);
});

test('metrics are written in the text format of Prometheus, afresh for each scrape', async () => {
	let value = 1.5;
	const metrics = [
		{name: 'a_total', type: 'counter', help: 'as', labels: ['of'], read: () => byLabel('of', {x: value, 'y"\n': 0})},
		{name: 'b', type: 'gauge', help: 'bs', labels: [], read: () => single(-value)},
		{name: 'c', type: 'gauge', help: 'none yet', labels: ['of'], read: () => []},
	] as const;
	const first = [
		'# HELP a_total as', '# TYPE a_total counter', 'a_total{of="x"} 1.5', 'a_total{of="y\\"\\n"} 0', '',
		'# HELP b bs', '# TYPE b gauge', 'b -1.5', '', '# HELP c none yet', '# TYPE c gauge', '',
	].join('\n');
	assert.equal((await answerMetrics(metrics)).body, first);
	value = 2;
	assert.equal((await answerMetrics(metrics)).body, first.replaceAll('1.5', '2'));
});
