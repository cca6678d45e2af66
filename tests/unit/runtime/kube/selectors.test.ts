import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	formatSelector,
	isLabelValue,
	isQualifiedName,
	matchesRequirements,
	matchesSelector,
	parseSelector,
} from '../../../../runtime/kube/selectors.ts';
import type {LabelSelector} from '../../../../runtime/kube/types.ts';

const labels = {'class': 'pump', 'size': '12', 'example.com/site': 'north'};

/** Selector, and whether it matches `labels`. */
const selectors: readonly (readonly [string, boolean])[] = [
	['', true],
	['class=pump', true],
	[' class == pump , size = 12 ', true],
	['class=valve', false],
	['class!=pump', false],
	['class!=valve', true],
	['absent!=x', true],
	['absent=', false],
	['class in (valve, pump)', true],
	['class in (valve)', false],
	['class notin (valve)', true],
	['absent notin (valve)', true],
	['class', true],
	['absent', false],
	['!absent', true],
	['! class', false],
	['size>11', true],
	['size<12', false],
	['class>1', false],
	['example.com/site=north,class in (pump),!absent', true],
	['constructor', false],
	['in in (in)', false],
	['class in ()', false],
	['class notin ()', true],
];

for (const [text, expected] of selectors) {
	test(`Selector "${text}" ${expected ? 'matches' : 'does not match'}`, () => {
		const parsed = parseSelector(text);
		assert(parsed.ok);
		assert.equal(matchesRequirements(parsed.value, labels), expected);
	});
}

/** In the words of the official server. */
const refusals: readonly (readonly [string, string | RegExp])[] = [
	['=x', "found '=', expected: !, identifier, or 'end of string'"],
	[',a', "found ',', expected: !, identifier, or 'end of string'"],
	['a=b,', "found '', expected: identifier after ','"],
	['a=b,,c', "found ',', expected: identifier after ','"],
	['a==b=c', "found '=', expected: ',' or 'end of string'"],
	['a=b c', "found 'c', expected: ',' or 'end of string'"],
	['!a=b', "found '=', expected: ',' or 'end of string'"],
	['a in b', "unable to parse requirement: found 'b' expected: '('"],
	['a in', "unable to parse requirement: found '' expected: '('"],
	['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
	['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
	['a in (=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
	['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
	['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
	['!', "unable to parse requirement: found '', expected: identifier"],
	['a>x', /^unable to parse requirement: values\[0\]: Invalid value: "x": for 'Gt', 'Lt' operators/],
	['a=-b', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": a valid label must be/],
	['-a', /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of/],
	['a/b/c', /^unable to parse requirement: <nil>: Invalid value: "a\/b\/c": /],
	['a=b;c=d', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "b;c"|found '='/],
];
for (const [text, expected] of refusals) {
	test(`Selector "${text}" is refused`, () => {
		const parsed = parseSelector(text);
		assert(!parsed.ok);
		if (typeof expected === 'string') assert.equal(parsed.error, expected);
		else assert.match(parsed.error, expected);
	});
}

test('A label selector of an object and its text select the same', () => {
	const objects: readonly (readonly [LabelSelector, string])[] = [
		[{}, ''],
		[{matchLabels: {class: 'pump', size: '12'}}, 'class=pump,size=12'],
		[{matchExpressions: [{key: 'class', operator: 'In', values: ['pump', 'valve']}]}, 'class in (pump,valve)'],
		[{matchExpressions: [{key: 'absent', operator: 'NotIn', values: ['pump']}]}, 'absent notin (pump)'],
		[{matchExpressions: [{key: 'class', operator: 'Exists'}, {key: 'absent', operator: 'DoesNotExist'}]}, 'class,!absent'],
	];
	for (const [selector, text] of objects) {
		assert.equal(formatSelector(selector), text);
		const parsed = parseSelector(text);
		assert(parsed.ok);
		assert.equal(matchesSelector(selector, labels), true);
		assert.equal(matchesRequirements(parsed.value, labels), true);
	}
	assert.equal(matchesSelector({matchLabels: {class: 'pump'}}, undefined), false);
});

test('Names of labels have at most 63 characters, prefixes 253', () => {
	assert.equal(isQualifiedName('a'.repeat(63)), true);
	assert.equal(isQualifiedName('a'.repeat(64)), false);
	assert.equal(isQualifiedName(`${'a'.repeat(253)}/b`), true);
	assert.equal(isQualifiedName(`${'a'.repeat(254)}/b`), false);
	assert.equal(isQualifiedName('/b'), false);
	assert.equal(isLabelValue('a'.repeat(63)), true);
	assert.equal(isLabelValue('a'.repeat(64)), false);
});
