import assert from 'node:assert/strict';
import {test} from 'node:test';
import {printJsonPath} from '../../../../cli/output/jsonpath.ts';

const list = {
	items: [
		{
			metadata: {name: 'a', labels: {'app.kubernetes.io/name': 'x'}},
			status: {n: 3, ok: true, conditions: [{type: 'Stalled', status: 'True'}, {type: 'Ready', status: 'False'}]},
		},
		{metadata: {name: 'b'}, status: {n: 12, conditions: [{type: 'Ready', status: 'True'}]}},
		{metadata: {name: 'c'}, status: {conditions: []}},
	],
};

/** As `kubectl -o jsonpath=` prints them of the same list. */
const rows: readonly (readonly [template: string, printed: string])[] = [
	['{.items[*].metadata.name}', 'a b c'],
	['{$.items[0].metadata.name}{"\\n"}', 'a\n'],
	['{.items[-1].metadata.name}', 'c'],
	['{.items[0:2].metadata.name}', 'a b'],
	['{.items[::2].metadata.name}', 'a c'],
	['{.items[0,2].metadata.name}', 'a c'],
	["{.items[0].metadata['name']}", 'a'],
	["{.items[0]['metadata']['name']}", 'a'],
	['{.items[0].metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
	['{.items[?(@.status.n>5)].metadata.name}', 'b'],
	['{.items[?(@.status.n)].metadata.name}', 'a b'],
	['{.items[?(@.metadata.name!="a")].metadata.name}', 'b c'],
	['{.items[?(@.status.ok==true)].metadata.name}', 'a'],
	['{.items[0].status.conditions[?(@.type=="Ready")].status}', 'False'],
	['{.items[0].status.conditions[?(@.type==\'Ready\')].status}', 'False'],
	['{.items[0].status.conditions}', '[{"type":"Stalled","status":"True"},{"type":"Ready","status":"False"}]'],
	['{range .items[*]}{.metadata.name}={.status.n};{end}', 'a=3;b=12;c=;'],
	['{range .items[*]}{range .status.conditions[*]}{.type}{" "}{end}|{end}', 'Stalled Ready |Ready ||'],
	['{..name}', 'a b c'],
	['{.items[0].status.*}', '3 true [{"type":"Stalled","status":"True"},{"type":"Ready","status":"False"}]'],
	['{.nothing.here}', ''],
	['{.items[7].metadata}', ''],
	['plain {.items[0].status.n} text', 'plain 3 text'],
	['{"{braces}"}', '{braces}'],
	['.items', '.items'],
];

for (const [template, printed] of rows) {
	test(`${template} prints ${JSON.stringify(printed)}`, () => {
		assert.deepEqual(printJsonPath(template, list), {ok: true, value: printed});
	});
}

const bad: readonly (readonly [template: string, error: RegExp])[] = [
	['{.items', /unclosed action: \{\.items$/],
	['{range .items[*]}x', /\{range\} without \{end\}$/],
	['{end}', /\{end\} without \{range\}$/],
	['{.items[x]}', /invalid array index x$/],
	['{.items[]}', /empty brackets$/],
	['{.items[?(=1)]}', /unrecognized filter: =1$/],
	['{.a b}', /unrecognized character in action:  b$/],
];

for (const [template, error] of bad) {
	test(`${template} is refused`, () => {
		const printed = printJsonPath(template, list);
		assert.match(printed.ok ? '' : printed.error, error);
		assert.match(printed.ok ? '' : printed.error, /^error parsing jsonpath /);
	});
}

test('a long template without an end is refused quickly', () => {
	const printed = printJsonPath(`{${'"a'.repeat(20_000)}`, list);
	assert.equal(printed.ok, false);
});
