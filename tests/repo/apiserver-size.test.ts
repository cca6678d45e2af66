import assert from 'node:assert/strict';
import {test} from 'node:test';
import {listFiles, readRepositoryFile} from '../../scripts/repository.ts';

/** A small API server is one that stays small. Cut in this order: aggregated discovery, sendInitialEvents, ratcheting. */
const linesMax = 7_000;

test(`The API server has at most ${linesMax} lines that are not blank`, () => {
	const sources = listFiles().filter((path) => path.startsWith('apiserver/') && path.endsWith('.ts'));
	assert.ok(sources.length > 0);
	const counts = sources.map((path) => readRepositoryFile(path).split('\n').filter((line) => line.trim() !== '').length);
	const lines = counts.reduce((sum, count) => sum + count, 0);
	assert.ok(lines <= linesMax, `${lines} lines`);
});
