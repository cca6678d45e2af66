import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readYaml, writeYaml} from '../../../cli/yaml.ts';

/** What kubectl 1.32 made of each (`kubectl annotate --local -o json`). */
const scalars: Readonly<Record<string, unknown>> = {
	'on': true, 'On': true, 'ON': true, 'oN': 'oN', 'off': false, 'OFF': false,
	'yes': true, 'Yes': true, 'yEs': 'yEs', 'no': false, 'No': false, 'y': true, 'Y': true, 'n': false, 'N': false,
	'true': true, 'TRUE': true, 'tRUE': 'tRUE', 'False': false,
	'~': null, 'null': null, 'Null': null, 'nULL': 'nULL', '""': '', "'yes'": 'yes', '"010"': '010',
	'010': 8, '0o10': 8, '-0o7': -7, '+010': 8, '0o8': '0o8', '0o': '0o', '00': 0, '08': 8, '018': 18, '0_8': 8,
	'0b101': 5, '-0b101': -5, '0B1': 1, '0b2': '0b2', '0xFF': 255, '0X1F': 31, '-0x1F': -31, '0x_F': 15, '0x': '0x',
	'1_000': 1000, '1__0': 10, '1_': 1, '_1': '_1', '+12': 12, '-1': -1, '-0': 0, '-0.0': 0,
	'1e3': 1000, '1E3': 1000, '1.5e3': 1500, '1e+03': 1000, '1e-3': 0.001, '1.e3': 1000, '1e1_0': 1e10, '1e': '1e',
	'1.0': 1, '1.': 1, '.5': 0.5, '+.5': 0.5, '-.5e3': -500, '._5': '._5', '.e3': '.e3', '.': '.', '1e2.5': '1e2.5',
	'1e400': '1e400', '0x1p4': '0x1p4', '1.2.3': '1.2.3', '1,000': '1,000', 'Infinity': 'Infinity', 'NaN': 'NaN',
	'12:30': '12:30', '12:30:45': '12:30:45', '190:20:30.15': '190:20:30.15',
	'2001-12-14': '2001-12-14', '2001-12-14t21:59:43.10-05:00': '2001-12-14t21:59:43.10-05:00',
	'9007199254740991': 9_007_199_254_740_991, '100000000000000000000': 1e20, '0x1FFFFFFFFFFFFFFFF': '0x1FFFFFFFFFFFFFFFF',
	'=': '=', '!!str 12': '12', '!!int "3"': 3, '!!float 3': 3, '!!bool yes': true, '!foo 3': '3',
	'!!binary aGVsbG8=': 'hello', '!!timestamp 2001-01-01': '2001-01-01',
};

for (const [text, expected] of Object.entries(scalars)) {
	test(`a value written ${text} is ${JSON.stringify(expected)}, as kubectl reads it`, () => {
		assert.deepEqual(readYaml(`a: ${text}\n`, 'f.yaml'), [{a: expected}]);
	});
}

const texts: Readonly<Record<string, readonly [text: string, expected: readonly object[]]>> = {
	'keys become text': [
		'1.0: x\n0x10: z\n010: w\non: v\n2001-01-01: d\n', [{1: 'x', 16: 'z', 8: 'w', true: 'v', '2001-01-01': 'd'}],
	],
	'merged entries replace those above them and yield to those below': [
		'x: &x {p: 1, q: 2}\na: {<<: *x, q: 3}\nb: {q: 3, <<: *x}\n',
		[{x: {p: 1, q: 2}, a: {p: 1, q: 3}, b: {p: 1, q: 2}}],
	],
	'of several merged maps the first wins': ['<<: [{p: 1}, {p: 2, r: 3}]\n', [{p: 1, r: 3}]],
	'an alias stands for its anchor': ['a: &x [1, yes]\nb: *x\n', [{a: [1, true], b: [1, true]}]],
	'documents without content are dropped': ['---\n# none\n---\na: 1\n...\n---\nnull\n---\nb: 2\n', [{a: 1}, {b: 2}]],
	'a byte order mark and line ends of Windows do not matter': ['\uFEFFa: 1\r\nb: 2\r\n', [{a: 1, b: 2}]],
	'a tab may stand between key and value': ['a:\t1 \t# c\n', [{a: 1}]],
	'JSON is YAML': ['{"a": {"b": [1, "x"]}}', [{a: {b: [1, 'x']}}]],
	'a key named __proto__ is a key': ['a: {__proto__: 1}\n', [JSON.parse('{"a": {"__proto__": 1}}') as object]],
	'blocks keep or fold their lines': ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', [{a: 'x\ny\n', b: 'x y'}]],
	'a set is a map to null': ['a: !!set {x}\n', [{a: {x: null}}]],
};

