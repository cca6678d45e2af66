import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {EventLog} from '../../../simulator/event-log.ts';
import {simulationEpochMs} from '../../../simulator/scheduler.ts';

test('digest() is the SHA-256 of exactly the lines the sink received, and the log may go on', () => {
	let now = simulationEpochMs;
	const lines: string[] = [];
	const log = new EventLog(() => now, (line) => lines.push(line));
	log.write('simulation', 'run', 'seed=1');
	const early = log.digest();
	now += 1500;
	log.write('device', 'pump-1', 'two\nlines');
	assert.deepEqual(lines, ['0 simulation run seed=1\n', '1500 device pump-1 two\\nlines\n']);
	assert.equal(early, createHash('sha256').update(lines[0] ?? '').digest('hex'));
	assert.equal(log.digest(), createHash('sha256').update(lines.join('')).digest('hex'));
	assert.equal(log.lineCount, 2);
});
