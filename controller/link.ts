import {connect, type MqttClient} from 'mqtt';
import type {Log} from '../runtime/log.ts';
import type {MqttCredentials, MqttLink, MqttLinkHandlers, PublishOptions} from '../runtime/mqtt.ts';

export interface MqttLinkOptions {
	/** `mqtt://host:port`, or `mqtts://` for TLS. */
	readonly url: string;
	/** Begins with `_`: the bridge refuses such ids to devices. Fixed over restarts, so that the session is kept. */
	readonly clientId: string;
	/** PEM bundle of the only authorities trusted for `mqtts:`; without it those of the system. */
	readonly ca?: string;
	readonly credentials?: MqttCredentials;
	readonly log: Log;
}

const reconnectMs = 1_000;

/** MQTT 3.1.1 over TCP or TLS with a kept session. Nothing is sent before `start`. */
export function createMqttLink(options: MqttLinkOptions): MqttLink {
	const {url, clientId, log} = options;
	const client = connect({
		...readUrl(url),
		clientId, clean: false, manualConnect: true, resubscribe: true, reconnectPeriod: reconnectMs, queueQoSZero: false,
		...(options.ca === undefined ? {} : {ca: options.ca}),
		...options.credentials,
	});
	let isStarted = false;
	return {
		publish: async (topic, payload, publishOptions) => publish(client, topic, payload, publishOptions),
		subscribe: async (filters, qos) => {
			await client.subscribeAsync([...filters], {qos});
			log.info('subscribed', {filters: filters.join(' ')});
		},
		start: handlers => {
			isStarted = true;
			start(client, handlers, log);
		},
		// At once: what is under way stays in the session, and a broker that is gone would never acknowledge it.
		stop: async () => {
			// The library can't end what never began, as with a controller that never led.
			if (!isStarted) {
				return;
			}
			// Else the end of a connection that is just being opened would lead to the next one.
			client.options.reconnectPeriod = 0;
			await client.endAsync(true);
		},
	};
}

/** Without a port the protocol decides it. @throws TypeError for what is no URL. */
function readUrl(url: string) {
	const {protocol, hostname, port} = new URL(url);
	return {
		protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
		host: hostname.replace(/^\[(.*)\]$/, '$1'),
		...(port === '' ? {} : {port: Number(port)}),
	} as const;
}

async function publish(
	client: MqttClient, topic: string, payload: Uint8Array, {qos, retain = false}: PublishOptions,
): Promise<void> {
	await client.publishAsync(topic, Buffer.from(payload), {qos, retain});
}

function start(client: MqttClient, handlers: MqttLinkHandlers, log: Log): void {
	client.on('connect', ({sessionPresent}) => {
		log.info('broker connected', {sessionPresent});
		handlers.onConnect(sessionPresent);
	});
	client.on('close', () => handlers.onDisconnect());
	client.on('error', error => log.warn('connection to the broker failed', {error: error.message}));
	client.on('message', (topic, payload, packet) => {
		const {retain} = packet;
		handlers.onMessage({topic, payload: new Uint8Array(payload), retain, qos: packet.qos === 0 ? 0 : 1});
	});
	client.connect();
}