for (const [sentence, [text, expected]] of Object.entries(texts)) {
	test(sentence, () => {
		assert.deepEqual(readYaml(text, 'f.yaml'), expected);
	});
}

const safe = `an integer from ${-Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER} required`;
const refused: Readonly<Record<string, readonly [text: string, message: string]>> = {
	'an integer that would be rounded': ['a: {b: [9007199254740993]}\n', `a.b[0] is 9007199254740993, ${safe}`],
	'a negative integer that would be rounded': ['a: -9007199254740992\n', `a is -9007199254740992, ${safe}`],
	'a key that stands twice': ['a:\n  b: 1\n  b: 2\n', 'a.b stands twice, unique keys required'],
	'a key that stands twice in two spellings': ['on: 1\nyes: 2\n', 'true stands twice, unique keys required'],
	'a tab as indentation': ['a:\n\tb: 1\n', 'line 2, column 1: Tabs are not allowed as indentation'],
	'a list that does not end': [
		'a: [1, 2\n', 'line 2, column 1: Flow sequence in block collection must be sufficiently indented and end with a ]',
	],
	'an infinite number': ['a: .inf\n', 'a is .inf, a finite number required'],
	'no number': ['a: .NaN\n', 'a is .nan, a finite number required'],
	'an alias without anchor': ['a: *b\n', 'a is *b, an anchor that stands above required'],
	'an alias inside its own anchor': ['a: &x [*x]\n', 'a[0] is *x, an anchor outside itself required'],
	'a merge of no map': ['a: {<<: 3}\n', 'a.<< merges no map, a map or a list of maps required'],
	'a key of null': ['a: {~: 1}\n', 'a has the key ~, a text, number or boolean as key required'],
	'a list as key': ['? [a]\n: b\n', 'the document has the key ["a"], a text, number or boolean as key required'],
	'a value that its tag does not name': ['a: !!int x\n', 'a is "x", a value that !!int names required'],
	'bytes that are no base64': ['a: !!binary a\n', 'a is !!binary, base64 required'],
	'a list as document': ['- 1\n', '[1], an object required'],
	'a text as document': ['foo\n', '"foo", an object required'],
	'anchors that explode': [
		`a: &a [1]\nb: [${Array.from({length: 101}, () => '*a').join(', ')}]\n`,
		'b[100] is alias 101, at most 100 aliases required',
	],
};

for (const [sentence, [text, message]] of Object.entries(refused)) {
	test(`${sentence} is refused`, () => {
		assert.throws(() => readYaml(text, 'f.yaml'), {name: 'UsageError', message: `Cannot read f.yaml: ${message}`});
	});
}

test('nested anchors that double at each level are refused', () => {
	const levels = Array.from({length: 30}, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`);
	const text = `a0: &a0 [x]\n${levels.join('')}`;
	assert.throws(() => readYaml(text, 'f.yaml'), /is alias 101, at most 100 aliases required$/);
});

test('what is written is read back as the same, whatever a string looks like', () => {
	const strings = [...Object.keys(scalars), '<<', '- a', 'a: b', '#', ' x ', 'x\ny', '', '\t', '!x', '&x', '*x', '.inf'];
	const keys = Object.fromEntries(strings.map((key) => [key, key]));
	const objects = [{strings, keys}, {numbers: [0, -1, 1.5, 1e21, 2 ** 31]}];
	assert.deepEqual(readYaml(writeYaml(objects), 'f.yaml'), objects);
});
