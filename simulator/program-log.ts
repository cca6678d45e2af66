import type {Log, LogFields} from '../runtime/log.ts';
import type {EventLog} from './event-log.ts';

/** What a program logs stands in the event log, under the program's name. */
export function programLog(events: EventLog, program: string, inherited: LogFields = {}): Log {
	const write = (level: string) => (message: string, fields: LogFields = {}): void => {
		events.write('log', program, `${level} ${message} ${JSON.stringify({...inherited, ...fields})}`);
	};
	return {
		debug: write('debug'),
		info: write('info'),
		warn: write('warn'),
		error: write('error'),
		child: (fields) => programLog(events, program, {...inherited, ...fields}),
	};
}
