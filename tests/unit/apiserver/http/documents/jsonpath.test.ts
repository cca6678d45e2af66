import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseJsonPath} from '../../../../../apiserver/http/documents/jsonpath.ts';

const object = {
	metadata: {name: 'a', annotations: {'femtofleet.dev/note': 'x', 'a]b': 'y'}},
	status: {
		ready: 0,
		none: null,
		conditions: [
			{type: 'Lost', status: 'False', weight: 1},
			{type: 'Ready', status: 'True', weight: 3, flag: true, detail: {code: 7}},
		],
		list: ['first', 'middle', 'last'],
	},
};

const found: readonly (readonly [path: string, value: unknown])[] = [
	['.metadata.name', 'a'],
	['.status.ready', 0],
	['.status.none', null],
	['.status.missing.deeper', undefined],
	['.metadata.name.deeper', undefined],
	['.status.toString', undefined],
	[String.raw`.metadata.annotations.femtofleet\.dev/note`, 'x'],
	["['metadata']['name']", 'refused'],
	[".metadata['annotations']['a]b']", 'y'],
	['.status.list[0]', 'first'],
	['.status.list[-1]', 'last'],
	['.status.list[3]', undefined],
	['.status.list[*]', 'first'],
	['.status.conditions[*].flag', true],
	['.metadata.*', 'a'],
	['.status.conditions[?(@.type=="Ready")].status', 'True'],
	[".status.conditions[?( @.type == 'Ready' )].status", 'True'],
	['.status.conditions[?(@.type!="Lost")].type', 'Ready'],
	['.status.conditions[?(@.weight>1)].type', 'Ready'],
	['.status.conditions[?(@.weight<2)].type', 'Lost'],
	['.status.conditions[?(@.weight>=3)].type', 'Ready'],
	['.status.conditions[?(@.weight<=-1.5)].type', undefined],
	['.status.conditions[?(@.weight=="3")].type', undefined],
	['.status.conditions[?(@.flag==true)].type', 'Ready'],
	['.status.conditions[?(@.flag)].type', 'Ready'],
	['.status.conditions[?(@.detail.code==7)].type', 'Ready'],
	['.status.list[?(@=="last")]', 'last'],
	['.metadata[?(@.name=="a")]', undefined],
	['metadata.name', 'refused'],
	['', 'refused'],
	['.', 'refused'],
	['..name', 'refused'],
	['.status.list[0:2]', 'refused'],
	['.status.list[0,1]', 'refused'],
	['.status.list[', 'refused'],
	['.status.conditions[?(@.type=Ready)]', 'refused'],
	['.status.conditions[?(@.type=="Ready"]', 'refused'],
	['.status.conditions[?(@.list[0:2]=="a")]', 'refused'],
	['{.metadata.name}', 'refused'],
];

for (const [path, expected] of found) {
	test(`JSONPath ${path === '' ? 'without text' : path} gives ${JSON.stringify(expected) ?? 'nothing'}`, () => {
		const parsed = parseJsonPath(path);
		if (expected === 'refused') assert(!parsed.ok && parsed.error.startsWith(`JSONPath ${JSON.stringify(path)} must `));
		else assert.deepEqual(parsed.ok && [parsed.value(object)], [expected]);
	});
}
