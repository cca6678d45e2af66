import {pino, type Logger} from 'pino';
import type {Log, LogFields} from '../runtime/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** JSON lines on standard output: what the programs write when they run alone. */
export function jsonLog(name: string, level: LogLevel): Log {
	return wrap(pino({name, level}));
}

function wrap(logger: Logger): Log {
	const write = (method: LogLevel) => (message: string, fields: LogFields = {}) => logger[method](fields, message);
	return {
		debug: write('debug'),
		info: write('info'),
		warn: write('warn'),
		error: write('error'),
		child: (fields) => wrap(logger.child(fields)),
	};
}

/** Plain lines for a person: `message key=value …`, only what is at least `level`. */
export function lineLog(level: LogLevel, say: (line: string) => void, context: LogFields = {}): Log {
	const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
	const write = (own: LogLevel) => (message: string, fields: LogFields = {}) => {
		if (order.indexOf(own) >= order.indexOf(level)) {
			say(`${own === 'info' ? '' : `${own}: `}${message}${formatFields({...context, ...fields})}`);
		}
	};
	return {
		debug: write('debug'),
		info: write('info'),
		warn: write('warn'),
		error: write('error'),
		child: (fields) => lineLog(level, say, {...context, ...fields}),
	};
}

function formatFields(fields: LogFields): string {
	const present = Object.entries(fields).filter(([, value]) => value !== undefined);
	return present.map(([key, value]) => ` ${key}=${String(value)}`).join('');
}
