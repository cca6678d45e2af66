import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {after, before, test} from 'node:test';
import {Command} from 'commander';
import {addGetCommand} from '../../../../cli/commands/get.ts';
import {addLogsCommand} from '../../../../cli/commands/logs.ts';
import {addRolloutCommand} from '../../../../cli/commands/rollout.ts';
import {addWhyCommand} from '../../../../cli/commands/why.ts';
import {complete, type CompletionParts} from '../../../../cli/complete/complete.ts';
import {printCompletion} from '../../../../cli/complete/run.ts';
import {completionScripts} from '../../../../cli/complete/scripts.ts';
import {SessionFixture} from '../session-fixture.ts';

const fixture = new SessionFixture();
const add: Readonly<Record<string, (program: Command) => void>> = {
	get: addGetCommand, logs: addLogsCommand, rollout: addRolloutCommand, why: addWhyCommand,
};
const parts: CompletionParts = {
	commands: [...Object.keys(add), 'build'].map((name) => ({name, summary: `${name} it`})),
	load: (name) => {
		const program = new Command();
		add[name]?.(program);
		return Promise.resolve(program.commands[0]);
	},
	cluster: ({namespace = 'default'}) => ({api: fixture.store, namespace}),
};

before(async () => {
	await fixture.namespace('plant-a');
	await fixture.container('level');
	await fixture.container('vibration', {namespace: 'plant-a'});
	await fixture.device('pump-1', {});
	await fixture.device('pump-2', {});
});

async function words(line: string): Promise<string> {
	const {suggestions} = await complete(line.split(' '), parts);
	return suggestions.map(({word}) => word).join(' ');
}

const rows: readonly (readonly [line: string, words: string])[] = [
	['', 'get logs rollout why build'],
	['ro', 'rollout'],
	['nothing ', ''],
	['get f', 'fc femtocontainers fd femtodevices ft femtotenants femto'],
	['get fd ', 'pump-1 pump-2'],
	['get fd pump-1 ', 'pump-2'],
	['get fc/', 'fc/level'],
	['get fc/lev', 'fc/level'],
	['get fc/x', ''],
	['get -n plant-a fc/', 'fc/vibration'],
	['get fc --namespace=plant-a ', 'vibration'],
	['get fc -n ', 'default plant-a'],
	['get fc --namespace=p', '--namespace=plant-a'],
	['get fc -o j', 'json jsonpath='],
	['get --no', '--no-headers'],
	['rollout ', 'status history pause resume undo'],
	['rollout undo ', 'fc femtocontainers'],
	['rollout undo fd/', ''],
	['rollout undo --dry-run ', 'none server'],
	['rollout status fc/', 'fc/level'],
	['logs ', 'fc/ pump-1 pump-2'],
	['logs pump-1 ', 'level'],
	['logs fc/level --device p', 'pump-1 pump-2'],
	['why pump-', 'pump-1 pump-2'],
	['why pump-1 ', 'level'],
];

for (const [line, expected] of rows) {
	test(`"femto ${line}" goes on with "${expected}"`, async () => assert.equal(await words(line), expected));
}

test('a cluster that is not there offers nothing and breaks nothing', async () => {
	const cluster = (): never => {
		throw new Error('no kubeconfig');
	};
	assert.deepEqual(await complete(['get', 'fd', ''], {...parts, cluster}), {suggestions: [], files: false});
});

test('the answer ends with the bits that shells and kubectl read', () => {
	const suggestions = [{word: 'fc/', meaning: 'one\nline'}];
	assert.equal(printCompletion({suggestions, files: false}), 'fc/\tone line\n:6\n');
	assert.equal(printCompletion({suggestions: [], files: true}), ':0\n');
});

const folder = mkdtempSync(join(tmpdir(), 'femto-completion-'));
after(() => rmSync(folder, {recursive: true}));

test('the script for bash asks for the words up to the cursor and offers what comes', () => {
	const program = join(folder, 'femto');
	const offers = 'printf "%s\\n" "--output=json\tas JSON" "--output=yaml" ":4"';
	writeFileSync(program, `#!/bin/sh\nprintf "%s\\n" "$@" >"$0.asked"\n${offers}\n`);
	chmodSync(program, 0o755);
	const line = 'femto get fd --output=';
	const script = `${completionScripts.bash}
COMP_LINE='${line} rest' COMP_POINT=${line.length}
_femto
printf '%s\\n' "\${COMPREPLY[@]}"
cat '${program}.asked'`;
	const {stdout, stderr} = spawnSync('bash', ['--norc', '-c', script], {
		encoding: 'utf8', env: {...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}`},
	});
	assert.equal(stderr, '');
	assert.deepEqual(stdout.trim().split('\n'), ['json', 'yaml', '__complete', 'get', 'fd', '--output=']);
});
