import assert from 'node:assert/strict';
import test from 'node:test';
import {defaultMinRuns, resolveChoice, type Choice, type Resolved} from '../../../../controller/container/resolve.ts';
import type {Statement} from '../../../../protocol/statement.ts';

const statement: Statement = {
	tenant: 7, container: 'vibration', sequence: 3, imageDigest: new Uint8Array(32), imageBytes: 400, hooks: [1, 2],
	permissions: 0b10, resources: {stackBytes: 128, dataBytes: 16, instructionsPerRun: 20_000},
};
const parameters = [
	{name: 'window', default: 10, min: 1, max: 100},
	{name: 'offset', default: -5, min: -10, max: 10},
	{name: 'scale', default: 2, min: 1, max: 4},
];
const timer = {hook: 1, order: 500, parameters: []};
const message = {hook: 2, order: 500, parameters: []};

const resolved: Record<string, {readonly choice: Choice; readonly expect: Partial<Resolved>}> = {
	'without a choice every hook of the statement is attached': {
		choice: {}, expect: {hooks: [timer, message], parameters: [], instructionsPerRun: 0},
	},
	'a choice of hooks narrows the statement': {choice: {hooks: [{name: 'message'}]}, expect: {hooks: [message]}},
	'hooks are sorted by id': {
		choice: {hooks: [{name: 'message'}, {name: 'timer'}]}, expect: {hooks: [timer, message]},
	},
	'order and parameters of a hook are taken over': {
		choice: {hooks: [{name: 'timer', order: 10, parameters: {periodMilliseconds: 250}}]},
		expect: {hooks: [{hook: 1, order: 10, parameters: [250]}]},
	},
	'a parameter stands at the index of the image, with defaults before it': {
		choice: {parameters: {scale: 3, window: 7}}, expect: {parameters: [7, -5, 3]},
	},
	'defaults after the last one set are left to the image': {
		choice: {parameters: {window: 7}}, expect: {parameters: [7]},
	},
	'a limit narrows the budget': {
		choice: {limits: {instructionsPerRun: 20_000}}, expect: {instructionsPerRun: 20_000},
	},
};

for (const [sentence, row] of Object.entries(resolved)) {
	test(`resolveChoice(): ${sentence}`, () => {
		const result = resolveChoice(row.choice, statement, parameters);
		assert.ok(result.ok);
		assert.deepEqual({...result.value, ...row.expect}, result.value);
	});
}

const refused: Record<string, {readonly choice: Choice; readonly expect: string}> = {
	'a hook that does not exist': {
		choice: {hooks: [{name: 'packet'}]},
		expect: 'HookUnknown: hook packet does not exist, there are timer, message, sensor',
	},
	'a hook outside the statement': {
		choice: {hooks: [{name: 'sensor'}]},
		expect: 'HookNotInStatement: hook sensor is not in the statement, which names timer, message',
	},
	'a firmware\'s own hook outside the statement': {
		choice: {hooks: [{name: '32769'}]},
		expect: 'HookNotInStatement: hook 32769 is not in the statement, which names timer, message',
	},
	'a parameter that does not exist': {
		choice: {parameters: {size: 1}},
		expect: 'ParameterUnknown: parameters: size does not exist, there are window, offset, scale',
	},
	'a parameter below its range': {
		choice: {parameters: {offset: -11}}, expect: 'ParameterOutOfRange: parameters: offset is -11, must be -10 to 10',
	},
	'a parameter above its range': {
		choice: {parameters: {scale: 5}}, expect: 'ParameterOutOfRange: parameters: scale is 5, must be 1 to 4',
	},
	'a parameter of a hook out of its range': {
		choice: {hooks: [{name: 'timer', parameters: {periodMilliseconds: 9}}]},
		expect: 'ParameterOutOfRange: parameters of hook timer: periodMilliseconds is 9, must be 10 to 86400000',
	},
	'a parameter of a hook that has none': {
		choice: {hooks: [{name: 'message', parameters: {period: 9}}]},
		expect: 'ParameterUnknown: parameters of hook message: period does not exist, there are none',
	},
	'a limit above the statement': {
		choice: {limits: {instructionsPerRun: 20_001}},
		expect: 'LimitTooHigh: limits.instructionsPerRun is 20001, the statement allows 20000',
	},
};

for (const [sentence, row] of Object.entries(refused)) {
	test(`resolveChoice() refuses ${sentence}`, () => {
		const result = resolveChoice(row.choice, statement, parameters);
		assert.equal(result.ok ? '' : `${result.error.reason}: ${result.error.message}`, row.expect);
	});
}

test('defaultMinRuns() asks one run of timers and sensors, none of events', () => {
	assert.equal(defaultMinRuns([message]), 0);
	assert.equal(defaultMinRuns([message, timer]), 1);
	assert.equal(defaultMinRuns([{...timer, hook: 0x8001}]), 0);
});
