import type {Measurement} from '../measurement-table.ts';
import {runSimulation} from '../simulation-run.ts';

export const title = 'A fleet of 1,000 devices in the simulator';

const options = ['--devices', '1000', '--seed', '1'];

export async function measure(): Promise<Measurement> {
	const run = runSimulation(options);
	const again = runSimulation(options);
	if (again.hash !== run.hash) throw new Error('Cannot accept the runs: the same seed gave two event logs');
	const kinds = Object.entries(run.writesByKind).filter(([, count]) => count >= 0.1)
		.map(([plural, count]): readonly [string, number, string] => [`of these to ${plural}`, count, '']);
	return {
		columns: ['what', 'value', 'unit'],
		rows: [
			['devices Ready', 1000, ''],
			['until all are Ready, enrolment included', run.virtualSeconds, 'virtual s'],
			['wall time', Math.min(run.wallSeconds, again.wallSeconds), 's'],
			['resident memory', run.residentMebibytes, 'MiB'],
			['datagrams a device, both ways', run.datagrams, ''],
			['bytes a device, both ways', run.bytes, ''],
			['API writes of the controller a device', run.apiWrites, ''],
			...kinds,
		],
		notes: [
			`\`npm run -s sim -- ${options.join(' ')}\`: one container of 600 bytes, waves of 1 device and 100 %, round trip 50 ms, no ` +
				'loss, MTU 64. Two runs gave the same event log; wall time is that of the faster one, the log hashed as it grows.',
		],
	};
}
