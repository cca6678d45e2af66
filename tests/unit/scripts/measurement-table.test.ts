import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatMeasurement, replaceSection} from '../../../scripts/measurement-table.ts';

const provenance = {commit: 'abc1234567', date: '2026-11-25'};

test('formatMeasurement() prints title, commit, date, a table that aligns numbers right, and notes', () => {
	const found = {columns: ['seeds', 'median s'], rows: [['all | some', 71]], notes: ['Two cores.']};
	const expected = [
		'## Loss\n',
		'Commit abc1234567, 2026-11-25.\n',
		'| seeds | median s |',
		'| --- | --: |',
		'| all \\| some | 71 |\n',
		'Two cores.',
	];
	assert.equal(formatMeasurement('Loss', found, provenance), expected.join('\n'));
});

test('formatMeasurement() refuses a row that does not fit the columns', () => {
	assert.throws(() => formatMeasurement('Loss', {columns: ['a', 'b'], rows: [[1]]}, provenance), RangeError);
});

test('replaceSection() appends the first result of a name', () => {
	const document = replaceSection('# Measurements\n', 'start', 'first');
	assert.equal(document, '# Measurements\n\n<!-- begin start -->\nfirst\n<!-- end start -->\n');
});

test('replaceSection() replaces an earlier result where it stands and touches no other', () => {
	const one = replaceSection('# Measurements\n', 'start', 'old');
	const two = replaceSection(one, 'start-up', 'other');
	const three = replaceSection(two, 'start', 'new $& one');
	assert.equal(three, two.replace('old', () => 'new $& one'));
	assert.equal(replaceSection(three, 'start', 'new $& one'), three);
});

test('replaceSection() refuses a section without its end marker', () => {
	assert.throws(() => replaceSection('<!-- begin start -->\nold\n', 'start', 'new'), SyntaxError);
});
