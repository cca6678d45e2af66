import assert from 'node:assert/strict';
import {EventEmitter, once} from 'node:events';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {createBridge, openUdpPort} from '../../../bridge/mod.ts';
import {silentLog} from '../../../runtime/log.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';
import {SimulatedBroker} from '../../../simulator/broker-channel.ts';
import {startRealtimeFleet} from '../../../simulator/mod.ts';
import {createSimulatedMqttLink} from '../../../simulator/mqtt-link.ts';
import {createFleetKeys} from '../../../simulator/sample.ts';

const firmware = readFileSync(new URL('../../../build/femto-sim.wasm', import.meta.url));
const devices = ['pump-1', 'pump-2', 'pump-3'];

test('startRealtimeFleet() brings devices behind real UDP sockets to report through the bridge', async () => {
	const broker = new SimulatedBroker({clock: systemClock, latencyMs: 0});
	const udp = await openUdpPort({host: '127.0.0.1', port: 0, log: silentLog});
	const bridge = createBridge({
		name: 'test',
		datagrams: udp,
		openChannel: broker.openChannel('bridge'),
		clock: systemClock,
		random: systemRandom,
		log: silentLog,
	});
	const watcher = createSimulatedMqttLink({openChannel: broker.openChannel('watcher'), clock: systemClock, clientId: '_watcher'});
	const reporters = new Set<string>();
	const arrivals = new EventEmitter();
	watcher.start({
		onConnect: () => void watcher.subscribe(['f/+/r'], 1),
		onMessage: ({topic}) => {
			reporters.add(topic.split('/')[1] ?? '');
			if (reporters.size === devices.length) arrivals.emit('all');
		},
		onDisconnect: () => {},
	});
	const all = once(arrivals, 'all', {signal: AbortSignal.timeout(20_000)});
	const fleet = await startRealtimeFleet({
		devices,
		bridgeAddress: {host: '127.0.0.1', port: udp.port},
		firmware,
		keys: createFleetKeys(seededRandom(1)),
		clock: systemClock,
		random: systemRandom,
	});
	await all;
	assert.deepEqual([...fleet.nodes.keys()], devices);
	assert.ok([...fleet.nodes.values()].every((node) => node.device.isConnected()));
	await fleet.stop();
	assert.ok([...fleet.nodes.values()].every((node) => !node.device.isOn));
	await watcher.stop();
	await bridge.close();
	broker.stop('state lost');
});
