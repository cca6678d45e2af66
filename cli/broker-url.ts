import {UsageError} from './fail.ts';

export interface BrokerAddress {
	readonly host: string;
	readonly port: number;
}

/** @throws UsageError naming the URL and the rule. */
export function parseBrokerUrl(url: string): BrokerAddress {
	const parsed = URL.parse(url);
	if (parsed?.protocol !== 'mqtt:' || parsed.hostname === '') {
		throw new UsageError(`Cannot use broker ${url}: mqtt://HOST[:PORT] required`);
	}
	return {host: parsed.hostname, port: parsed.port === '' ? 1883 : Number(parsed.port)};
}
