import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import type {Packet} from 'mqtt-packet';
import {createTcpChannelOpener} from '../../../bridge/mod.ts';
import {createBrokerFiles} from '../../../cli/keys/broker-files.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';
import {mosquittoMissing} from '../../contract/support/brokers.ts';
import {startInstalledBroker, type InstalledBroker} from './mosquitto.ts';

// The broker of manifests/install, with its own configuration, rules and files of `femto keys broker`.
const skip = mosquittoMissing();
const folder = mkdtempSync(join(tmpdir(), 'femto-install-'));
let broker: InstalledBroker;

before(async () => {
	if (skip !== false) return;
	await createBrokerFiles({
		folder: join(folder, 'secret'), hosts: [], bridges: ['main', 'north'], random: systemRandom, nowMs: systemClock.now(),
	});
	broker = await startInstalledBroker(folder, join(folder, 'secret'));
});

after(async () => {
	if (skip === false) await broker.stop();
	rmSync(folder, {recursive: true});
});

interface Account {
	readonly username: string;
	readonly password: string;
}

function account(username: string): Account {
	return {username, password: readFileSync(join(folder, 'secret', `${username}.password`), 'utf8').trimEnd()};
}

/** Sends packets after the CONNACK, and resolves with all that came before a PINGRESP; rejects when it is refused. */
function talk(credentials: Account | undefined, packets: readonly Packet[]): Promise<readonly Packet[]> {
	const ca = readFileSync(join(folder, 'secret', 'ca.crt'), 'utf8');
	const open = createTcpChannelOpener({host: '127.0.0.1', port: broker.port, tls: {ca}, ...(credentials && {credentials})});
	return new Promise((resolve, reject) => {
		const seen: Packet[] = [];
		const channel = open({
			onOpen: () => channel.send({cmd: 'connect', clientId: `test-${credentials?.username}`, clean: true, protocolVersion: 4}),
			onPacket: (packet) => {
				if (packet.cmd === 'connack') {
					if (packet.returnCode === 0) [...packets, {cmd: 'pingreq'} as const].forEach((next) => channel.send(next));
					else reject(new Error(`refused with ${packet.returnCode}`));
				} else if (packet.cmd === 'pingresp') {
					channel.close();
					resolve(seen);
				} else seen.push(packet);
			},
			onClose: (error) => reject(error ?? new Error('closed')),
		});
	});
}

function publish(topic: string): Packet {
	return {cmd: 'publish', topic, payload: 'x', qos: 0, retain: true, dup: false};
}

function subscribe(topic: string): Packet {
	return {cmd: 'subscribe', messageId: 1, subscriptions: [{topic, qos: 0}]};
}

/** The retained topics that the account is given for a filter. */
async function readable(name: string, filter: string): Promise<readonly string[]> {
	const packets = await talk(account(name), [subscribe(filter)]);
	return packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
}

test('without a password, with a wrong one, or without TLS nobody comes in', {skip}, async () => {
	await assert.rejects(talk(undefined, []), /refused with 5/);
	await assert.rejects(talk({username: 'main', password: 'wrong'}, []), /refused with 5/);
	const plain = createTcpChannelOpener({host: '127.0.0.1', port: broker.port});
	const closed = await new Promise<boolean>((resolve) => {
		const channel = plain({
			onOpen: () => channel.send({cmd: 'connect', clientId: 'plain', clean: true, protocolVersion: 4}),
			onPacket: () => resolve(false), onClose: () => resolve(true),
		});
	});
	assert(closed);
});

test('the controller publishes heads that bridges read, and no bridge can publish one', {skip}, async () => {
	await talk(account('main'), [publish('f/d-forged/d')]);
	await talk(account('controller'), [publish('f/d-1/d')]);
	assert.deepEqual(await readable('north', 'f/+/d'), ['f/d-1/d']);
});

test('a bridge says only of itself that it lives', {skip}, async () => {
	await talk(account('main'), [publish('f/bridge/main'), publish('f/bridge/north')]);
	assert.deepEqual(await readable('controller', 'f/bridge/+'), ['f/bridge/main']);
});

test('reports and log lines go up only', {skip}, async () => {
	await talk(account('main'), [publish('f/d-1/r'), publish('f/d-1/l')]);
	assert.deepEqual(await readable('controller', 'f/+/r'), ['f/d-1/r']);
	assert.deepEqual(await readable('controller', 'f/+/l'), ['f/d-1/l']);
	assert.deepEqual(await readable('north', 'f/+/r'), []);
});
