import {randomBytes} from 'node:crypto';
import {connectAsync} from 'mqtt';
import {fletcher32} from './fletcher.ts';

const answerTimeoutMs = 10_000;

/**
 * Sends 16 random bytes to the containers of each device and checks that exactly the responder answers, with the right
 * checksum. Local ids are not known from outside: the message goes to each that the samples can have.
 */
export async function askResponders(brokerPort: number, devices: readonly string[], localIds: readonly number[]): Promise<void> {
	const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {clientId: '_test-asker'});
	try {
		for (const device of devices) {
			const question = randomBytes(16);
			await client.subscribeAsync(`f/${device}/m/+`, {qos: 1});
			const answer = new Promise<Buffer>((resolve, reject) => {
				const silence = new Error(`Cannot hear ${device}: no answer in ${answerTimeoutMs} ms`);
				const timer = setTimeout(() => reject(silence), answerTimeoutMs);
				client.on('message', (topic, payload, {qos}) => {
					// The responder answers at QoS 1; the moving average publishes at QoS 0.
					if (topic.startsWith(`f/${device}/m/`) && qos === 1) {
						clearTimeout(timer);
						resolve(payload);
					}
				});
			});
			for (const localId of localIds) {
				await client.publishAsync(`f/${device}/i`, Buffer.concat([Buffer.of(localId), question]), {qos: 1});
			}
			const got = (await answer).readUInt32LE();
			client.removeAllListeners('message');
			await client.unsubscribeAsync(`f/${device}/m/+`);
			if (got !== fletcher32(question)) {
				throw new Error(`Cannot accept the answer of ${device}: ${got}, ${fletcher32(question)} required`);
			}
		}
	} finally {
		await client.endAsync(true);
	}
}
