import type {HttpHandler, HttpResponse} from '../runtime/http.ts';
import {answerMetrics, byLabel, single, type Metric} from '../runtime/metrics.ts';
import type {Bridge} from './bridge.ts';
import type {SerialLinks} from './serial.ts';

/** Answers for `/metrics`, `/healthz`, and `/readyz`: the broker is connected. */
export function createBridgeHandler(bridge: Bridge, serial?: SerialLinks): HttpHandler {
	const metrics = [...bridgeMetrics(bridge), serialMetric(serial)];
	return async ({method, path}) => {
		if (method !== 'GET') {
			return {...text(405, `${method} is not possible, only GET`), headers: {allow: 'GET'}};
		}
		switch (path) {
			case '/metrics':
				return answerMetrics(metrics);
			case '/healthz':
				return text(200, 'ok');
			case '/readyz':
				return bridge.isConnected ? text(200, 'ok') : text(503, 'the broker is not connected');
			default:
				return text(404, `${path} does not exist`);
		}
	};
}

/** What docs/reference/metrics.md says of the bridge. */
function bridgeMetrics(bridge: Bridge): readonly Metric[] {
	return [
		{
			name: 'femto_bridge_datagrams_total', type: 'counter', labels: ['counter'],
			help: 'datagrams from devices, each by what became of it', read: () => byLabel('counter', bridge.counters().datagrams),
		},
		{
			name: 'femto_bridge_events_total', type: 'counter', labels: ['counter'],
			help: 'what happened otherwise', read: () => byLabel('counter', bridge.counters().events),
		},
		{
			name: 'femto_bridge_sessions', type: 'gauge', labels: [],
			help: 'sessions of devices', read: () => single(bridge.counters().sessions),
		},
		{
			name: 'femto_bridge_broker_connected', type: 'gauge', labels: [],
			help: '1 while the MQTT broker is connected', read: () => single(Number(bridge.isConnected)),
		},
	];
}

/** No sample without serial links. */
function serialMetric(serial: SerialLinks | undefined): Metric {
	return {
		name: 'femto_bridge_serial_total', type: 'counter', labels: ['link', 'counter'],
		help: 'what happened on serial links',
		read: () => Object.entries(serial?.counters() ?? {}).flatMap(([link, counts]) =>
			byLabel('counter', counts).map(({labels, value}) => ({labels: {link, ...labels}, value}))),
	};
}

function text(status: number, body: string): HttpResponse {
	return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body: `${body}\n`};
}
