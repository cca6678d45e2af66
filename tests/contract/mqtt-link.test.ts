import {once} from 'node:events';
import {createServer, type AddressInfo, type Server, type Socket} from 'node:net';
import {Aedes} from 'aedes';
import {createMqttLink} from '../../controller/link.ts';
import {silentLog} from '../../runtime/log.ts';
import {systemClock} from '../../runtime/system.ts';
import {SimulatedBroker} from '../../simulator/broker-channel.ts';
import {createSimulatedMqttLink} from '../../simulator/mqtt-link.ts';
import {testLink, type LinkUnderTest} from './mqtt-link.ts';

function startModel(): Promise<LinkUnderTest> {
	const broker = new SimulatedBroker({clock: systemClock, latencyMs: 0});
	return Promise.resolve({
		createLink: (clientId) =>
			createSimulatedMqttLink({openChannel: broker.openChannel(clientId), clock: systemClock, clientId}),
		stopBroker: () => Promise.resolve(broker.stop('state lost')),
		startBroker: () => Promise.resolve(broker.start()),
		close: () => Promise.resolve(broker.stop('state lost')),
	});
}

/** The controller's own client against a broker on TCP that comes back empty on the same port. */
async function startTcp(): Promise<LinkUnderTest> {
	let broker = await startBroker(0);
	const {port} = broker;
	return {
		createLink: (clientId) => createMqttLink({url: `mqtt://127.0.0.1:${port}`, clientId, log: silentLog}),
		stopBroker: () => broker.stop(),
		startBroker: async () => {
			broker = await startBroker(port);
		},
		close: () => broker.stop(),
	};
}

async function startBroker(wantedPort: number): Promise<{readonly port: number; readonly stop: () => Promise<void>}> {
	const aedes = await Aedes.createBroker();
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		aedes.handle(socket);
	});
	server.listen(wantedPort, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => aedes.close(() => resolve()));
			if (server.listening) {
				server.close();
				await once(server, 'close');
			}
		},
	};
}

testLink('client of the simulator on the broker model', startModel);
testLink('client of the controller on aedes', startTcp);
