import assert from 'node:assert/strict';
import {test} from 'node:test';
import {age, clean, fit, widthOf, wrap} from '../../../../cli/tui/text.ts';

const cleaned: Readonly<Record<string, readonly [text: string, clean: string]>> = {
	'plain text stays': ['abc ', 'abc '],
	'colours go': ['\u001b[31mred\u001b[0m', 'red'],
	'cursor movements go': ['a\u001b[2J\u001b[1;1Hb', 'ab'],
	'titles and links go': ['\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b', 'ab'],
	'a lone escape shows as a dot': ['a\u001b', 'a·'],
	'bell and backspace show as dots': ['\u0007a\b', '·a·'],
	'line breaks and tabs are blanks': ['a\r\n\tb', 'a b'],
	'directions go': ['a\u202eb\u2066c', 'abc'],
	'C1 control characters show as dots': ['a\u009bb', 'a·b'],
	'joiners go': ['👩\u200d🚀', '👩🚀'],
};

for (const [name, [text, wanted]] of Object.entries(cleaned)) {
	test(`Text from outside: ${name}`, () => assert.equal(clean(text), wanted));
}

const widths: Readonly<Record<string, number>> = {'': 0, 'abc': 3, 'é': 1, 'e\u0301': 1, '漢字': 4, '한': 2, '🚀': 2, '✔✖◌◷॥⚠': 6, '█▚░': 3, '→': 1};

for (const [text, width] of Object.entries(widths)) {
	test(`"${text}" takes ${width} columns`, () => assert.equal(widthOf(text), width));
}

test('A cell has exactly its width, whatever is in it', () => {
	for (const text of ['', 'abc', 'abcdefgh', '漢字漢字漢字', 'a漢字', '🚀🚀🚀🚀', 'e\u0301'.repeat(9), '\u001b[1mx']) {
		for (let width = 1; width < 12; width++) {
			assert.equal(widthOf(fit(text, width)), width, `${text} in ${width}`);
			assert.equal(widthOf(fit(text, width, 'right')), width, `${text} in ${width}, right`);
		}
	}
	assert.equal(fit('abcdef', 4), 'abc…');
	assert.equal(fit('7', 3, 'right'), '  7');
});

test('Lines are wrapped at blanks, and long words where they must be', () => {
	assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
	assert.deepEqual(wrap('abcdefghij k', 4), ['abcd', 'efgh', 'ij k']);
	assert.deepEqual(wrap('漢字漢', 4), ['漢字', '漢']);
	assert.deepEqual(wrap('', 4), ['']);
});

test('Ages read as those of kubectl', () => {
	const ages = [0, 119_000, 120_000, 150_000, 601_000, 7_200_000, 86_400_000, 300_000_000].map(age);
	assert.deepEqual(ages, ['0s', '119s', '2m', '2m30s', '10m', '120m', '24h', '3d']);
});
