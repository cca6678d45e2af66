import {readFileSync} from 'node:fs';
import type {Command} from 'commander';
import type {MqttCredentials} from '../runtime/mqtt.ts';
import {messageOf, UsageError} from './fail.ts';

export interface BrokerOptions {
	readonly broker: string;
	readonly brokerCa?: string;
	readonly brokerUser?: string;
	readonly brokerPasswordFile?: string;
}

/** How to reach the broker; what a command line says, checked and read. */
export interface BrokerConnection {
	readonly url: string;
	readonly host: string;
	readonly port: number;
	readonly tls?: {readonly ca?: string};
	readonly credentials?: MqttCredentials;
}

/** The options by which every program that speaks to the broker is told of it. */
export function addBrokerOptions(command: Command): Command {
	return command
		.option('--broker <url>', 'MQTT broker: mqtt://HOST[:PORT], or mqtts:// for TLS', 'mqtt://127.0.0.1:1883')
		.option('--broker-ca <file>', 'PEM file of the authorities trusted for mqtts (default: those of the system)')
		.option('--broker-user <name>', 'user name at the broker')
		.option('--broker-password-file <file>', 'file that holds the password of --broker-user');
}

/** @throws UsageError naming the option, its value and the rule. */
export function readBrokerOptions({broker, brokerCa, brokerUser, brokerPasswordFile}: BrokerOptions): BrokerConnection {
	const url = URL.parse(broker);
	const isTls = url?.protocol === 'mqtts:';
	if (url === null || !(isTls || url.protocol === 'mqtt:') || url.hostname === '') {
		throw new UsageError(`Cannot use broker ${broker}: mqtt://HOST[:PORT] or mqtts://HOST[:PORT] required`);
	}
	if (brokerCa !== undefined && !isTls) {
		throw new UsageError(`Cannot use --broker-ca ${brokerCa} with broker ${broker}: mqtts:// required`);
	}
	if ((brokerUser === undefined) !== (brokerPasswordFile === undefined)) {
		throw new UsageError('Cannot use one of --broker-user and --broker-password-file: both or none required');
	}
	const ca = brokerCa === undefined ? {} : {ca: readText('--broker-ca', brokerCa)};
	return {
		url: broker,
		host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
		port: url.port === '' ? defaultPort(isTls) : Number(url.port),
		...(isTls ? {tls: ca} : {}),
		...(brokerUser === undefined || brokerPasswordFile === undefined ? {} : {
			credentials: {username: brokerUser, password: readText('--broker-password-file', brokerPasswordFile).trimEnd()},
		}),
	};
}

function defaultPort(isTls: boolean): number {
	return isTls ? 8883 : 1883;
}

function readText(option: string, file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (cause) {
		throw new UsageError(`Cannot read ${option} ${file}: ${messageOf(cause)}`, {cause});
	}
}
