import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compileSchema} from '../../../apiserver/store/compile-schema.ts';
import {shape} from '../../../apiserver/store/shape.ts';
import {validate, type FieldProblem} from '../../../apiserver/store/validate.ts';
import type {Json, JsonObject} from '../../../apiserver/store/json.ts';

/** What is wrong with `value` as field `x`; each is `reason message`. */
function problems(schema: JsonObject, value: Json): readonly string[] {
	const found: FieldProblem[] = [];
	validate(compileSchema(schema), value, 'x', found);
	return found.map(({reason, field, message}) => `${reason} ${field}: ${message}`);
}

const invalid = (value: string, rule: string): string =>
	`FieldValueInvalid x: Invalid value: ${value}: x in body ${rule}`;
const wrongFormat = (value: string, format: string): string =>
	`FieldValueTypeInvalid x: Invalid value: ${value}: x in body must be of type ${format}: ${value}`;
const intOrPercent = {'x-kubernetes-int-or-string': true, 'minimum': 1, 'pattern': '^[0-9]+%$'};
const table: readonly (readonly [what: string, schema: JsonObject, value: Json, expected: readonly string[]])[] = [
	[
		'a fraction for an integer',
		{type: 'integer'},
		1.5,
		['FieldValueTypeInvalid x: Invalid value: "number": x in body must be of type integer: "number"'],
	],
	[
		'null',
		{type: 'string'},
		null,
		['FieldValueTypeInvalid x: Invalid value: "null": x in body must be of type string: "null"'],
	],
	['null where allowed', {type: 'string', nullable: true}, null, []],
	[
		'a list for an object',
		{type: 'object'},
		[],
		['FieldValueTypeInvalid x: Invalid value: "array": x in body must be of type object: "array"'],
	],
	['an integer or text: an integer', intOrPercent, 3, []],
	['an integer or text: a percentage', intOrPercent, '3%', []],
	['an integer or text: an integer below', intOrPercent, 0, [invalid('0', 'should be greater than or equal to 1')]],
	['an integer or text: other text', intOrPercent, 'x', [invalid('"x"', "should match '^[0-9]+%$'")]],
	[
		'an integer or text: a boolean',
		intOrPercent,
		true,
		['FieldValueTypeInvalid x: Invalid value: "boolean": x in body must be of type integer,string: "boolean"'],
	],
	[
		'a text that is too long',
		{type: 'string', maxLength: 2},
		'abc',
		['FieldValueTooLong x: Too long: may not be more than 2 bytes'],
	],
	['a text of two wide characters', {type: 'string', maxLength: 2, minLength: 2}, '😀😀', []],
	[
		'a text of one wide character',
		{type: 'string', minLength: 2},
		'😀',
		[invalid('"😀"', 'should be at least 2 chars long')],
	],
	['a slash in a pattern', {type: 'string', pattern: '^a/b$'}, 'x', [invalid('"x"', "should match '^a/b$'")]],
	['a time', {type: 'string', format: 'date-time'}, '2026-02-28T23:59:59.123456Z', []],
	[
		'a time with a day that is none',
		{type: 'string', format: 'date-time'},
		'2026-13-01T00:00:00Z',
		[wrongFormat('"2026-13-01T00:00:00Z"', 'date-time')],
	],
	['base64', {type: 'string', format: 'byte'}, 'AQI=', []],
	['broken base64', {type: 'string', format: 'byte'}, 'AQI', [wrongFormat('"AQI"', 'byte')]],
	[
		'too few items',
		{type: 'array', minItems: 1, items: {type: 'string'}},
		[],
		[invalid('0', 'should have at least 1 items')],
	],
	[
		'a set with a value twice',
		{'type': 'array', 'x-kubernetes-list-type': 'set', 'items': {type: 'string'}},
		['a', 'b', 'a'],
		['FieldValueDuplicate x[2]: Duplicate value: "a"'],
	],
	[
		'a map with too many entries',
		{type: 'object', maxProperties: 1, additionalProperties: {type: 'integer'}},
		{a: 1, b: 2},
		['FieldValueTooMany x: Too many: 2: must have at most 1 items'],
	],
	[
		'a bad value in a map',
		{type: 'object', additionalProperties: {type: 'integer', maximum: 1}},
		{a: 2},
		['FieldValueInvalid x.a: Invalid value: 2: x.a in body should be less than or equal to 1'],
	],
	[
		'a bad item in a list',
		{type: 'array', items: {type: 'object', required: ['n']}},
		[{n: 1}, {}],
		['FieldValueRequired x[1].n: Required value'],
	],
];

for (const [what, schema, value, expected] of table) {
	test(`Validation: ${what}`, () => {
		assert.deepEqual(problems(schema, value), expected);
	});
}

test('Pruning and defaulting go through lists and maps, in one copy', () => {
	const item = {type: 'object', properties: {a: {type: 'integer', default: 1}, b: {type: 'string'}}};
	const schema = compileSchema({
		type: 'object',
		properties: {
			list: {type: 'array', items: item},
			map: {type: 'object', additionalProperties: item},
			free: {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true},
			made: {type: 'object', default: {}, properties: {inner: {...item, default: {b: 'x'}}}},
		},
	});
	const dropped: string[] = [];
	const input = Object.freeze({
		list: [{a: null, c: 1}],
		map: {k: {b: 'y', z: {}}},
		free: {any: [1, {thing: null}]},
		odd: 1,
	});
	assert.deepEqual(shape(schema, input, '', dropped), {
		list: [{a: 1}],
		map: {k: {b: 'y', a: 1}},
		free: {any: [1, {thing: null}]},
		made: {inner: {b: 'x', a: 1}},
	});
	assert.deepEqual(dropped, ['list[0].c', 'map.k.z', 'odd']);
});
