import {InvalidArgumentError} from 'commander';
import {parseDuration} from './output/age.ts';

/** Parser of an integer option; the error names the option, the value and the rule. */
export function integerOption(name: string, min: number, max: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (!/^-?[0-9]+$/.test(text) || value < min || value > max) {
			throw new InvalidArgumentError(`${name} is "${text}", an integer from ${min} to ${max} required`);
		}
		return value;
	};
}

/** Parser of a duration such as `90s`, `5m` or `0`, into milliseconds. */
export function durationOption(name: string): (text: string) => number {
	return (text) => {
		const ms = parseDuration(text);
		if (ms === undefined) {
			throw new InvalidArgumentError(`${name} is "${text}", a duration such as 90s or 5m required`);
		}
		return ms;
	};
}

export interface Address {
	readonly host: string;
	readonly port: number;
}

/** Parser of `HOST:PORT`, an IPv6 address in brackets. */
export function addressOption(name: string): (text: string) => Address {
	return (text) => {
		const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:\s/]+)):([0-9]{1,5})$/.exec(text);
		const port = Number(match?.[3] ?? Number.NaN);
		if (match === null || port > 65_535) {
			throw new InvalidArgumentError(`${name} is "${text}", HOST:PORT with a port up to 65535 required`);
		}
		return {host: match[1] ?? match[2] ?? '', port};
	};
}

/** Parser of `key=value,key=value`. */
export function labelsOption(name: string): (text: string) => Record<string, string> {
	return (text) => Object.fromEntries(text.split(',').map((pair) => {
		const match = /^([^=,]+)=([^=,]*)$/.exec(pair);
		if (match === null) {
			throw new InvalidArgumentError(`${name} is "${text}", key=value,key=value required`);
		}
		return [match[1] ?? '', match[2] ?? ''];
	}));
}
